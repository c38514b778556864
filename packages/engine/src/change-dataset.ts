/**
 * The frame of every change of a source's dataset: the runs that read it are locked in the order of their ids, then
 * the dataset itself. A run that begins to read it in between is found by a second look, and the change starts over.
 */
import type { Transaction } from '@gantry/database';
import { GantryError, type DatasetState, type LatticeBounds } from '@gantry/model';
import type { Engine, EngineNewsDraft } from './engine.ts';
import { lockRuns, type LockedRun } from './lock-runs.ts';
import type { RunPlan } from './run-plan.ts';

export interface LockedDataset {
  readonly id: number;
  readonly name: string;
  readonly state: DatasetState;
  readonly axes: readonly string[];
  readonly bounds: LatticeBounds;
}

export interface Reader {
  readonly plan: RunPlan;
  readonly run: LockedRun;
}

/** Thrown within to start over with the runs that read the dataset now. */
class ReadersChanged extends Error {}

/** @throws GantryError `unknown-dataset`; `dataset-sealed` where the dataset does not change any more */
export async function changeDataset<T>(
  engine: Engine,
  dataset: number,
  change: (
    transaction: Transaction,
    dataset: LockedDataset,
    readers: readonly Reader[],
    news: EngineNewsDraft,
  ) => Promise<T>,
): Promise<T> {
  for (;;) {
    const ids = await runsThatRead(engine.pool, dataset);
    try {
      return await engine.work(async (transaction, news) => {
        const runs = await lockRuns(transaction, ids);
        const locked = await lockDataset(transaction, dataset);
        const now = await runsThatRead(transaction, dataset);
        if (now.some((id) => !ids.includes(id))) throw new ReadersChanged();
        const readers: Reader[] = [];
        for (const run of runs) {
          if (now.includes(run.id)) readers.push({ plan: await engine.currentPlan(transaction, run), run });
        }
        news.datasets.add(dataset);
        return change(transaction, locked, readers, news);
      });
    } catch (error) {
      if (!(error instanceof ReadersChanged)) throw error;
    }
  }
}

/**
 * Locks the row of a dataset: to change it, or to read it while nobody changes it.
 * @throws GantryError `unknown-dataset`; `dataset-sealed` where it is to be changed and may not
 */
export async function lockDataset(
  transaction: Transaction,
  dataset: number,
  purpose: 'change' | 'read' = 'change',
): Promise<LockedDataset> {
  const { rows } = await transaction.query<LockedDataset>({
    name: `lock-dataset-${purpose}`,
    text: `SELECT id, name, state, axes, bounds FROM dataset WHERE id = $1 FOR ${purpose === 'read' ? 'SHARE' : 'UPDATE'}`,
    values: [dataset],
  });
  const [row] = rows;
  if (row === undefined) throw new GantryError('unknown-dataset', `There is no dataset ${dataset}.`);
  if (purpose === 'change' && row.state !== 'open' && row.state !== 'closed') {
    throw new GantryError('dataset-sealed', `The dataset ${row.name} is ${row.state} and does not change.`, {
      mend: 'Make a new dataset for the new files.',
    });
  }
  return row;
}

/** @throws GantryError `dataset-of-run`: what a run makes is not changed from outside */
export async function refuseOutput(transaction: Transaction, dataset: number): Promise<void> {
  const { rows } = await transaction.query<{ run: number }>(
    'SELECT s.run FROM stage_output o JOIN stage s ON s.id = o.stage WHERE o.dataset = $1',
    [dataset],
  );
  const [row] = rows;
  if (row === undefined) return;
  throw new GantryError('dataset-of-run', `The dataset ${dataset} is made by run ${row.run}.`, {
    mend: 'It closes by itself when the run ends. Make a dataset of your own for other files.',
  });
}

/** Runs that see what changes in a dataset; cancelled ones look away until they are resumed. */
async function runsThatRead(on: Transaction | Engine['pool'], dataset: number): Promise<number[]> {
  const { rows } = await on.query<{ run: number }>({
    name: 'runs-that-read',
    text: `SELECT DISTINCT s.run FROM stage s JOIN run r ON r.id = s.run
           WHERE s.dataset = $1 AND r.state NOT IN ('cancelled', 'archived') ORDER BY s.run`,
    values: [dataset],
  });
  return rows.map(({ run }) => run);
}
