/**
 * Cancels all of a run that is not finished. Attempts that run are asked to stop; what they report is not needed.
 */
import { GantryError, isAtWork } from '@gantry/model';
import { advanceRun, nothingTouched } from './advance-run.ts';
import type { Engine } from './engine.ts';
import { lockRun } from './lock-runs.ts';
import { leaveVerdicts } from './rejudge.ts';

/** @throws GantryError `unknown-run` */
export async function cancelRun(engine: Engine, run: number): Promise<void> {
  await engine.work(async (transaction, news) => {
    const locked = await lockRun(transaction, run);
    if (locked === undefined) throw new GantryError('unknown-run', `There is no run ${run}.`);
    if (locked.state === 'archived') return;
    const plan = await engine.currentPlan(transaction, locked);
    await transaction.query(`UPDATE run SET state = 'cancelled', ended = now() WHERE id = $1`, [run]);
    if (isAtWork(locked.state)) news.notices.push({ kind: 'run-ended', run });
    if (locked.state !== 'cancelled') news.events.push({ run, about: { kind: 'ended', state: 'cancelled' } });
    const touched = nothingTouched();
    const select = `CASE WHEN t.state IN ('waiting', 'blocked', 'ready') THEN 'cancelled' END`;
    await leaveVerdicts(transaction, plan, select, [], touched);
    await advanceRun(transaction, plan, { ...locked, state: 'cancelled' }, touched, news);
    // Behind the removal of the ready rows, which waits for claims under way: no claim comes after.
    await transaction.query('UPDATE running SET cancel = true WHERE stage = ANY ($1)', [
      plan.stages.map(({ id }) => id),
    ]);
  });
}
