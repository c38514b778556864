/**
 * How far a run is: tasks done and left, the rate of the last seconds, and the time that is left at it. Drawing it is
 * left to `progress-bar.ts`.
 */
import type { RunDetail, TaskCounts } from '@gantry/model';

export interface Progress {
  readonly total: number;
  /** Tasks that will not move any more: succeeded, failed, cancelled, skipped, blocked. */
  readonly done: number;
  readonly failed: number;
  readonly blocked: number;
  readonly running: number;
  /** Tasks per second over the last seconds; undefined before there is any. */
  readonly rate: number | undefined;
  /** Seconds. */
  readonly left: number | undefined;
  /** The stage with the most tasks running, or else ready; how many others are at work beside it. */
  readonly stage: string | undefined;
  readonly otherStages: number;
  readonly paused: boolean;
}

/** The rate is that of the last so many ms. */
const windowMs = 15_000;

export class ProgressMeter {
  readonly #seen: { readonly time: number; readonly ended: number }[] = [];

  /** @param now ms on any clock that only goes forward */
  measure(run: Pick<RunDetail, 'tasks' | 'stages' | 'state'>, now: number): Progress {
    const { tasks } = run;
    const failed = tasks.failed ?? 0;
    const blocked = tasks.blocked ?? 0;
    const ended = (tasks.succeeded ?? 0) + failed + (tasks.cancelled ?? 0) + (tasks.skipped ?? 0);
    const open = (tasks.waiting ?? 0) + (tasks.ready ?? 0) + (tasks.running ?? 0);
    const rate = this.#rate(now, ended);
    const atWork = stagesAtWork(run.stages);
    return {
      total: ended + blocked + open,
      done: ended + blocked,
      failed,
      blocked,
      running: tasks.running ?? 0,
      rate,
      left: rate === undefined || open === 0 ? undefined : open / rate,
      stage: atWork[0],
      otherStages: Math.max(0, atWork.length - 1),
      paused: run.state === 'paused',
    };
  }

  #rate(now: number, ended: number): number | undefined {
    const seen = this.#seen;
    seen.push({ time: now, ended });
    // One from before the window is kept, so that a slow stage has a rate as well.
    while (seen.length > 2 && now - seen[1]!.time > windowMs) seen.shift();
    const first = seen[0]!;
    const count = ended - first.ended;
    const seconds = (now - first.time) / 1000;
    // Tasks that became stale, or a retry, take counts back.
    if (count < 0) seen.splice(0, seen.length - 1);
    return count <= 0 || seconds <= 0 ? undefined : count / seconds;
  }
}

function stagesAtWork(stages: readonly { readonly name: string; readonly tasks: TaskCounts }[]): string[] {
  const by = (state: 'running' | 'ready'): string[] =>
    stages
      .filter(({ tasks }) => (tasks[state] ?? 0) > 0)
      .toSorted((a, b) => (b.tasks[state] ?? 0) - (a.tasks[state] ?? 0))
      .map(({ name }) => name);
  const running = by('running');
  return running.length > 0 ? running : by('ready');
}
