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
  #urgent = false;
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
    if (!moreToCome) this.#urgent = true;
    if (!this.#sending && !this.#closed.signal.aborted) this.#arm();
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

  #arm(): void {
    if (this.#timer !== undefined && !this.#urgent && this.#queue.length < maxAgentBlock) return;
    clearTimeout(this.#timer);
    const spacing = this.#urgent ? 0 : spacingMilliseconds - (performance.now() - this.#lastBlock);
    const wait = this.#queue.length >= maxAgentBlock ? 0 : Math.max(gatherMilliseconds, spacing);
    this.#timer = setTimeout(() => this.#start(), wait);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#sending) void this.#sendBlock();
  }

  async #sendBlock(): Promise<void> {
    this.#sending = true;
    this.#urgent = false;
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
      } else await this.#backoff.wait(this.#closed.signal);
    }
    this.#sending = false;
    if (this.#queue.length === 0) this.#wakeIdle();
    else if (!this.#closed.signal.aborted) this.#arm();
  }

  #wakeIdle(): void {
    for (const wake of this.#idle) wake();
    this.#idle.clear();
  }
}
