/**
 * Does tasks of a run again, whatever came of them: some by their ids, or all of stages, states and places. Old results
 * stand until the new ones are there; what reads them is run again where bytes have changed, or in any case if that is
 * wished.
 */
import { GantryError, type ResubmitRequest, type Resubmitted } from '@gantry/model';
import type { Engine } from './engine.ts';
import { idsOfStages } from './resume-run.ts';
import type { RunPlan } from './run-plan.ts';
import { countWanted, takeUpRun, type TakeUpOptions, type WantedTasks } from './take-up-run.ts';

/**
 * @throws GantryError `unknown-run`, `run-archived`, `unknown-stage`, `unknown-axis`, `nothing-to-retry`;
 *   `outputs-sealed` where an output may not change any more
 */
export async function resubmitTasks(
  engine: Engine,
  run: number,
  request: ResubmitRequest,
  options: TakeUpOptions = { keepPaused: true },
): Promise<Resubmitted> {
  const plan = await engine.plan(run);
  const wanted = wantedOf(plan, request);
  const counts = await countWanted(engine, run, wanted);
  const found = describe(plan, counts, request);
  if (request.dryRun) return found;
  const taken = describe(plan, await takeUpRun(engine, run, wanted, options), request);
  // Without force, what is below is looked at as its inputs come: it was counted before.
  return request.below ? taken : { ...taken, below: found.below, stages: found.stages };
}

function describe(
  plan: RunPlan,
  counts: ReadonlyMap<number, { readonly again: number; readonly below: number }>,
  { below, dryRun }: ResubmitRequest,
): Resubmitted {
  const stages = plan.stages.flatMap(({ id, name }) => {
    const count = counts.get(id);
    return count === undefined ? [] : [{ stage: name, ...count }];
  });
  return {
    again: stages.reduce((sum, stage) => sum + stage.again, 0),
    below: stages.reduce((sum, stage) => sum + stage.below, 0),
    stages,
    forced: below,
    dryRun,
  };
}

function wantedOf(plan: RunPlan, { tasks, stages, states, place, below }: ResubmitRequest): WantedTasks {
  const ids = stages === undefined ? null : idsOfStages(plan, stages);
  const values: unknown[] = [tasks ?? null, ids, states];
  const within = Object.entries(place ?? {});
  const placed = within.length === 0 ? 'true' : placeCondition(plan, ids, within, values);
  return {
    scope: `($3::bigint[] IS NULL OR t.id = ANY ($3)) AND ($4::int[] IS NULL OR t.stage = ANY ($4)) AND $5::text[] IS NOT NULL AND (${placed})`,
    // A running task is in the state that it was claimed in.
    ended: `t.state::text = ANY ($5) AND NOT EXISTS (SELECT FROM running r WHERE r.task = t.id)`,
    values,
    ids: tasks ?? null,
    verdict: 'again',
    below,
    hurry: states.includes('failed'),
  };
}

/** The box of places, for each stage by its own order of axes; stages without one of the axes have no place in it. */
function placeCondition(
  plan: RunPlan,
  ids: readonly number[] | null,
  within: readonly [axis: string, range: readonly [number, number]][],
  values: unknown[],
): string {
  const stages = plan.stages.filter(
    ({ id, compiled }) =>
      (ids === null || ids.includes(id)) && within.every(([axis]) => compiled.axes.includes(axis)),
  );
  if (stages.length === 0) {
    const axes = within.map(([axis]) => axis).join(', ');
    throw new GantryError('unknown-axis', `No stage that is meant has the axes ${axes}.`, {
      field: 'place',
      mend:
        plan.stages
          .map(({ name, compiled }) => `${name} has ${compiled.axes.join(', ') || 'none'}`)
          .join('; ') + '.',
    });
  }
  return stages
    .map(({ id, compiled }) => {
      const ranges = within.map(([axis, [first, last]]) => {
        values.push(first, last);
        return `t.place[${compiled.axes.indexOf(axis) + 1}] BETWEEN $${values.length + 1}::int AND $${values.length + 2}::int`;
      });
      return `(t.stage = ${id} AND ${ranges.join(' AND ')})`;
    })
    .join(' OR ');
}
