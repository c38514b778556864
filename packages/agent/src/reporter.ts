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
  readonly judge: (error: unknown) => Refusal;
  /** Called once, with an error after which nothing more can be sent; what is left stays in `pending`. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * What an error of `send` means.
 * - `away`: the server could not be asked; the same block is sent again.
 * - `fault`: the server failed over this block, perhaps only this time.
 * - `refused`: the server does not take this block, and never will.
 * - `over`: nothing more can be sent.
 */
export type Refusal = 'away' | 'fault' | 'refused' | 'over';

/** The size of a block by `sizeOf`, well under the 64 MiB that the server takes. */
const maxBlockBytes = 16 * 2 ** 20;
/** So often the server may fail over one report alone before it counts as refused. */
const faultsAllowed = 5;

/** A report waits for company so long (ms); but for so long after the last block, while more are to be expected. */
const gatherMilliseconds = 2;
const spacingMilliseconds = 25;

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #queue: Report[] = [];
  readonly #closed = new AbortController();
  readonly #idle = new Set<() => void>();
  readonly #backoff = new Backoff();
  /** Told as failed, since the server would not take what they had to tell. */
  readonly #replaced = new Set<number>();
  /** The longest block now: halved when one is refused, so that the report at fault is found. */
  #most = maxAgentBlock;
  #faults = 0;
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
    const block = this.#nextBlock();
    this.#lastBlock = performance.now();
    try {
      const refused = new Set(await this.#options.send(block));
      this.#backoff.reset();
      this.#faults = 0;
      this.#most = Math.min(maxAgentBlock, this.#most * 2);
      this.#queue.splice(0, block.length);
      for (const { attempt } of block) {
        const replaced = this.#replaced.delete(attempt);
        this.#options.onAnswered(attempt, replaced || refused.has(attempt));
      }
    } catch (error) {
      await this.#onError(error, block);
    }
    this.#sending = false;
    if (this.#queue.length === 0) this.#wakeIdle();
    else if (!this.#closed.signal.aborted) this.#arm();
  }

  #nextBlock(): Report[] {
    const block: Report[] = [];
    let bytes = 0;
    for (const report of this.#queue) {
      bytes += sizeOf(report);
      if (block.length === this.#most || (block.length > 0 && bytes > maxBlockBytes)) break;
      block.push(report);
    }
    return block;
  }

  async #onError(error: unknown, block: readonly Report[]): Promise<void> {
    const refusal = this.#options.judge(error);
    const [first] = block;
    if (refusal === 'over') {
      this.close();
      this.#options.onFailed(error);
      return;
    }
    if (refusal !== 'away' && block.length > 1) this.#most = Math.ceil(block.length / 2);
    else if (refusal !== 'away' && first !== undefined) {
      this.#faults += 1;
      const hopeless = refusal === 'refused' || this.#faults >= faultsAllowed;
      if (hopeless && !this.#replaced.has(first.attempt)) {
        this.#replaced.add(first.attempt);
        this.#queue[0] = asRefused(first, error);
        this.#faults = 0;
        return;
      }
    }
    // A block that is refused for what is in it need not wait; one that met a fault, or nobody, has to.
    if (refusal !== 'refused' || block.length === 1) await this.#backoff.wait(this.#closed.signal);
  }

  #wakeIdle(): void {
    for (const wake of this.#idle) wake();
    this.#idle.clear();
  }
}

/** An upper bound of the bytes of a report as JSON, in which a character may take six. */
function sizeOf({ message, outputs, results = {} }: Report): number {
  let size = 600 + 6 * (message?.length ?? 0);
  for (const { output, name, path } of outputs) size += 250 + 3 * (output.length + name.length + path.length);
  for (const name of Object.keys(results)) size += 30 + 3 * name.length;
  return size;
}

/** What is told instead of a report that the server will not take: without what may be odd in it. */
function asRefused({ attempt, startedAt, endedAt, resources }: Report, error: unknown): Report {
  const why = error instanceof Error ? error.message : String(error);
  const message = `the server did not take the report of how it ended: ${why}`;
  return {
    attempt,
    outcome: 'failed',
    message: message.slice(0, 1000).replaceAll('\0', '\u2400').toWellFormed(),
    startedAt,
    endedAt,
    resources,
    outputs: [],
  };
}
