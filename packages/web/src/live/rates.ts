/**
 * How fast runs and stages go: from the counts that events brought in the last fifteen seconds.
 */
import type { RunDetail, TaskCounts } from '@gantry/model';

const windowMs = 15_000;

interface Sample {
  readonly time: number;
  readonly run: number;
  readonly stages: ReadonlyMap<string, number>;
}

const samples = new Map<number, Sample[]>();

/** Tasks that nothing more happens to by themselves. */
export function countFinished(counts: TaskCounts): number {
  return (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.cancelled ?? 0) + (counts.skipped ?? 0);
}

export function countAll(counts: TaskCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Tasks that somebody has to look at, and those that wait for them. */
export function countTroubled(counts: TaskCounts): number {
  return (counts.failed ?? 0) + (counts.blocked ?? 0);
}

export function noteProgress(run: RunDetail): void {
  const time = performance.now();
  const sample: Sample = {
    time,
    run: countFinished(run.tasks),
    stages: new Map(run.stages.map(({ name, tasks }) => [name, countFinished(tasks)])),
  };
  const known = samples.get(run.id) ?? [];
  samples.set(run.id, [...known.filter((one) => one.time > time - windowMs), sample]);
}

/** Tasks per second of a run, or of one of its stages; undefined where too little is known. */
export function rateOf(run: number, stage?: string): number | undefined {
  const now = performance.now();
  const known = (samples.get(run) ?? []).filter(({ time }) => time > now - windowMs);
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined || now - first.time < 1_000) return undefined;
  const count = (sample: Sample): number =>
    stage === undefined ? sample.run : (sample.stages.get(stage) ?? 0);
  return Math.max(0, (count(last) - count(first)) / ((now - first.time) / 1000));
}
