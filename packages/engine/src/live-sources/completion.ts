/**
 * When a watched dataset closes by itself: a marker file appeared, or nothing new came for some time. Then the folder
 * is looked through once more, and it closes as soon as every file is in.
 */
import type { CompleteWhen } from '@gantry/model';
import { rest } from './rest.ts';

export interface CompletionOptions {
  readonly when: CompleteWhen;
  readonly signal: AbortSignal;
  /** Whether every file that is there has been taken. */
  isIdle(): boolean;
  /** Whether the folder can be seen. */
  isWatching(): boolean;
  scan(): Promise<void>;
  complete(reason: string): Promise<void>;
  onTrouble(error: unknown): void;
}

const lookMs = 100;
const retryMs = 1000;

export class Completion {
  readonly #options: CompletionOptions;
  readonly #quietLoop: Promise<void>;
  #finishing: Promise<void> | undefined;
  #reason: string | undefined;
  #lastMs: number | undefined;

  constructor(options: CompletionOptions) {
    this.#options = options;
    const { quietMinutes } = options.when;
    this.#quietLoop = quietMinutes === undefined ? Promise.resolve() : this.#awaitQuiet(quietMinutes);
  }

  /** Why it is completing; undefined while it is not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** A file came. */
  touch(): void {
    this.#lastMs = performance.now();
  }

  begin(reason: string): void {
    this.#reason ??= reason;
    this.#finishing ??= this.#finish(this.#reason);
  }

  async close(): Promise<void> {
    await Promise.all([this.#quietLoop, this.#finishing]);
  }

  async #awaitQuiet(minutes: number): Promise<void> {
    const { signal, isWatching } = this.#options;
    const quietMs = minutes * 60_000;
    while (!signal.aborted && this.#reason === undefined) {
      await rest(Math.min(quietMs / 4, 5000), signal);
      // What comes to a folder that cannot be seen is not known.
      if (this.#lastMs !== undefined && !isWatching()) this.touch();
      if (this.#lastMs !== undefined && performance.now() - this.#lastMs >= quietMs && !signal.aborted)
        this.begin(`No new file came for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`);
    }
  }

  async #finish(reason: string): Promise<void> {
    const { signal, scan, isIdle, complete, onTrouble } = this.#options;
    while (!signal.aborted) {
      try {
        await scan();
        while (!isIdle() && !signal.aborted) await rest(lookMs, signal);
        if (signal.aborted) return;
        await complete(reason);
        return;
      } catch (error) {
        onTrouble(error);
        await rest(retryMs, signal);
      }
    }
  }
}
