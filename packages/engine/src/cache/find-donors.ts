/**
 * Stages of the project whose results a stage's tasks may take: with the same text, and tasks that have succeeded. Asked
 * once in a while for a stage and not for each task, so that where there are none a claim pays nothing.
 *
 * Index: `stage_by_cache_key`.
 */
import type { Engine } from '../engine.ts';
import type { RunPlan, StagePlan } from '../run-plan.ts';
import { stageCacheKey, stageCacheText } from './stage-cache-text.ts';

/** So many are looked through, the newest first. */
const most = 3;
/** What was found holds for so long, in ms: other runs come and get on. */
const holdsMs = 3_000;

interface Found {
  /** Of the stage that asked: an edit of its run makes it another one. */
  readonly text: string;
  readonly at: number;
  readonly donors: Promise<readonly StagePlan[]>;
}

const memories = new WeakMap<Engine, Map<number, Found>>();

export function findDonors(engine: Engine, run: RunPlan, stage: StagePlan): Promise<readonly StagePlan[]> {
  const memory = memories.get(engine) ?? new Map<number, Found>();
  memories.set(engine, memory);
  const text = stageCacheText(run.project, stage.compiled, stage.toolDigest) ?? '';
  const before = memory.get(stage.id);
  if (before !== undefined && before.text === text && performance.now() - before.at < holdsMs)
    return before.donors;
  const donors = askForDonors(engine, run, stage);
  donors.catch(() => memory.delete(stage.id));
  memory.set(stage.id, { text, at: performance.now(), donors });
  return donors;
}

async function askForDonors(engine: Engine, run: RunPlan, stage: StagePlan): Promise<StagePlan[]> {
  const key = stageCacheKey(run.project, stage.compiled, stage.toolDigest);
  if (key === undefined) return [];
  const { rows } = await engine.pool.query<{ id: number; run: number; takes: boolean }>({
    name: 'find-donors',
    text: `SELECT d.id, d.run FROM stage d JOIN tally y ON y.stage = d.id AND y.state = 'succeeded' AND y.tasks > 0
           WHERE d.cache_key = $1 AND d.id <> $2
             AND EXISTS (SELECT FROM stage s WHERE s.id = $2 AND s.cache_key IS NOT NULL)
           ORDER BY d.id DESC LIMIT $3`,
    values: [key, stage.id, most],
  });
  const text = stageCacheText(run.project, stage.compiled, stage.toolDigest);
  const donors: StagePlan[] = [];
  for (const row of rows) {
    const plan = await engine.plan(row.run);
    const donor = plan.stages.find(({ id }) => id === row.id);
    // The key is what it is found by; what it is now counts.
    if (donor !== undefined && stageCacheText(plan.project, donor.compiled, donor.toolDigest) === text)
      donors.push(donor);
  }
  return donors;
}
