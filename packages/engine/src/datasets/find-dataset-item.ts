/** One item of a dataset, by its place. Reads only. Indexes: `dataset_pkey`, `item_pkey`. */
import { formatPlace, GantryError, type DatasetState, type DatasetType, type ItemMeta } from '@gantry/model';
import { resolveInStore } from '@gantry/storage';
import type { Engine } from '../engine.ts';
import { requirePlace } from './places-of-dataset.ts';
import { unknownDataset } from './read-datasets.ts';

export interface DatasetItem {
  readonly dataset: {
    readonly id: number;
    readonly name: string;
    readonly type: DatasetType;
    readonly axes: string[];
    readonly state: DatasetState;
  };
  /** Coordinates in the order of the dataset's axes. */
  readonly place: readonly number[];
  readonly revision: number;
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly checksum: string;
  readonly modified: Date;
  /** What whoever acquired it says of it. */
  readonly meta: ItemMeta | null;
  /** The attempt that made it; null for an item of a source. */
  readonly attempt: number | null;
}

/**
 * @param store the store's folder
 * @throws GantryError `unknown-dataset`; `unknown-item` where there is none at the place; `bad-request` where the
 *   place names other axes than the dataset has
 */
export async function findDatasetItem(
  engine: Engine,
  dataset: number,
  place: Readonly<Record<string, number>>,
  store: string,
): Promise<DatasetItem> {
  const { rows: datasets } = await engine.pool.query<DatasetItem['dataset']>({
    name: 'dataset-of-item',
    text: 'SELECT id, name, type, axes, state FROM dataset WHERE id = $1',
    values: [dataset],
  });
  const [found] = datasets;
  if (found === undefined) throw unknownDataset(dataset);
  const { rows } = await engine.pool.query<Omit<DatasetItem, 'dataset'>>({
    name: 'find-dataset-item',
    text: `SELECT place, revision, name, path, size, checksum, modified, meta, attempt
           FROM item WHERE dataset = $1 AND place = $2`,
    values: [dataset, requirePlace(found.axes, place)],
  });
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-item', `${found.name} has no item at ${formatPlace(place)}.`, {
      field: 'place',
      mend:
        found.state === 'open'
          ? 'It is open: the item may still come.'
          : `\`gantry datasets show ${dataset}\` lists those that there are.`,
    });
  }
  // What a run has made lies in the store, and its row says where in it.
  const path = row.attempt === null ? row.path : resolveInStore(store, row.path);
  return { ...row, path, dataset: found };
}
