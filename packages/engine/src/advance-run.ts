/**
 * Carries what changed in a transaction through the stages of a run, once per stage in topological order, and ends
 * the run where nothing can move any more.
 */
import {
  advanceStage,
  createAllTasks,
  createFirstTasks,
  createTasks,
  withdrawItems,
  type Advance,
  type StageShape,
  type Transaction,
} from '@gantry/database';
import { isAtWork } from '@gantry/model';
import type { EngineNewsDraft } from './engine.ts';
import type { LockedRun } from './lock-runs.ts';
import type { RunPlan } from './run-plan.ts';

/** What a transaction has touched so far. */
export interface Touched {
  /** Stages and sources that left changes for those below; true where places were born. */
  readonly changed: Map<number, boolean>;
  /** Stages whose tasks got a verdict. */
  readonly verdicts: Set<number>;
  /** Sources that closed. */
  readonly closed: Set<number>;
  /** True while the run is made: stages that no input covers get their one task. */
  readonly creating: boolean;
  /** While the run's pipeline is edited. */
  readonly edit?: EditedStages;
}

/** Stages that an edit of the pipeline has touched. */
export interface EditedStages {
  /** Those that are counted from scratch; whatever reads them is among them. */
  readonly scratch: ReadonlySet<number>;
  /** Those all of whose tasks are judged anew. */
  readonly judged: ReadonlySet<number>;
}

export function nothingTouched(creating = false): Touched {
  return { changed: new Map(), verdicts: new Set(), closed: new Set(), creating };
}

/** Advances all stages below what was touched; `run` is locked by this transaction. */
export async function advanceRun(
  transaction: Transaction,
  plan: RunPlan,
  run: LockedRun,
  touched: Touched,
  news: EngineNewsDraft,
): Promise<void> {
  const openAxes = openAxesOf(plan, run, touched);
  const before = new Map(openAxes);
  for (const source of plan.sources) {
    if (!touched.closed.has(source.id)) continue;
    before.set(source.id, undeclaredAxes(source.axes, source.bounds.extents));
  }
  news.runs.add(run.id);
  let ready = false;
  for (const { shape } of plan.stages) {
    const open = openOf(shape, openAxes);
    const wasOpen = openOf(shape, before);
    openAxes.set(shape.id, stageOpenAxes(shape, openAxes));
    before.set(shape.id, stageOpenAxes(shape, before));
    if (touched.edit?.scratch.has(shape.id) === true) {
      const result = await countAgain(transaction, shape, { open, run });
      noteOutputs(news, shape);
      if (result.ready > 0) ready = true;
      continue;
    }
    const born = shape.inputs.some((input) => input.covering && touched.changed.get(input.producer) === true);
    const uncovered = touched.creating && !shape.inputs.some((input) => input.covering);
    const closing =
      touched.edit?.judged.has(shape.id) === true || open.some((value, index) => value !== wasOpen[index]);
    const changed = shape.inputs.some((input) => touched.changed.has(input.producer));
    if (!changed && !uncovered && !closing && !touched.verdicts.has(shape.id)) continue;
    const moment = {
      open,
      ended: !isAtWork(run.state),
      recount: shape.inputs.map(
        (input, index) => input.offsets !== undefined && open[index] !== wasOpen[index],
      ),
      change: run.change,
    };
    let result = touched.creating ? await createFirstTasks(transaction, shape, moment) : undefined;
    if (result === undefined) {
      const fresh = born || uncovered;
      if (fresh) await createTasks(transaction, shape);
      const verdicts = touched.verdicts.has(shape.id);
      result = await advanceStage(transaction, shape, moment, {
        verdicts,
        fresh,
        changes: changed,
        everyTask: closing,
        keep: touched.edit !== undefined,
      });
    }
    if (result.withdrawn > 0) {
      await withdrawItems(transaction, shape);
      noteOutputs(news, shape);
    }
    if (result.ready > 0) ready = true;
    if (result.emitted > 0 || result.withdrawn > 0) {
      touched.changed.set(shape.id, result.born > 0 || touched.changed.get(shape.id) === true);
    }
  }
  if (ready) news.ready = true;
  else if (isAtWork(run.state) && (await endRun(transaction, plan, run, news))) {
    for (const { shape } of plan.stages) noteOutputs(news, shape);
  }
}

