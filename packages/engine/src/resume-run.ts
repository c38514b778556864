/**
 * Takes up an ended, cancelled or paused run again: what came meanwhile is seen, stale tasks become ready, and the failed or
 * cancelled tasks that are named are tried again.
 */
import { GantryError, isAtWork, suggestName, type RunState } from '@gantry/model';
import { advanceRun, nothingTouched } from './advance-run.ts';
import type { Engine } from './engine.ts';
import { lockRun } from './lock-runs.ts';
import { leaveVerdicts } from './rejudge.ts';
import type { RunPlan } from './run-plan.ts';
import { seeSourcesAgain } from './see-source.ts';

/** Which failed and cancelled tasks are tried again: none, all, those with these ids, or all of some stages. */
export type Again = 'none' | 'all' | readonly number[] | { readonly stages: readonly string[] };

export interface ResumeOptions {
  /** A run that is paused stays so: its tasks become ready, and are run when it goes on. */
  readonly keepPaused?: boolean;
}

/**
 * Has a paused run go on, too.
 * @returns how many tasks are tried again
 * @throws GantryError `unknown-run`, `run-archived`, `unknown-stage`; `outputs-sealed` where an output may not change any more
 */
export async function resumeRun(
  engine: Engine,
  run: number,
  again: Again,
  { keepPaused = false }: ResumeOptions = {},
): Promise<number> {
  return engine.work(async (transaction, news) => {
    const locked = await lockRun(transaction, run);
    if (locked === undefined) throw new GantryError('unknown-run', `There is no run ${run}.`);
    const plan = await engine.currentPlan(transaction, locked);
    if (locked.state === 'archived') {
      throw new GantryError('run-archived', `Run ${run} is archived.`, {
        mend: `Take it out of the archive first: \`gantry runs unarchive ${run}\`.`,
      });
    }
    const outputs = plan.stages.flatMap(({ shape }) => shape.outputs.map(({ dataset }) => dataset));
    const sealed = await transaction.query<{ name: string }>(
      `SELECT name FROM dataset WHERE id = ANY ($1) AND state NOT IN ('open', 'closed') LIMIT 1`,
      [outputs],
    );
    if (sealed.rows[0] !== undefined) {
      throw new GantryError(
        'outputs-sealed',
        `The output ${sealed.rows[0].name} is sealed and does not change.`,
        {
          mend: 'Start a new run of the pipeline.',
        },
      );
    }
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
    const select = `CASE
      WHEN t.result IN ('failed', 'cancelled') AND ($3::bigint[] IS NULL OR t.id = ANY ($3)) AND t.stage = ANY ($4)
        THEN 'cleared'
      WHEN t.stale THEN 'touched' END`;
    const ids = again === 'none' ? [] : again === 'all' || 'stages' in again ? null : again;
    const stages = stagesOf(plan, again);
    // While a run is at work its stale tasks are ready already: there is nobody to look at but those that are named.
    const only = isAtWork(locked.state) ? ids : null;
    const counts = await leaveVerdicts(transaction, plan, select, [ids, stages], touched, only);
    await advanceRun(transaction, plan, active, touched, news);
    return counts.get('cleared') ?? 0;
  });
}

/** Ids of the stages whose tasks may be tried again. */
function stagesOf(plan: RunPlan, again: Again): number[] {
  if (typeof again === 'string' || !('stages' in again)) return plan.stages.map(({ id }) => id);
  return again.stages.map((name) => {
    const stage = plan.stages.find((one) => one.name === name);
    if (stage !== undefined) return stage.id;
    throw new GantryError('unknown-stage', `Run ${plan.id} has no stage ${name}.`, {
      field: 'again.stages',
      mend: suggestName(
        name,
        plan.stages.map((one) => one.name),
      ),
    });
  });
}
