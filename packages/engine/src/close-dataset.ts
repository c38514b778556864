/**
 * Closes a dataset: no new places. Groups, last neighbours and stages over all of it may go now.
 */
import { advanceRun, nothingTouched } from './advance-run.ts';
import { changeDataset, refuseOutput } from './change-dataset.ts';
import type { Engine } from './engine.ts';
import { seeClosed } from './see-source.ts';

/** Closing a closed dataset does nothing. @throws GantryError `unknown-dataset`, `dataset-sealed`, `dataset-of-run` */
export async function closeDataset(engine: Engine, dataset: number): Promise<void> {
  await changeDataset(engine, dataset, async (transaction, _dataset, readers, news) => {
    await refuseOutput(transaction, dataset);
    await transaction.query(`UPDATE dataset SET state = 'closed' WHERE id = $1`, [dataset]);
    for (const { plan, run } of readers) {
      const touched = nothingTouched();
      for (const source of plan.sources) {
        if (source.dataset === dataset) await seeClosed(transaction, source, touched);
      }
      await advanceRun(transaction, plan, run, touched, news);
    }
  });
}
