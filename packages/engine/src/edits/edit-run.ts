/**
 * Gives a run another pipeline, or other bounds of its sources, while it is at work or when it has ended: one
 * transaction under the run's lock. Stages that are new take up all that is there upstream; those that are gone leave
 * their data; of the others exactly what depends on the change becomes stale. Reading what somebody asks for into a
 * compiled pipeline is left to `check-edit.ts`.
 *
 * An attempt under way was claimed by the earlier revision, and so says the fingerprint that it holds: it ends, is stale,
 * and its task runs again (`statements/claim-tasks.ts`).
 */
import { createHash } from 'node:crypto';
import type { Transaction } from '@gantry/database';
import {
  compareBounds,
  comparePipelines,
  GantryError,
  isAtWork,
  recipeText,
  type CompiledPipeline,
  type RunState,
  type StageEdit,
} from '@gantry/model';
import { advanceRun, noteOutputs, nothingTouched, type Touched } from '../advance-run.ts';
import { insertPipeline } from '../create-run.ts';
import type { Engine, EngineNewsDraft } from '../engine.ts';
import { loadPlan } from '../load-plan.ts';
import { lockRun, type LockedRun } from '../lock-runs.ts';
import { leaveVerdicts } from '../rejudge.ts';
import type { RunPlan, StagePlan } from '../run-plan.ts';
import { changeBounds } from './change-bounds.ts';
import { countEffects, countTasks, type StageEffect } from './count-effects.ts';
import { refuseOldBase, type RevisionChange } from './read-revisions.ts';
import type { PipelineSource, RunEdit } from './run-edit.ts';
import { addStages, changeStages, dropRunning, removeStages } from './revise-stages.ts';

export interface EditOutcome {
  /** The run's revision after it; that before where nothing differs. */
  readonly revision: number;
  readonly changes: readonly RevisionChange[];
  readonly effects: readonly StageEffect[];
}

/** Thrown within to take back what was only tried. */
class OnlyTried extends Error {
  readonly outcome: EditOutcome;

  constructor(outcome: EditOutcome) {
    super('only tried');
    this.outcome = outcome;
  }
}

/**
 * What an edit would come to: it is carried out and taken back, so that the numbers are those that it would have. It holds
 * the run for as long as the edit itself.
 * @throws what `editRun` throws
 */
export async function tryEdit(engine: Engine, run: number, edit: RunEdit): Promise<EditOutcome> {
  try {
    await engine.work(async (transaction, news) => {
      throw new OnlyTried(await change(engine, transaction, news, run, edit));
    });
  } catch (error) {
    if (error instanceof OnlyTried) return error.outcome;
    throw error;
  }
  throw new Error('an edit that was only tried was kept');
}

/**
 * The same edit of the same base once more, as after an answer that was lost, does nothing and has the same answer.
 * @throws GantryError `unknown-run`, `run-archived`, `run-cancelled`; `run-edited` where `base` is not the run's revision;
 *   `sources-differ`; `outputs-sealed` where an output may not change any more
 */
export async function editRun(engine: Engine, run: number, edit: RunEdit): Promise<EditOutcome> {
  return engine.work((transaction, news) => change(engine, transaction, news, run, edit));
}

