/**
 * Admits files to a dataset: new places, and new bytes at places that are there. Every run that reads the dataset
 * and is not cancelled or archived sees them in the same transaction.
 */
import type { Transaction } from '@gantry/database';
import { GantryError } from '@gantry/model';
import { advanceRun, nothingTouched } from './advance-run.ts';
import { changeDataset } from './change-dataset.ts';
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
}

export interface Admitted {
  /** Items that were new or whose bytes had changed. */
  readonly changed: number;
  /** Items at new places of a closed dataset: not admitted. */
  readonly late: readonly NewItem[];
}

/**
 * @throws GantryError `unknown-dataset`; `dataset-sealed` where the dataset may not change any more;
 *   `place-of-wrong-size` where a place has not one coordinate per axis
 */
export async function admitItems(
  engine: Engine,
  dataset: number,
  items: readonly NewItem[],
): Promise<Admitted> {
  return changeDataset(engine, dataset, async (transaction, { state, axes }, runs, news) => {
    for (const item of items) checkPlace(item, axes);
    const changed = await upsertItems(transaction, dataset, items, state === 'open');
    const late = state === 'open' ? [] : await findLate(transaction, dataset, items);
    if (changed.length > 0) {
      for (const { plan, run } of runs) {
        const touched = nothingTouched();
        for (const source of plan.sources) {
          if (source.dataset === dataset) await seeItems(transaction, source, run, changed, touched);
        }
        await advanceRun(transaction, plan, run, touched, news);
      }
    }
    return { changed: changed.length, late };
  });
}

function checkPlace(item: NewItem, axes: readonly string[]): void {
  if (item.place.length === axes.length) return;
  throw new GantryError(
    'place-of-wrong-size',
    `${item.path} has ${item.place.length} coordinates, and the dataset has ${axes.length} axes (${axes.join(', ')}).`,
    { file: item.path, mend: 'Use a pattern that names every axis of the dataset.' },
  );
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
    text: `
INSERT INTO item AS i (dataset, place, name, path, size, checksum)
SELECT $1, n.place, n.name, n.path, n.size, n.checksum
FROM jsonb_to_recordset($2::jsonb) AS n(place int[], name text, path text, size bigint, checksum text)
WHERE $3::boolean OR EXISTS (SELECT FROM item known WHERE known.dataset = $1 AND known.place = n.place)
ON CONFLICT (dataset, place) DO UPDATE
  SET revision = i.revision + 1, name = excluded.name, path = excluded.path, size = excluded.size,
    checksum = excluded.checksum, modified = now()
  WHERE (i.checksum, i.name) IS DISTINCT FROM (excluded.checksum, excluded.name)
RETURNING place::text`,
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
