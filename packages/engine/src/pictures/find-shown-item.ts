/**
 * The item of a dataset at a place. Reads only.
 */
import { formatPlace, GantryError, placeAt, type DatasetType, type Place } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface FoundItem {
  readonly dataset: {
    readonly id: number;
    readonly name: string;
    readonly type: DatasetType;
    readonly axes: readonly string[];
  };
  readonly place: Place;
  readonly name: string;
  /** Absolute, or relative to the store where an attempt has made it. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly revision: number;
  /** The attempt that has made it; null for an item of a source. */
  readonly attempt: number | null;
}

interface ItemRow {
  readonly dataset_name: string;
  readonly type: DatasetType;
  readonly axes: string[];
  readonly place: number[] | null;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly revision: number;
  readonly attempt: number | null;
}

/**
 * @throws GantryError `unknown-dataset`, `bad-request` where the place has other axes than the dataset, `unknown-item`
 */
export async function findShownItem(engine: Engine, dataset: number, place: Place): Promise<FoundItem> {
  // The axes come in any order, so the place is put in the dataset's by the statement.
  const { rows } = await engine.pool.query<ItemRow>({
    name: 'find-item',
    text: `SELECT d.name AS dataset_name, d.type, d.axes,
             i.place, i.name, i.path, i.size, i.revision, i.attempt
           FROM dataset d LEFT JOIN item i ON i.dataset = d.id AND i.place = ARRAY(
             SELECT ($2::jsonb ->> axis)::int FROM unnest(d.axes) WITH ORDINALITY AS axes(axis, position)
             ORDER BY position
           )
           WHERE d.id = $1`,
    values: [dataset, JSON.stringify(place)],
  });
  const [row] = rows;
  if (row === undefined) throw new GantryError('unknown-dataset', `There is no dataset ${dataset}.`);
  checkAxes(row, place);
  if (row.place === null) {
    throw new GantryError(
      'unknown-item',
      `The dataset "${row.dataset_name}" has no item at ${formatPlace(place)}.`,
      { field: 'query.place', mend: 'Perhaps it is still to be made, or lies at another place.' },
    );
  }
  const { dataset_name: name, type, axes } = row;
  return { ...row, dataset: { id: dataset, name, type, axes }, place: placeAt(axes, row.place) };
}

function checkAxes({ dataset_name: name, axes }: ItemRow, place: Place): void {
  const same = Object.keys(place).length === axes.length && axes.every((axis) => place[axis] !== undefined);
  if (same) return;
  const want = axes.length === 0 ? 'no axes' : `the axes ${axes.join(', ')}`;
  throw new GantryError('bad-request', `The dataset "${name}" has ${want}, not ${formatPlace(place)}.`, {
    field: 'query.place',
    mend:
      axes.length === 0
        ? 'Leave the place out.'
        : `Write the place as ${axes.map((axis) => `${axis}=1`).join(',')}.`,
  });
}
