/**
 * Hands ready tasks to an agent's session, deeper stages first, with the items that they read.
 */
import { claimTasks as claimStatement, listInputs, type InputItemRow } from '@gantry/database';
import type { Engine } from './engine.ts';
import type { RunPlan, StagePlan } from './run-plan.ts';

export interface ClaimedTask {
  readonly attempt: number;
  readonly task: number;
  readonly run: RunPlan;
  readonly stage: StagePlan;
  /** Coordinates in the order of the stage's axes. */
  readonly place: readonly number[];
  /** The items of each input, by its name, in the order of their places. */
  readonly inputs: Readonly<Record<string, readonly InputItemRow[]>>;
}

/** Per engine and stage, the id behind which the next claim looks first. */
const cursors = new WeakMap<Engine, Map<number, number>>();

/** Claims at most `limit` tasks for `session`. */
export async function claimTasks(engine: Engine, session: number, limit: number): Promise<ClaimedTask[]> {
  const claimed: ClaimedTask[] = [];
  for (const { run, stage: stageId } of await claimableStages(engine)) {
    if (claimed.length >= limit) break;
    const plan = await engine.plan(run);
    const stage = plan.stages.find(({ id }) => id === stageId);
    if (stage === undefined) throw new Error(`run ${run} has no stage ${stageId}`);
    claimed.push(...(await claimStage(engine, session, plan, stage, limit - claimed.length)));
  }
  return claimed;
}

/** Stages of active runs with ready tasks; older runs first, and of a run its deepest stage. */
async function claimableStages(engine: Engine): Promise<{ run: number; stage: number }[]> {
  const { rows } = await engine.pool.query<{ run: number; stage: number }>({
    name: 'claimable-stages',
    text: `SELECT s.run, s.id AS stage FROM run r JOIN stage s ON s.run = r.id
           WHERE r.state = 'active' AND s.spec IS NOT NULL AND EXISTS (SELECT FROM ready y WHERE y.stage = s.id)
           ORDER BY s.run, s.ordinal DESC`,
  });
  return rows;
}

async function claimStage(
  engine: Engine,
  session: number,
  run: RunPlan,
  stage: StagePlan,
  limit: number,
): Promise<ClaimedTask[]> {
  const cursor = cursors.get(engine) ?? new Map<number, number>();
  cursors.set(engine, cursor);
  const above = cursor.get(stage.id) ?? 0;
  const rows = await claimStatement.run(engine.pool, stage.id, session, limit, above);
  if (rows.length < limit && above > 0) {
    // Retried tasks lie before the cursor.
    rows.push(...(await claimStatement.run(engine.pool, stage.id, session, limit - rows.length, 0)));
  }
  if (rows.length < limit) cursor.delete(stage.id);
  else cursor.set(stage.id, Math.max(...rows.map(({ task }) => task)));
  if (rows.length === 0) return [];

  const inputs = new Map<number, Record<string, readonly InputItemRow[]>>(
    rows.map(({ attempt }) => [attempt, {}]),
  );
  for (const [index, input] of stage.compiled.inputs.entries()) {
    const items = Map.groupBy(
      await listInputs(engine.pool, stage.shape, index, rows),
      ({ attempt }) => attempt,
    );
    for (const [attempt, record] of inputs) record[input.name] = items.get(attempt) ?? [];
  }
  return rows.map(({ attempt, task, place }) => ({
    attempt,
    task,
    run,
    stage,
    place,
    inputs: inputs.get(attempt) ?? {},
  }));
}
