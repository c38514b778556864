/**
 * Makes an open, empty dataset in a project.
 */
import type { Transaction } from '@gantry/database';
import type { DatasetType, LatticeBounds } from '@gantry/model';
import type { Engine, EngineNewsDraft } from './engine.ts';

export interface NewDataset {
  readonly project: number;
  readonly name: string;
  readonly type: DatasetType;
  readonly axes: readonly string[];
  readonly bounds: LatticeBounds;
  /** The folder that its files lie in, and the pattern that gave their places. */
  readonly folder?: string | undefined;
  readonly pattern?: string | undefined;
}

/** @returns the dataset's id */
export async function createDataset(engine: Engine, dataset: NewDataset): Promise<number> {
  return engine.work((transaction, news) => insertDataset(transaction, dataset, news));
}

/** The same, within a transaction. */
export async function insertDataset(
  transaction: Transaction,
  dataset: NewDataset,
  news: EngineNewsDraft,
): Promise<number> {
  const { rows } = await transaction.query<{ id: number }>(
    `INSERT INTO dataset (project, name, type, axes, bounds, folder, pattern)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [
      dataset.project,
      dataset.name,
      dataset.type,
      dataset.axes,
      JSON.stringify(dataset.bounds),
      dataset.folder ?? null,
      dataset.pattern ?? null,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT INTO dataset returned no row');
  news.datasets.add(row.id);
  return row.id;
}
