/**
 * Points the items of successful attempts at their new bytes. Equal bytes under an equal name keep the row, and with
 * it the revision, so that what was made from them stays fresh. Returns the attempts none of whose files is pointed at.
 *
 * Locks: the run's advisory lock, taken before; rows of `item`. Index: item (dataset, place), which is looked into only
 * once for tasks that have no items yet: 5.4 µs an item with ON CONFLICT, 2.9 without.
 */
import { arrayText } from '../array-text.ts';
import type { Transaction } from '../connect.ts';
import { defineStatement } from '../define-statement.ts';

/** A file that an attempt made. */
export interface MadeItemRow {
  readonly attempt: number;
  readonly dataset: number;
  /** Coordinates that the file's name adds to the task's place. */
  readonly extra: readonly number[];
  readonly name: string;
  /** Relative to the store. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly checksum: string;
}

const columns = [
  ['attempt', 'bigint'],
  ['dataset', 'int'],
  ['extra', 'text'],
  ['name', 'text'],
  ['path', 'text'],
  ['size', 'bigint'],
  ['checksum', 'text'],
] as const;

/** Made items as parameters of `madeItemsSql`. Most have no coordinates of their own, and are not asked for them. */
export function madeItemsValues(items: readonly MadeItemRow[]): string[] {
  return columns.map(([name]) =>
    name !== 'extra'
      ? arrayText(items.map((item) => item[name]))
      : items.some(({ extra }) => extra.length > 0)
        ? arrayText(items.map(({ extra }) => `{${extra.join(',')}}`))
        : '{}',
  );
}

/** Made items that belong to attempts whose success stands; parameters from `$first` on. Ends in a WHERE clause. */
export function madeItemsSql(first: number): string {
  return `
  SELECT o.dataset, CASE WHEN o.extra IS NULL THEN v.place ELSE v.place || o.extra::int[] END AS place,
    o.name, o.path, o.size, o.checksum, v.attempt, v.first
  FROM unnest(${columns.map(([, type], index) => `$${first + index}::${type}[]`).join(', ')})
    AS o(${columns.map(([name]) => name).join(', ')})
  JOIN step_verdict v ON v.attempt = o.attempt
  WHERE v.verdict = 'succeeded'`;
}

const statement = defineStatement<{ attempt: number }, readonly unknown[]>({
  name: 'record-items',
  text: `
WITH made AS MATERIALIZED (${madeItemsSql(1)}), new AS (
  INSERT INTO item (dataset, place, name, path, size, checksum, attempt)
  SELECT dataset, place, name, path, size, checksum, attempt FROM made WHERE first
), again AS (
  INSERT INTO item AS i (dataset, place, name, path, size, checksum, attempt)
  SELECT dataset, place, name, path, size, checksum, attempt FROM made WHERE NOT first
  ON CONFLICT (dataset, place) DO UPDATE
    SET revision = i.revision + 1, name = excluded.name, path = excluded.path, size = excluded.size,
      checksum = excluded.checksum, attempt = excluded.attempt, modified = now()
    WHERE (i.checksum, i.name) IS DISTINCT FROM (excluded.checksum, excluded.name)
  RETURNING attempt
)
SELECT attempt FROM made WHERE NOT first EXCEPT SELECT attempt FROM again`,
});

/** @returns the attempts whose files were there already */
export async function recordItems(
  transaction: Transaction,
  items: readonly MadeItemRow[],
): Promise<number[]> {
  const rows = await statement.run(transaction, ...madeItemsValues(items));
  return rows.map(({ attempt }) => attempt);
}
