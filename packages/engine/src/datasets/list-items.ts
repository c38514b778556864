/**
 * The items of a dataset in the order of their places, some at a time, of all of it or of a box of its lattice. Reads
 * only.
 *
 * Index: `item_pkey` (dataset, place), in one of two ways. A box of few places is looked up place by place, so that a
 * plane of a million items costs as much as it is large (10,000 places: 25 ms). A larger one is a walk from its least
 * place to its greatest, which ends with the page: at the most all items are passed over once (a million: 0.3 s),
 * where the last axes alone are narrow and hardly any item lies in the box.
 */
import { placeAt, type ItemQuery, type ItemSummary } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { readAxisRanges, requirePlace, type AxisRange } from './places-of-dataset.ts';
import { unknownDataset } from './read-datasets.ts';

export interface ItemRequest extends Pick<ItemQuery, 'limit'> {
  /** A range for each axis that is not to be taken whole. */
  readonly at: Readonly<Record<string, AxisRange>>;
  /** Items behind this place. */
  readonly after: Readonly<Record<string, number>> | undefined;
}

interface ItemRow {
  readonly place: number[];
  readonly name: string;
  readonly size: number;
  readonly revision: number;
  readonly modified: Date;
}

/** A box of so many places is looked up. */
const mostLookups = 20_000;

/** @throws GantryError `unknown-dataset`; `bad-request` for an axis that it has not */
export async function listItems(
  engine: Engine,
  dataset: number,
  { at, after, limit }: ItemRequest,
): Promise<ItemSummary[]> {
  const { rows: found } = await engine.pool.query<{
    axes: string[];
    items: number | null;
    first: number[] | null;
    last: number[] | null;
  }>({
    name: 'size-of-dataset',
    text: `SELECT d.axes, z.items, z.first, z.last FROM dataset d LEFT JOIN dataset_size z ON z.dataset = d.id
           WHERE d.id = $1`,
    values: [dataset],
  });
  const [size] = found;
  if (size === undefined) throw unknownDataset(dataset);
  const { axes, items } = size;
  const wanted = readAxisRanges(axes, at);
  const behind = after === undefined ? null : requirePlace(axes, after, 'after');
  if (items === null || items === 0) return [];
  // The extents have all items in them: the box need not be larger.
  const box = wanted.map((range, index): AxisRange => {
    const [first, last] = [size.first?.[index] ?? 0, size.last?.[index] ?? 0];
    return range === undefined ? [first, last] : [Math.max(first, range[0]), Math.min(last, range[1])];
  });
  const places = box.reduce((product, [first, last]) => product * Math.max(0, last - first + 1), 1);
  if (places === 0) return [];
  const looksUp = places <= mostLookups && places < items;
  const { rows } = await engine.pool.query<ItemRow>({
    name: `${looksUp ? 'look-up' : 'walk'}-items-${axes.length}`,
    text: looksUp ? lookUpSql(axes.length) : walkSql(axes.length),
    values: [dataset, box.map(([first]) => first), box.map(([, last]) => last), behind, limit],
  });
  return rows.map((row) => ({
    ...row,
    place: placeAt(axes, row.place),
    modified: row.modified.toISOString(),
  }));
}

const itemColumns = 'i.place, i.name, i.size, i.revision, i.modified';

/** $1 dataset, $2 least and $3 greatest coordinates, $4 items behind this place or null, $5 how many */
function lookUpSql(axes: number): string {
  const positions = Array.from({ length: axes }, (_, index) => index + 1);
  const series = positions.map((n) => `generate_series(($2::int[])[${n}], ($3::int[])[${n}]) x${n}`);
  const place = `ARRAY[${positions.map((n) => `x${n}`).join(', ')}]::int[]`;
  // OFFSET keeps the planner from reading the whole dataset beside the box.
  return `SELECT ${itemColumns}
    FROM ${series.join(', ')}
    CROSS JOIN LATERAL (SELECT * FROM item WHERE dataset = $1::int AND place = ${place} OFFSET 0) i
    WHERE $4::int[] IS NULL OR i.place > $4
    ORDER BY i.place LIMIT $5`;
}

function walkSql(axes: number): string {
  // Coordinates are greater than -2³¹, so that this lets all through; what the range of places says of the first axis
  // need not be said again.
  const behind = axes === 0 ? 'AND $4::int[] IS NULL' : `AND i.place > coalesce($4::int[], '{-2147483648}')`;
  const within = Array.from({ length: Math.max(0, axes - 1) }, (_, index) => index + 2)
    .map((n) => `AND i.place[${n}] BETWEEN ($2::int[])[${n}] AND ($3::int[])[${n}]`)
    .join(' ');
  return `SELECT ${itemColumns} FROM item i
    WHERE i.dataset = $1 AND i.place >= $2::int[] AND i.place <= $3::int[]
      ${behind} ${within}
    ORDER BY i.place LIMIT $5`;
}
