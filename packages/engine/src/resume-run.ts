/**
 * Takes up an ended, cancelled or paused run again: what came meanwhile is seen, stale tasks become ready, and the failed or
 * cancelled tasks that are named are tried again.
 */
import { GantryError, suggestName } from '@gantry/model';
import type { Engine } from './engine.ts';
import type { RunPlan } from './run-plan.ts';
import { takeUpRun, type TakeUpOptions, type WantedTasks } from './take-up-run.ts';

/** Which failed and cancelled tasks are tried again: none, all, those with these ids, or all of some stages. */
export type Again = 'none' | 'all' | readonly number[] | { readonly stages: readonly string[] };

/**
 * Has a paused run go on, too.
 * @returns how many tasks are tried again
 * @throws GantryError `unknown-run`, `run-archived`, `unknown-stage`; `outputs-sealed` where an output may not change any more
 */
export async function resumeRun(
  engine: Engine,
  run: number,
  again: Again,
  options: TakeUpOptions = {},
): Promise<number> {
  const taken = await takeUpRun(engine, run, wantedOf(await engine.plan(run), again), options);
  return [...taken.values()].reduce((sum, stage) => sum + stage.again, 0);
}

function wantedOf(plan: RunPlan, again: Again): WantedTasks | undefined {
  if (again === 'none') return undefined;
  const ids = again === 'all' || 'stages' in again ? null : again;
  const stages = again !== 'all' && 'stages' in again ? idsOfStages(plan, again.stages) : null;
  return {
    scope: '($3::bigint[] IS NULL OR t.id = ANY ($3)) AND ($4::int[] IS NULL OR t.stage = ANY ($4))',
    ended: `coalesce(t.result IN ('failed', 'cancelled'), false)`,
    values: [ids, stages],
    ...{ ids, verdict: 'cleared', below: false, hurry: true },
  };
}

/** @throws GantryError `unknown-stage` */
export function idsOfStages(plan: RunPlan, names: readonly string[]): number[] {
  return names.map((name) => {
    const stage = plan.stages.find((one) => one.name === name);
    if (stage !== undefined) return stage.id;
    throw new GantryError('unknown-stage', `Run ${plan.id} has no stage ${name}.`, {
      field: 'stages',
      mend: suggestName(
        name,
        plan.stages.map((one) => one.name),
      ),
    });
  });
}
