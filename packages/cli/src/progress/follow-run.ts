/**
 * Watches a run until nothing of it moves, and shows how far it is.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isAtWork, type RunDetail, type RunSummary } from '@gantry/model';
import type { ServerAccess } from '../host/server-access.ts';
import { plural } from '../numbers.ts';
import { ProgressMeter } from './measure-progress.ts';
import { describeProgress, drawProgress } from './progress-bar.ts';
import type { ProgressLine } from './show-progress.ts';
import { TroubleTeller } from './tell-troubles.ts';

/** Asked often at first, so that a short run ends when it ends. In ms. */
const firstPauseMs = 25;
const longestPauseMs = 400;
/** So long nothing runs though tasks are ready, before that is told. */
const idleMs = 20_000;
/** So often it is asked how following the folders is getting on. */
const watchesMs = 1000;

/** @param interrupted ends the watch, not the run */
export async function followRun(
  access: ServerAccess,
  run: number,
  line: ProgressLine,
  interrupted: AbortSignal,
): Promise<RunDetail> {
  const meter = new ProgressMeter();
  let pause = firstPauseMs;
  let idleSince: number | undefined;
  let toldIdle = false;
  const troubles = new TroubleTeller();
  let lookedMs = -Infinity;
  for (;;) {
    const detail = await access.ask((client, signal) => client.run(run, signal));
    if (!isAtWork(detail.state) || interrupted.aborted) return detail;
    const now = performance.now();
    const progress = meter.measure(detail, now);
    line.show(
      (width) => drawProgress(progress, width),
      () => describeProgress(progress),
      `${detail.state} ${progress.failed > 0}`,
    );
    // Where something may still come, what keeps it from coming is told.
    if (now - lookedMs > watchesMs && detail.sources.some(({ closed }) => !closed)) {
      lookedMs = now;
      const watches = await access.ask((client, signal) => client.watches(signal));
      for (const text of troubles.news(detail, watches)) line.note(`warning: ${text}`);
    }
    for (const text of troubles.tooLarge(detail)) line.note(`warning: ${text}`);
    // Those that wait for their next try wait for nobody.
    const ready = (detail.tasks.ready ?? 0) - (detail.nextTries?.tasks ?? 0);
    const idle = detail.state === 'active' && ready > 0 && progress.running === 0;
    idleSince = idle ? (idleSince ?? now) : undefined;
    if (idleSince !== undefined && now - idleSince > idleMs && !toldIdle) {
      toldIdle = true;
      const runs = await access.ask((client, signal) => client.runs(signal));
      line.note(describeIdle(run, ready, runs));
    }
    await delay(pause, undefined, { signal: interrupted }).catch(() => {});
    pause = Math.min(longestPauseMs, pause * 1.3);
  }
}

/** Why nothing of a run runs though tasks are ready: others do, or the machine is too small. */
export function describeIdle(run: number, ready: number, runs: readonly RunSummary[]): string {
  const ahead = runs.filter(({ id, tasks }) => id !== run && (tasks.running ?? 0) > 0).map(({ id }) => id);
  const tasks = `${plural(ready, 'task')} ${ready === 1 ? 'is' : 'are'} ready`;
  if (ahead.length > 0)
    return `${tasks} and ${ready === 1 ? 'waits' : 'wait'} behind run${ahead.length === 1 ? '' : 's'} ${ahead.toSorted((a, b) => a - b).join(', ')}.`;
  return `${tasks} and nothing runs: no agent that has room for them is there.`;
}