/** Makes the tasks of a stage whose place in the pipeline is another one, and counts and judges all of them. */
async function countAgain(
  transaction: Transaction,
  shape: StageShape,
  { open, run }: { readonly open: readonly boolean[]; readonly run: LockedRun },
): Promise<Advance> {
  await createAllTasks(transaction, shape);
  return advanceStage(
    transaction,
    shape,
    { open, ended: !isAtWork(run.state), recount: shape.inputs.map(() => true), change: run.change },
    { verdicts: false, fresh: false, changes: false, everyTask: false, scratch: true, keep: true },
  );
}

/** The outputs of a stage have changed. */
export function noteOutputs(news: EngineNewsDraft, shape: StageShape): void {
  for (const { dataset } of shape.outputs) news.datasets.add(dataset);
}

/** Ends the run if all its sources are closed and no task is ready or running. @returns whether it did */
async function endRun(
  transaction: Transaction,
  plan: RunPlan,
  run: LockedRun,
  news: EngineNewsDraft,
): Promise<boolean> {
  const { rows } = await transaction.query<{ state: 'succeeded' | 'failed' }>({
    name: 'end-run',
    text: `
UPDATE run SET ended = now(), state = CASE WHEN EXISTS (
    SELECT FROM tally WHERE stage = ANY ($2) AND state IN ('failed', 'blocked') AND tasks > 0
  ) THEN 'failed'::run_state ELSE 'succeeded'::run_state END
WHERE id = $1
  AND NOT EXISTS (SELECT FROM stage WHERE run = $1 AND spec IS NULL AND NOT closed)
  AND NOT EXISTS (SELECT FROM tally WHERE stage = ANY ($2) AND state = 'ready' AND tasks > 0)
  AND NOT EXISTS (SELECT FROM running WHERE stage = ANY ($2))
RETURNING state`,
    values: [run.id, plan.stages.map(({ id }) => id)],
  });
  const [ended] = rows;
  if (ended === undefined) return false;
  news.events.push({ run: run.id, about: { kind: 'ended', state: ended.state } });
  // One that was taken up again and had nothing to do has not come to another end.
  if (ended.state !== run.before) news.notices.push({ kind: 'run-ended', run: run.id });
  const outputs = plan.stages.flatMap(({ shape }) => shape.outputs.map(({ dataset }) => dataset));
  await transaction.query(`UPDATE dataset SET state = 'closed' WHERE id = ANY ($1) AND state = 'open'`, [
    outputs,
  ]);
  return true;
}

function openAxesOf(plan: RunPlan, run: LockedRun, touched: Touched): Map<number, ReadonlySet<string>> {
  const closed = new Set([...run.closed, ...touched.closed]);
  return new Map(
    plan.sources.map((source) => [
      source.id,
      closed.has(source.id) ? new Set<string>() : undeclaredAxes(source.axes, source.bounds.extents),
    ]),
  );
}

function undeclaredAxes(axes: readonly string[], extents: Readonly<Record<string, unknown>>): Set<string> {
  return new Set(axes.filter((axis) => extents[axis] === undefined));
}

/** Axes along which the stage may still get tasks. */
function stageOpenAxes(
  shape: StageShape,
  openAxes: ReadonlyMap<number, ReadonlySet<string>>,
): ReadonlySet<string> {
  const covering = shape.inputs.filter((input) => input.covering);
  return new Set(
    shape.axes.filter((axis) =>
      covering.some((input) => input.axes.includes(axis) && openAxes.get(input.producer)?.has(axis) === true),
    ),
  );
}

function openOf(shape: StageShape, openAxes: ReadonlyMap<number, ReadonlySet<string>>): boolean[] {
  return shape.inputs.map((input) => {
    const open = openAxes.get(input.producer);
    if (open === undefined || open.size === 0) return false;
    if (input.offsets !== undefined) return true;
    return input.axes.some((axis) => !shape.axes.includes(axis) && open.has(axis));
  });
}
