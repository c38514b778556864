/**
 * Claims while there is room, and keeps account of claims whose outcome is not known: after one, a settled heartbeat
 * has to tell the server what the session holds before the next. What is claimed, and how, is the session's.
 */
import type { Assignment } from '@gantry/model';
import { Backoff, pause } from './backoff.ts';
import { isSessionGone, isUnauthorized } from './refusals.ts';

export interface ClaimLoopOptions {
  /** How many to claim now; 0 for none. */
  readonly wanted: () => number;
  /** Resolves when `wanted` may have changed. */
  readonly hasRoom: () => Promise<void>;
  /** Sends a heartbeat by way of `settleWhile`. */
  readonly settle: () => Promise<void>;
  readonly claim: (limit: number, signal: AbortSignal) => Promise<readonly Assignment[]>;
  readonly take: (assignments: readonly Assignment[]) => void;
  /** The session is gone, or the token refused. The loop has ended. */
  readonly onFailed: (error: unknown) => void;
}

/** A server that does not hold a claim must not be asked in a tight loop (ms). */
const shortest = 100;

export class ClaimLoop {
  readonly #options: ClaimLoopOptions;
  #claiming = false;
  #settling: Promise<void> | undefined;
  #unsettled = false;

  constructor(options: ClaimLoopOptions) {
    this.#options = options;
  }

  /** The server may count attempts to the session that it has not got, or has handed back. */
  unsettle(): void {
    this.#unsettled = true;
  }

  /** Runs until aborted; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted) {
      const limit = this.#options.wanted();
      if (limit === 0) {
        await this.#options.hasRoom();
        continue;
      }
      const asked = performance.now();
      try {
        await this.#settling;
        if (this.#unsettled) await this.#options.settle();
        if (signal.aborted) return;
        const assignments = await this.#claim(limit, signal);
        backoff.reset();
        this.#options.take(assignments);
        if (assignments.length === 0 && performance.now() - asked < shortest) await pause(shortest, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isSessionGone(error) || isUnauthorized(error)) {
          this.#options.onFailed(error);
          return;
        }
        await backoff.wait(signal);
      }
    }
  }

  /** Sends a heartbeat, as a settled one if no claim is under way; then none starts before it is answered. */
  async settleWhile(send: (settled: boolean) => Promise<void>): Promise<void> {
    if (this.#claiming || this.#settling !== undefined) return send(false);
    const done = Promise.withResolvers<void>();
    this.#settling = done.promise;
    const before = this.#unsettled;
    this.#unsettled = false;
    try {
      await send(true);
    } catch (error) {
      this.#unsettled ||= before;
      throw error;
    } finally {
      this.#settling = undefined;
      done.resolve();
    }
  }

  async #claim(limit: number, signal: AbortSignal): Promise<readonly Assignment[]> {
    this.#claiming = true;
    try {
      return await this.#options.claim(limit, signal);
    } catch (error) {
      this.#unsettled = true;
      throw error;
    } finally {
      this.#claiming = false;
    }
  }
}
