/** What every way of running a process on this host needs, put together once by the process runner. */
import type { AttemptLog, OutputStore } from './attempt-storage.ts';
import type { Launcher } from './launcher.ts';
import type { ProcessGroup } from './process-group.ts';
import type { UsageSampler } from './process-usage.ts';

export interface RunContext {
  /** Names this agent in the environment of all that it starts. */
  readonly marker: string;
  readonly log: AttemptLog;
  readonly store: OutputStore;
  /** Starts processes that come and go; persistent tools, which are few, are started by this process itself. */
  readonly launcher: Launcher;
  readonly sampler: UsageSampler;
  /** Where workers and batches have folders of their own. */
  readonly scratchFolder: string;
  /** Between asking a group to end and killing it. */
  readonly graceMilliseconds: number;
  /** Takes a line on what went wrong beside the attempts. */
  readonly warn: (line: string) => void;
}

/** How an attempt is cancelled: the reason of its abort signal. A later request may be harder, never softer. */
export class CancelRequest {
  #graceMilliseconds: number;
  readonly #listeners = new Set<(graceMilliseconds: number) => void>();

  constructor(graceMilliseconds: number) {
    this.#graceMilliseconds = graceMilliseconds;
  }

  get graceMilliseconds(): number {
    return this.#graceMilliseconds;
  }

  harden(graceMilliseconds: number): void {
    this.#graceMilliseconds = Math.min(this.#graceMilliseconds, graceMilliseconds);
    for (const listener of this.#listeners) listener(graceMilliseconds);
  }

  onHarder(listener: (graceMilliseconds: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * Calls `kill` when it is cancelled, at once if it was already, and again when it is cancelled harder. Returns the way
 * to stop that.
 */
export function onCancel(
  signal: AbortSignal,
  context: RunContext,
  kill: (graceMilliseconds: number) => void,
): () => void {
  let stop: () => void = () => undefined;
  const onAbort = (): void => {
    const request: unknown = signal.reason;
    if (!(request instanceof CancelRequest)) return kill(context.graceMilliseconds);
    stop = request.onHarder(kill);
    kill(request.graceMilliseconds);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    stop();
  };
}

/** Ends a group, however often and for whatever reasons it is to: the hardest demand holds. */
export class GroupEnding {
  readonly #group: ProcessGroup;
  #timer: NodeJS.Timeout | undefined;
  #until = Infinity;

  constructor(group: ProcessGroup) {
    this.#group = group;
  }

  /** True if nobody has asked yet. */
  get fresh(): boolean {
    return this.#until === Infinity;
  }

  stop(graceMilliseconds: number): void {
    const until = performance.now() + graceMilliseconds;
    if (this.#group.ended || until >= this.#until) return;
    const first = this.fresh;
    this.#until = until;
    clearTimeout(this.#timer);
    if (first || graceMilliseconds <= 0) {
      void this.#group.stop(graceMilliseconds);
      return;
    }
    this.#timer = setTimeout(() => this.#group.kill(), graceMilliseconds);
    void this.#group.exited.then(() => clearTimeout(this.#timer));
  }
}
