/**
 * Reports on their way: gathered for some milliseconds, sent in blocks, kept and sent again until the server
 * has answered. What a refusal means for the outputs is left to the session.
 */
import { maxAgentBlock, type Report } from '@gantry/model';
import { Backoff } from './backoff.ts';

export interface ReporterOptions {
  /** Sends a block and returns the attempts that were refused. */
  readonly send: (reports: Report[]) => Promise<number[]>;
  /** The server has it, or has refused it. */
  readonly onAnswered: (attempt: number, refused: boolean) => void;
  /** True if sending it again could help. */
  readonly isTransient: (error: unknown) => boolean;
  /** Called once, with an error that is not transient; what is left stays in `pending`. */
  readonly onFailed: (error: unknown) => void;
}

/** A report waits for company so long (ms); but for so long after the last block, while more are to be expected. */
const gatherMilliseconds = 2;
const spacingMilliseconds = 25;

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #queue: Report[] = [];
  readonly #closed = new AbortController();
  readonly #idle = new Set<() => void>();
  readonly #backoff = new Backoff();
  #timer: NodeJS.Timeout | undefined;
  #sending = false;
  #lastBlock = -Infinity;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Attempts whose report the server has not answered. */
  get pending(): number[] {
    return this.#queue.map(({ attempt }) => attempt);
  }

  /**
   * @param moreToCome others run, or are about to: blocks keep a distance, since at 600 reports a second a request for
   *   each pair would cost more than running the tools. The last one before a lull goes at once.
   */
  add(report: Report, moreToCome: boolean): void {
    this.#queue.push(report);
    if (this.#sending || this.#closed.signal.aborted) return;
    if (this.#queue.length >= maxAgentBlock) {
      this.#start();
      return;
    }
    if (this.#timer !== undefined && moreToCome) return;
    clearTimeout(this.#timer);
    const spacing = moreToCome ? spacingMilliseconds - (performance.now() - this.#lastBlock) : 0;
    this.#timer = setTimeout(() => this.#start(), Math.max(gatherMilliseconds, spacing));
  }

  /** Resolves when nothing is pending, or when it is closed. */
  whenIdle(): Promise<void> {
    if (this.#queue.length === 0 || this.#closed.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#idle.add(resolve));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closed.abort();
    this.#wakeIdle();
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#sending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#queue.length > 0 && !this.#closed.signal.aborted) {
      const block = this.#queue.slice(0, maxAgentBlock);
      this.#lastBlock = performance.now();
      try {
        const refused = new Set(await this.#options.send(block));
        this.#backoff.reset();
        this.#queue.splice(0, block.length);
        for (const { attempt } of block) this.#options.onAnswered(attempt, refused.has(attempt));
      } catch (error) {
        if (!this.#options.isTransient(error)) {
          this.close();
          this.#options.onFailed(error);
          break;
        }
        await this.#backoff.wait(this.#closed.signal);
      }
    }
    this.#sending = false;
    if (this.#queue.length === 0) this.#wakeIdle();
  }

  #wakeIdle(): void {
    for (const wake of this.#idle) wake();
    this.#idle.clear();
  }
}
