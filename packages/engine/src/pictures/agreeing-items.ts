/** Items of another dataset whose places agree with one on the axes that both have. Reads only. */
import { placeAt, type Place } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface RelatedItem {
  readonly dataset: number;
  readonly place: Place;
  readonly name: string;
  /** Absolute, or relative to the store where an attempt has made it. */
  readonly path: string;
  readonly attempt: number | null;
}

/** @param limit at most so many, in the order of their places */
export async function listAgreeing(
  engine: Engine,
  dataset: { readonly id: number; readonly axes: readonly string[] },
  place: Place,
  limit: number,
): Promise<RelatedItem[]> {
  const { id, axes } = dataset;
  const shared = axes.flatMap((axis, index) => {
    const value = place[axis];
    return value === undefined ? [] : [{ position: index + 1, value }];
  });
  // One row by the index where the place is told by all axes; else the filter goes along it.
  const exact = shared.length === axes.length;
  const agrees = shared.map(({ position }, index) => `place[${position}] = $${index + 3}`);
  const { rows } = await engine.pool.query<{
    place: number[];
    name: string;
    path: string;
    attempt: number | null;
  }>(
    `SELECT place, name, path, attempt FROM item WHERE dataset = $1
       AND ${exact ? 'place = $3::int[]' : ['true', ...agrees].join(' AND ')}
     ORDER BY place LIMIT $2`,
    [id, limit, ...(exact ? [shared.map(({ value }) => value)] : shared.map(({ value }) => value))],
  );
  return rows.map((row) => ({ ...row, dataset: id, place: placeAt(axes, row.place) }));
}
