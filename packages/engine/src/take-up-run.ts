/**
 * Takes up a run again, be it at work, ended, cancelled or paused: what came meanwhile is seen, stale tasks become ready,
 * and the tasks that are wanted are done once more. What resume, retry and resubmission have in common.
 */
import { spreadAgain, type Transaction } from '@gantry/database';
import { GantryError, isAtWork, type RunState } from '@gantry/model';
import { advanceRun, nothingTouched } from './advance-run.ts';
import type { Engine, EngineNewsDraft } from './engine.ts';
import { lockRun, type LockedRun } from './lock-runs.ts';
import { leaveVerdicts } from './rejudge.ts';
import type { RunPlan } from './run-plan.ts';
import { seeSourcesAgain } from './see-source.ts';

/** Tasks that are done once more. Conditions are SQL over `task t`, whose parameters count from $3. */
export interface WantedTasks {
  /** Which tasks are meant, whatever their state. */
  readonly scope: string;
  /** In which states they are done again. */
  readonly ended: string;
  readonly values: readonly unknown[];
  /** The ids, where tasks are named by them: no others are looked at. */
  readonly ids: readonly number[] | null;
  /** `cleared`: a failure or cancellation is forgotten; `again`: any result is made once more. */
  readonly verdict: 'cleared' | 'again';
  /** All that reads, over however many stages, what they make is done again, too. */
  readonly below: boolean;
  /** Those that wait for the time of their next try need not wait any longer. */
  readonly hurry: boolean;
}

export interface TakeUpOptions {
  /** A run that is paused stays so: its tasks become ready, and are run when it goes on. */
  readonly keepPaused?: boolean;
}

/** Per stage, by its id: how many tasks are done again by name, and how many because they are below one. */
export type TakenUp = ReadonlyMap<number, { readonly again: number; readonly below: number }>;

/**
 * @param wanted nothing where no result is to be made again
 * @throws GantryError `unknown-run`, `run-archived`, `nothing-to-retry`; `outputs-sealed` where an output may not change any more
 */
export async function takeUpRun(
  engine: Engine,
  run: number,
  wanted: WantedTasks | undefined,
  { keepPaused = false }: TakeUpOptions = {},
): Promise<TakenUp> {
  return engine.work(async (transaction, news) => {
    const { locked, plan } = await lockForTakingUp(engine, transaction, run);
    const outputs = plan.stages.flatMap(({ shape }) => shape.outputs.map(({ dataset }) => dataset));
    const touched = nothingTouched();
    const state: RunState = keepPaused && locked.state === 'paused' ? 'paused' : 'active';
    const active = { ...locked, state, before: locked.state };
    await transaction.query('UPDATE run SET state = $2, ended = NULL, failures_told = false WHERE id = $1', [
      run,
      state,
    ]);
    // What was held back can be claimed.
    if (locked.state === 'paused') news.ready = true;
    await transaction.query(`UPDATE dataset SET state = 'open' WHERE id = ANY ($1)`, [outputs]);
    for (const output of outputs) news.datasets.add(output);
    if (locked.state === 'cancelled') await seeSourcesAgain(transaction, plan.sources, touched);
    const select =
      wanted === undefined
        ? `CASE WHEN t.stale THEN 'touched' END`
        : `CASE WHEN (${wanted.scope}) AND (${wanted.ended}) THEN '${wanted.verdict}' WHEN t.stale THEN 'touched' END`;
    // While a run is at work its stale tasks are ready already: there is nobody to look at but those that are named.
    const only = isAtWork(locked.state) ? (wanted === undefined ? [] : wanted.ids) : null;
    const left = await leaveVerdicts(transaction, plan, select, wanted?.values ?? [], touched, only);
    const counts = new Map<number, { again: number; below: number }>();
    for (const { stage, verdict, tasks } of left)
      if (verdict !== 'touched') counts.set(stage, { again: tasks, below: 0 });
    if (wanted?.below === true) {
      for (const [stage, below] of await spread(transaction, plan)) {
        touched.verdicts.add(stage);
        counts.set(stage, { again: counts.get(stage)?.again ?? 0, below });
      }
    }
    if (wanted?.hurry === true) await hurry(transaction, plan, wanted, counts, news);
    if (wanted?.verdict === 'again' && counts.size === 0) {
      // The run stays as it was.
      throw new GantryError('nothing-to-retry', 'None of these tasks has come to an end.', {
        mend: 'Those that wait, are blocked or run are done in their turn; `gantry tasks RUN` lists all.',
      });
    }
    const all = [...counts.values()];
    const about = {
      again: all.reduce((sum, { again }) => sum + again, 0),
      below: all.reduce((sum, { below }) => sum + below, 0),
    };
    // One that goes on as it did has nothing to tell.
    if (about.again > 0 || locked.state !== 'active')
      news.events.push({ run, about: { kind: 'taken-up', ...about } });
    await advanceRun(transaction, plan, active, touched, news);
    return counts;
  });
}

