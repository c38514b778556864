/**
 * Gives a source other extents, another region or other skipped planes: its places are made anew from the items of its
 * dataset. The stages that read it are counted from scratch by the edit, so nobody is told of single places.
 */
import { closeSourceSql, type Transaction } from '@gantry/database';
import type { LatticeBounds } from '@gantry/model';
import { nothingTouched } from '../advance-run.ts';
import { lockDataset } from '../change-dataset.ts';
import type { LockedRun } from '../lock-runs.ts';
import type { SourcePlan } from '../run-plan.ts';
import { seeItems } from '../see-source.ts';

export async function changeBounds(
  transaction: Transaction,
  source: SourcePlan,
  bounds: LatticeBounds,
  run: LockedRun,
): Promise<void> {
  await lockDataset(transaction, source.dataset, 'read');
  await transaction.query('DELETE FROM task WHERE stage = $1', [source.id]);
  await transaction.query('DELETE FROM tally WHERE stage = $1', [source.id]);
  // Its tasks have other numbers: who holds a map of them reads it anew.
  await transaction.query('UPDATE stage SET bounds = $2, changes_from = $3, closed = false WHERE id = $1', [
    source.id,
    JSON.stringify(bounds),
    run.change,
  ]);
  await seeItems(transaction, { ...source, bounds }, null, nothingTouched());
  if (run.closed.includes(source.id)) await transaction.query(closeSourceSql, [source.id]);
}