async function change(
  engine: Engine,
  transaction: Transaction,
  news: EngineNewsDraft,
  run: number,
  edit: RunEdit,
): Promise<EditOutcome> {
  const locked = await lockRun(transaction, run);
  if (locked === undefined)
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  refuseState(locked);
  const before = await engine.currentPlan(transaction, locked);
  const pipeline = await insertPipeline(transaction, before.project, edit.pipeline);
  if (locked.revision !== edit.base) {
    const done = await refuseOldBase(transaction, locked, edit, pipeline, before);
    return { ...done, effects: [] };
  }
  requireSameSources(before, edit.pipeline);
  const edits = comparePipelines(
    {
      pipeline: { stages: before.stages.map(({ compiled }) => compiled) },
      digests: Object.fromEntries(before.stages.map(({ name, toolDigest }) => [name, toolDigest])),
    },
    {
      pipeline: edit.pipeline,
      digests: Object.fromEntries(
        edit.pipeline.stages.map(({ name }) => [name, edit.tools[name]?.digest ?? '']),
      ),
    },
  );
  const rebounded = before.sources.flatMap((source) => {
    const bounds = edit.bounds?.[source.name];
    if (bounds === undefined) return [];
    const parts = compareBounds(source.bounds, bounds);
    return parts.length === 0 ? [] : [{ source, bounds, parts }];
  });
  const changes: RevisionChange[] = [
    ...rebounded.map(({ source, parts }) => ({ source: source.name, kind: 'bounds' as const, parts })),
    ...edits,
  ];
  if (changes.length === 0) return { revision: locked.revision, changes, effects: [] };

  const revision = locked.revision + 1;
  const kept = before.stages.filter(({ name }) => keepsStage(edits, name));
  await refuseSealed(transaction, kept);
  const counted = await countTasks(transaction, before);
  const state: RunState = locked.state === 'paused' ? 'paused' : 'active';
  await transaction.query(
    `UPDATE run SET revision = $2, pipeline = $3, state = $4, ended = NULL, failures_told = false,
       request = CASE WHEN $5::jsonb IS NULL THEN request ELSE request || $5::jsonb END WHERE id = $1`,
    [run, revision, pipeline, state, requestText(edit.source)],
  );
  const gone = before.stages.filter((stage) => !kept.includes(stage));
  await removeStages(transaction, gone, revision);
  await addStages(transaction, { before, edit, edits, revision, change: locked.change });
  for (const { source, bounds } of rebounded) await changeBounds(transaction, source, bounds, locked);
  const moved = await changeStages(transaction, { before, kept, edit }, async () =>
    changedRecipes(kept, await loadPlan(transaction, run)),
  );

  const plan = await loadPlan(transaction, run);
  const scratch = countedFromScratch(before, plan);
  const judged = new Set([
    ...moved.keys(),
    ...edits.flatMap(({ stage, parts }) =>
      parts.some(({ field }) => field === 'tolerate')
        ? plan.stages.filter(({ name }) => name === stage).map(({ id }) => id)
        : [],
    ),
  ]);
  const touched: Touched = { ...nothingTouched(), edit: { scratch, judged } };
  if (!isAtWork(locked.state)) await takeUp(transaction, plan, touched);
  for (const { shape } of [...plan.stages, ...gone]) noteOutputs(news, shape);
  await advanceRun(transaction, plan, { ...locked, revision, state, before: locked.state }, touched, news);
  await dropRunning(transaction, plan);
  // What was ready before is claimed by the new revision.
  news.ready = true;

  const effects = await countEffects(transaction, { before: counted, previous: before, plan, edits });
  await transaction.query(
    `INSERT INTO run_revision (run, revision, by, note, pipeline, source, tools, changes, redone)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[run, revision, edit.by ?? null, edit.note ?? null, pipeline],
      edit.source === undefined ? null : JSON.stringify(edit.source),
      JSON.stringify(edit.tools),
      JSON.stringify(changes),
      effects.reduce((sum, { again }) => sum + again, 0),
    ],
  );
  return { revision, changes, effects };
}

function refuseState({ id, state }: LockedRun): void {
  if (state === 'archived')
    throw new GantryError('run-archived', `Run ${id} is archived.`, {
      mend: `Take it out of the archive first: \`gantry runs unarchive ${id}\`.`,
    });
  if (state === 'cancelled')
    throw new GantryError('run-cancelled', `Run ${id} is cancelled, and looks at nothing.`, {
      mend: `Take it up first: \`gantry resume ${id}\`; pause it at once if nothing is to run before the edit.`,
    });
}