/** What `takeUpRun` would do again, without doing it. `below` is counted whether it would be done again or not. */
export async function countWanted(engine: Engine, run: number, wanted: WantedTasks): Promise<TakenUp> {
  const plan = await engine.plan(run);
  // The verdicts lie in a temporary table, and are gone with the transaction.
  return engine.work(async (transaction) => {
    const select = `CASE WHEN (${wanted.scope}) AND (${wanted.ended}) THEN 'again' END`;
    const left = await leaveVerdicts(transaction, plan, select, wanted.values, nothingTouched(), wanted.ids);
    const counts = new Map(left.map(({ stage, tasks }) => [stage, { again: tasks, below: 0 }]));
    for (const [stage, below] of await spread(transaction, plan))
      counts.set(stage, { again: counts.get(stage)?.again ?? 0, below });
    return counts;
  });
}

/** @throws GantryError `unknown-run`, `run-archived`, `outputs-sealed` */
async function lockForTakingUp(
  engine: Engine,
  transaction: Transaction,
  run: number,
): Promise<{ locked: LockedRun; plan: RunPlan }> {
  const locked = await lockRun(transaction, run);
  if (locked === undefined) throw new GantryError('unknown-run', `There is no run ${run}.`);
  if (locked.state === 'archived') {
    throw new GantryError('run-archived', `Run ${run} is archived.`, {
      mend: `Take it out of the archive first: \`gantry runs unarchive ${run}\`.`,
    });
  }
  const plan = await engine.currentPlan(transaction, locked);
  const sealed = await transaction.query<{ name: string }>(
    `SELECT name FROM dataset WHERE id = ANY ($1) AND state NOT IN ('open', 'closed') LIMIT 1`,
    [plan.stages.flatMap(({ shape }) => shape.outputs.map(({ dataset }) => dataset))],
  );
  if (sealed.rows[0] !== undefined) {
    throw new GantryError(
      'outputs-sealed',
      `The output ${sealed.rows[0].name} is sealed and does not change.`,
      { mend: 'Start a new run of the pipeline.' },
    );
  }
  return { locked, plan };
}

/** From stage to stage down from the tasks that are to be done again. */
async function spread(transaction: Transaction, plan: RunPlan): Promise<[stage: number, tasks: number][]> {
  const reached: [number, number][] = [];
  for (const { shape } of plan.stages) {
    const tasks = await spreadAgain(transaction, shape);
    if (tasks > 0) reached.push([shape.id, tasks]);
  }
  return reached;
}

async function hurry(
  transaction: Transaction,
  plan: RunPlan,
  { scope, values }: WantedTasks,
  counts: Map<number, { again: number; below: number }>,
  news: EngineNewsDraft,
): Promise<void> {
  const { rows } = await transaction.query<{ stage: number; tasks: number }>(
    `WITH hurried AS (
       UPDATE ready_later l SET due = now() FROM task t
       WHERE l.stage = ANY ($1) AND $2::bigint IS NULL AND l.due > now() AND t.id = l.task AND (${scope}) RETURNING l.stage)
     SELECT stage, count(*)::int AS tasks FROM hurried GROUP BY stage`,
    [plan.stages.map(({ id }) => id), null, ...values],
  );
  for (const { stage, tasks } of rows) {
    news.ready = true;
    const before = counts.get(stage);
    counts.set(stage, { again: (before?.again ?? 0) + tasks, below: before?.below ?? 0 });
  }
}
