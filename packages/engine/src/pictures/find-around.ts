/**
 * What lies around a place of a dataset: the coordinates along each axis, and the neighbours in the order of places.
 * Reads only. Index: `item_pkey`; an axis is walked from value to value, so that a million items cost no more than
 * the values that are told.
 */
import { placeAt, type Place } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface Around {
  readonly along: readonly { readonly axis: string; readonly values: readonly number[] }[];
  readonly previous: Place | null;
  readonly next: Place | null;
}

/** More values of an axis are not told. */
const mostValues = 10_000;

/** @param place with the axes of the dataset */
export async function findAround(
  engine: Engine,
  dataset: { readonly id: number; readonly axes: readonly string[] },
  place: Place,
): Promise<Around> {
  const { axes, id } = dataset;
  const at = axes.map((axis) => place[axis] ?? 0);
  const [previous, next, ...along] = await Promise.all([
    findNeighbour(engine, id, at, 'previous'),
    findNeighbour(engine, id, at, 'next'),
    ...axes.map(async (axis, index) => ({ axis, values: await walkAxis(engine, id, at, index) })),
  ]);
  return {
    along,
    previous: previous === undefined ? null : placeAt(axes, previous),
    next: next === undefined ? null : placeAt(axes, next),
  };
}

async function findNeighbour(
  engine: Engine,
  dataset: number,
  at: readonly number[],
  side: 'previous' | 'next',
): Promise<number[] | undefined> {
  const [than, order] = side === 'next' ? ['>', 'ASC'] : ['<', 'DESC'];
  const { rows } = await engine.pool.query<{ place: number[] }>({
    name: `find-${side}-item`,
    text: `SELECT place FROM item WHERE dataset = $1 AND place ${than} $2::int[] ORDER BY place ${order} LIMIT 1`,
    values: [dataset, at],
  });
  return rows[0]?.place;
}

/** The coordinates along the axis at which there is an item whose others are those of `at`. */
async function walkAxis(
  engine: Engine,
  dataset: number,
  at: readonly number[],
  axis: number,
): Promise<number[]> {
  const before = at.slice(0, axis);
  // The first place behind all that begin as this one; of the first axis there is none.
  const end = axis === 0 ? null : [...before.slice(0, -1), before[axis - 1]! + 1];
  const { rows } = await engine.pool.query<{ value: number }>({
    name: 'walk-axis',
    text: `WITH RECURSIVE step(value) AS (
        (SELECT place[$4::int] FROM item
         WHERE dataset = $1 AND place >= $2::int[] AND ($3::int[] IS NULL OR place < $3) ORDER BY place LIMIT 1)
        UNION ALL
        SELECT (SELECT place[$4] FROM item
                WHERE dataset = $1 AND place >= $2 || (step.value + 1) AND ($3 IS NULL OR place < $3)
                ORDER BY place LIMIT 1)
        FROM step WHERE step.value IS NOT NULL
      )
      SELECT value FROM step
      WHERE value IS NOT NULL
        AND EXISTS (SELECT FROM item WHERE dataset = $1 AND place = $2 || value || $5::int[])
      LIMIT $6`,
    values: [dataset, before, end, axis + 1, at.slice(axis + 1), mostValues],
  });
  return rows.map(({ value }) => value);
}
