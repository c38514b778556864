/**
 * Lets a run see what is in the dataset of one of its sources: new and revised items, and that it has closed.
 */
import {
  admitFirstPlacesSql,
  admitPlacesSql,
  closeSourceSql,
  expectPlacesSql,
  type Transaction,
} from '@gantry/database';
import type { Touched } from './advance-run.ts';
import { lockDataset } from './change-dataset.ts';
import type { SourcePlan } from './run-plan.ts';

/** @param places the places to look at, as PostgreSQL arrays in text form; null for all of the dataset */
export async function seeItems(
  transaction: Transaction,
  source: SourcePlan,
  places: readonly string[] | null,
  touched: Touched,
): Promise<void> {
  let changes = 0;
  const expect = expectPlacesSql(source.axes, source.bounds);
  // Where every axis is declared, all places were promised when the run was made.
  const known = places !== null && source.axes.every((axis) => source.bounds.extents[axis] !== undefined);
  if (expect !== undefined && !known) {
    const result = await transaction.query(expect, [source.id, source.dataset, places]);
    changes += result.rowCount ?? 0;
  }
  const admit = touched.creating && expect === undefined ? admitFirstPlacesSql : admitPlacesSql;
  const admitted = await transaction.query(admit(source.axes, source.bounds), [
    source.id,
    source.dataset,
    places,
  ]);
  changes += admitted.rowCount ?? 0;
  if (changes > 0) touched.changed.set(source.id, true);
}

/** Does nothing where the run has seen it before. */
export async function seeClosed(
  transaction: Transaction,
  source: SourcePlan,
  touched: Touched,
): Promise<void> {
  const { rows } = await transaction.query<{ closed: boolean }>('SELECT closed FROM stage WHERE id = $1', [
    source.id,
  ]);
  if (rows[0]?.closed !== false) return;
  const absent = await transaction.query(closeSourceSql, [source.id]);
  touched.closed.add(source.id);
  if ((absent.rowCount ?? 0) > 0) touched.changed.set(source.id, touched.changed.get(source.id) ?? false);
}

/** All that came to the sources while the run looked away. */
export async function seeSourcesAgain(
  transaction: Transaction,
  sources: readonly SourcePlan[],
  touched: Touched,
): Promise<void> {
  for (const source of sources) {
    const { state } = await lockDataset(transaction, source.dataset, 'read');
    await seeItems(transaction, source, null, touched);
    if (state !== 'open') await seeClosed(transaction, source, touched);
  }
}
