/**
 * Admits files to a dataset: new places, and new bytes at places that are there. Every run that reads the dataset
 * and is not cancelled or archived sees them in the same transaction.
 */
import type { Transaction } from '@gantry/database';
import { formatPlace, GantryError, isWithin, placeAt, type ItemMeta } from '@gantry/model';
import { advanceRun, nothingTouched } from './advance-run.ts';
import { changeDataset, refuseOutput } from './change-dataset.ts';
import type { Engine } from './engine.ts';
import { seeItems } from './see-source.ts';

export interface NewItem {
  /** Coordinates in the order of the dataset's axes. */
  readonly place: readonly number[];
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly checksum: string;
  /** What is known of it beside its bytes; it changes without a new revision. */
  readonly meta?: ItemMeta | undefined;
}

export interface Admitted {
  /** Items that were new or whose bytes had changed. */
  readonly changed: number;
  /** Items at new places of a closed dataset: not admitted. */
  readonly late: readonly NewItem[];
  /** Items that lie outside the dataset's extents or region, or on skipped planes: listed, not run. */
  readonly outside: readonly NewItem[];
}

/** Coordinates lie within ±2³⁰, so that a step to a neighbour never overflows. */
const maxCoordinate = 2 ** 30;

export interface AdmitOptions {
  /**
   * False for a caller who admits again what a crash of the database took away: the commit does not wait for the
   * disk. What builds on it reaches the disk after it, as the database's log has an order.
   */
  readonly durable?: boolean;
}

/**
 * @throws GantryError `unknown-dataset`; `dataset-sealed` where the dataset may not change any more;
 *   `dataset-of-run` where it is the output of a run; `place-of-wrong-size` where a place has not one coordinate per
 *   axis; `coordinate-out-of-range`; `place-twice` where two items are of one place
 */
export async function admitItems(
  engine: Engine,
  dataset: number,
  items: readonly NewItem[],
  { durable = true }: AdmitOptions = {},
): Promise<Admitted> {
  return changeDataset(engine, dataset, async (transaction, { state, axes, bounds }, runs, news) => {
    if (!durable) await transaction.query('SET LOCAL synchronous_commit TO off');
    await refuseOutput(transaction, dataset);
    for (const item of items) checkPlace(item, axes);
    checkPlacesDiffer(items, axes);
    const changed = await upsertItems(transaction, dataset, items, state === 'open');
    const late = state === 'open' ? [] : await findLate(transaction, dataset, items);
    if (changed.length > 0) {
      for (const { plan, run } of runs) {
        const touched = nothingTouched();
        for (const source of plan.sources) {
          if (source.dataset === dataset) await seeItems(transaction, source, changed, touched);
        }
        await advanceRun(transaction, plan, run, touched, news);
      }
    }
    const outside = items.filter(({ place }) => !isWithin(bounds, placeAt(axes, place)));
    return { changed: changed.length, late, outside };
  });
}

function checkPlace(item: NewItem, axes: readonly string[]): void {
  const far = item.place.find((value) => !Number.isInteger(value) || Math.abs(value) > maxCoordinate);
  if (far !== undefined) {
    throw new GantryError('coordinate-out-of-range', `${item.path} has the coordinate ${far}.`, {
      file: item.path,
      mend: `Coordinates are whole numbers from -${maxCoordinate} to ${maxCoordinate}; use a pattern that passes over the number.`,
    });
  }
  if (item.place.length === axes.length) return;
  throw new GantryError(
    'place-of-wrong-size',
    `${item.path} has ${item.place.length} coordinates, and the dataset has ${axes.length} axes (${axes.join(', ')}).`,
    { file: item.path, mend: 'Use a pattern that names every axis of the dataset.' },
  );
}

function checkPlacesDiffer(items: readonly NewItem[], axes: readonly string[]): void {
  const seen = new Map<string, NewItem>();
  for (const item of items) {
    const key = item.place.join(',');
    const other = seen.get(key);
    if (other !== undefined) {
      throw new GantryError(
        'place-twice',
        `${other.path} and ${item.path} are both of ${formatPlace(placeAt(axes, item.place))}.`,
        { file: item.path, mend: 'Use a pattern that tells them apart, or take one of them away.' },
      );
    }
    seen.set(key, item);
  }
}

/** @returns places of items that are new or whose bytes changed */
async function upsertItems(
  transaction: Transaction,
  dataset: number,
  items: readonly NewItem[],
  mayGrow: boolean,
): Promise<string[]> {
  const { rows } = await transaction.query<{ place: string }>({
    name: 'admit-items',
    // A file that moved keeps its revision, and is found where it is now.
    text: `
WITH new AS MATERIALIZED (
  SELECT n.*, i.place IS NULL OR (i.checksum, i.name) IS DISTINCT FROM (n.checksum, n.name) AS changed
  FROM jsonb_to_recordset($2::jsonb) AS n(place int[], name text, path text, size bigint, checksum text, meta jsonb)
    LEFT JOIN item i ON i.dataset = $1::int AND i.place = n.place
  WHERE $3::boolean OR i.place IS NOT NULL
), written AS (
  INSERT INTO item AS i (dataset, place, name, path, size, checksum, meta)
  SELECT $1::int, place, name, path, size, checksum, meta FROM new
  ON CONFLICT (dataset, place) DO UPDATE
    SET name = excluded.name, path = excluded.path, size = excluded.size, checksum = excluded.checksum,
      meta = excluded.meta, revision = i.revision + ((i.checksum, i.name) IS DISTINCT FROM (excluded.checksum, excluded.name))::int,
      modified = now()
    WHERE (i.checksum, i.name, i.path, i.meta)
      IS DISTINCT FROM (excluded.checksum, excluded.name, excluded.path, excluded.meta)
)
SELECT place::text FROM new WHERE changed`,
    values: [dataset, JSON.stringify(items), mayGrow],
  });
  return rows.map(({ place }) => place);
}

async function findLate(
  transaction: Transaction,
  dataset: number,
  items: readonly NewItem[],
): Promise<NewItem[]> {
  const { rows } = await transaction.query<{ index: number }>(
    `SELECT (n.ordinality - 1)::int AS index
     FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY n
     WHERE NOT EXISTS (SELECT FROM item i WHERE i.dataset = $1
       AND i.place = ARRAY(SELECT e::int FROM jsonb_array_elements_text(n.value -> 'place') e))`,
    [dataset, JSON.stringify(items)],
  );
  return rows.flatMap(({ index }) => items[index] ?? []);
}