/** A run keeps its sources: their datasets are what it is over. */
function requireSameSources(plan: RunPlan, pipeline: CompiledPipeline): void {
  const given = new Map(pipeline.sources.map((source) => [source.name, source]));
  for (const { name, axes } of plan.sources) {
    const source = given.get(name);
    given.delete(name);
    if (source !== undefined && source.axes.join() === axes.join()) continue;
    throw new GantryError(
      'sources-differ',
      source === undefined
        ? `The run reads the source ${name}, and the pipeline has none of that name.`
        : `The source ${name} of the run has the axes ${axes.join(', ') || '(none)'}, and that of the pipeline ${source.axes.join(', ') || '(none)'}.`,
      { field: `sources.${name}`, mend: 'Leave the sources as they are, or start a new run.' },
    );
  }
  const [name] = given.keys();
  if (name !== undefined)
    throw new GantryError('sources-differ', `The run has no source ${name}.`, {
      field: `sources.${name}`,
      mend: 'Read one of its own sources, or start a new run.',
    });
}

function keepsStage(edits: readonly StageEdit[], name: string): boolean {
  return !edits.some(({ stage, kind }) => stage === name && (kind === 'removed' || kind === 'replaced'));
}

async function refuseSealed(transaction: Transaction, stages: readonly StagePlan[]): Promise<void> {
  const outputs = stages.flatMap(({ shape }) => shape.outputs.map(({ dataset }) => dataset));
  const { rows } = await transaction.query<{ name: string }>(
    `SELECT name FROM dataset WHERE id = ANY ($1) AND state NOT IN ('open', 'closed') LIMIT 1`,
    [outputs],
  );
  const [sealed] = rows;
  if (sealed === undefined) return;
  throw new GantryError('outputs-sealed', `The output ${sealed.name} is sealed and does not change.`, {
    mend: 'Start a new run of the pipeline.',
  });
}

function requestText(source: PipelineSource | undefined): string | null {
  if (source === undefined) return null;
  const { file, text, tools, params } = source;
  return JSON.stringify({ pipeline: { file, text }, tools, params });
}

/** By how much the hash of a recipe has moved, of the stages whose recipe is another one. */
function changedRecipes(kept: readonly StagePlan[], after: RunPlan): Map<number, number> {
  const moved = new Map<number, number>();
  for (const was of kept) {
    const is = after.stages.find(({ id }) => id === was.id);
    if (is === undefined) throw new Error(`stage ${was.name} is not there after the edit`);
    const by = hashRecipe(is) - hashRecipe(was);
    if (by !== 0) moved.set(was.id, by);
  }
  return moved;
}

/** 40 bits, as those of items: sums of them are exact. */
function hashRecipe({ compiled, toolDigest, shape }: StagePlan): number {
  const datasets = shape.inputs.map(({ dataset }) => dataset);
  const digest = createHash('sha256')
    .update(recipeText(compiled, toolDigest, datasets))
    .digest();
  return digest.readUIntBE(0, 5);
}

/** Stages that are new, or read something else or within other bounds than before; and all that reads one of them. */
function countedFromScratch(before: RunPlan, after: RunPlan): Set<number> {
  const was = new Map(before.stages.map(({ id, shape }) => [id, JSON.stringify(shape.inputs)]));
  const scratch = new Set<number>();
  for (const { id, shape } of after.stages) {
    const same = was.get(id) === JSON.stringify(shape.inputs);
    if (!same || shape.inputs.some(({ producer }) => scratch.has(producer))) scratch.add(id);
  }
  return scratch;
}

/** A run that has ended goes on: what was stale is ready again. */
async function takeUp(transaction: Transaction, plan: RunPlan, touched: Touched): Promise<void> {
  await transaction.query(`UPDATE dataset SET state = 'open' WHERE id = ANY ($1) AND state = 'closed'`, [
    plan.stages.flatMap(({ shape }) => shape.outputs.map(({ dataset }) => dataset)),
  ]);
  const others = plan.stages.filter(({ id }) => touched.edit?.scratch.has(id) !== true);
  await leaveVerdicts(
    transaction,
    { ...plan, stages: others },
    `CASE WHEN t.stale THEN 'touched' END`,
    [],
    touched,
  );
}
