/**
 * Puts an ended run away, and takes it out again. What it made stays; its failures are shown no more, and what comes to
 * its sources it does not see until it is back.
 */
import { GantryError, isAtWork, type RunState } from '@gantry/model';
import { advanceRun, nothingTouched } from './advance-run.ts';
import type { Engine } from './engine.ts';
import { lockRun } from './lock-runs.ts';
import { seeSourcesAgain } from './see-source.ts';

/** Does nothing where it is archived. @throws GantryError `unknown-run`; `run-at-work` */
export async function archiveRun(engine: Engine, run: number): Promise<void> {
  await engine.work(async (transaction, news) => {
    const locked = await lockRun(transaction, run);
    if (locked === undefined) throw unknownRun(run);
    if (isAtWork(locked.state)) {
      throw new GantryError('run-at-work', `Run ${run} is at work: it is ${locked.state}.`, {
        mend: 'Wait for its end, or cancel it first.',
      });
    }
    if (locked.state === 'archived') return;
    await transaction.query(`UPDATE run SET state = 'archived', archived_from = $2 WHERE id = $1`, [
      run,
      locked.state,
    ]);
    news.runs.add(run);
    news.events.push({ run, about: { kind: 'archived' } });
  });
}

/** What came to its sources meanwhile is seen. @throws GantryError `unknown-run`; `run-not-archived` */
export async function unarchiveRun(engine: Engine, run: number): Promise<void> {
  await engine.work(async (transaction, news) => {
    const locked = await lockRun(transaction, run);
    if (locked === undefined) throw unknownRun(run);
    if (locked.state !== 'archived') {
      throw new GantryError('run-not-archived', `Run ${run} is not archived: it is ${locked.state}.`);
    }
    const { rows } = await transaction.query<{ state: RunState }>(
      'UPDATE run SET state = archived_from, archived_from = NULL WHERE id = $1 RETURNING state',
      [run],
    );
    news.runs.add(run);
    news.events.push({ run, about: { kind: 'unarchived' } });
    const [back] = rows;
    // A cancelled one looks when it is taken up again.
    if (back === undefined || back.state === 'cancelled') return;
    const plan = await engine.currentPlan(transaction, locked);
    const touched = nothingTouched();
    const again = { ...locked, state: back.state };
    await seeSourcesAgain(transaction, plan.sources, touched);
    await advanceRun(transaction, plan, again, touched, news);
  });
}

function unknownRun(run: number): GantryError {
  return new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
}
