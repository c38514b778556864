/** The waits between tries while the server is away: doubling, with jitter so that agents do not come in step. */
import { setTimeout as sleep } from 'node:timers/promises';

const first = 100;

export class Backoff {
  readonly #most: number;
  #next = first;

  /** @param most the longest wait in ms */
  constructor(most = 5_000) {
    this.#most = most;
  }

  reset(): void {
    this.#next = first;
  }

  /** Resolves after the wait, or at once when aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    const wait = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#next * 2, this.#most);
    await pause(wait, signal);
  }
}

/** Resolves after so many ms, or at once when aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
