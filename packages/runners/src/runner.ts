/**
 * The port that everything which executes attempts stands behind: a process on this host now, containers and
 * clusters later. `test/conformance.ts` holds every runner to it. When to run what, and telling the server,
 * are left to the agent.
 */
import type { Assignment, Report } from '@gantry/model';

export interface RunnerCapabilities {
  readonly kind: 'process';
  /** Takes assignments with `worker`. */
  readonly persistentTools: boolean;
  /** Takes several assignments with `batch` in one submission. */
  readonly batches: boolean;
  /** `sampled`: looked at now and then, so that a fast allocation may overshoot; `kernel`: never exceeded. */
  readonly memoryLimit: 'sampled' | 'kernel' | 'none';
  /** Whether processor time and peak memory in reports are exact, or miss what lies between two looks. */
  readonly usage: 'sampled' | 'exact' | 'none';
}

/**
 * - `running`: taken, and not ended (it may still be about to start).
 * - `finished`: ended in any way; the report says how, and outputs that it names are on the disk.
 * - `lost`: this runner knows nothing of it; it does not run here, and its end is not known.
 * - `unknown`: could not be asked now; ask again.
 */
export type AttemptStatus =
  | { readonly state: 'running' }
  | { readonly state: 'finished'; readonly report: Report }
  | { readonly state: 'lost' }
  | { readonly state: 'unknown'; readonly message: string };

export interface Runner {
  readonly capabilities: RunnerCapabilities;

  /**
   * Takes one assignment; or several of equal `poolKey`, at most `batch` of them, to be run in one call of the
   * tool. When it resolves, each will come to a report, whatever happens; that a tool cannot be started is a
   * report (`start-failed`), too.
   *
   * When it rejects (the runner is closed, or already has one of them) nothing has been started, and nothing
   * is on the disk that was not there before: all of them may be submitted elsewhere.
   */
  submit(assignments: readonly Assignment[]): Promise<void>;

  /** How each attempt stands. A finished one stays so until it is released. */
  poll(attempts: readonly number[]): Promise<ReadonlyMap<number, AttemptStatus>>;

  /** Forgets finished attempts. */
  release(attempts: readonly number[]): Promise<void>;

  /**
   * Kills these attempts with all that they started, and resolves when they have come to a report (`cancelled`,
   * unless they ended first). Attempts that it does not know are passed over.
   * @param graceMilliseconds between asking to end and killing; the runner's own default if absent
   */
  cancel(attempts: readonly number[], graceMilliseconds?: number): Promise<void>;

  /** Calls back when an attempt has finished; returns the way to stop that. */
  onFinished(listener: (report: Report) => void): () => void;

  /** Cancels what runs, ends idle workers, and takes nothing more. */
  close(): Promise<void>;
}
