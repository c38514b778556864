/** What every way of running a process on this host needs, put together once by the process runner. */
import type { AttemptLog, OutputStore } from './attempt-storage.ts';
import type { Launcher } from './launcher.ts';
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
}

/** How an attempt is cancelled: the reason of the abort signal is the grace in milliseconds, if it is a number. */
export function graceOf(signal: AbortSignal, context: RunContext): number {
  return typeof signal.reason === 'number' ? signal.reason : context.graceMilliseconds;
}
