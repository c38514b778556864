/**
 * Points the items of successful attempts at their new bytes. Equal bytes under an equal name keep the row, and with
 * it the revision, so that what was made from them stays fresh. Returns the attempts whose files are pointed at now.
 *
 * Locks: the run's advisory lock, taken before; rows of `item`. Index: item (dataset, place).
 */
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

/** Rows of the JSON parameter `parameter` that belong to attempts whose success stands. Ends in a WHERE clause. */
export function madeItemsSql(parameter: string): string {
  return `
  SELECT o.dataset, v.place || coalesce(o.extra, '{}') AS place, o.name, o.path, o.size, o.checksum, v.attempt
  FROM jsonb_to_recordset(${parameter}::jsonb)
    AS o(attempt bigint, dataset int, extra int[], name text, path text, size bigint, checksum text)
  JOIN step_verdict v ON v.attempt = o.attempt
  WHERE v.verdict = 'succeeded'`;
}

/** $1 made items as JSON */
export const recordItems = defineStatement<{ attempt: number }, [madeItems: string]>({
  name: 'record-items',
  text: `
INSERT INTO item AS i (dataset, place, name, path, size, checksum, attempt)
SELECT dataset, place, name, path, size, checksum, attempt FROM (${madeItemsSql('$1')}) made
ON CONFLICT (dataset, place) DO UPDATE
  SET revision = i.revision + 1, name = excluded.name, path = excluded.path, size = excluded.size,
    checksum = excluded.checksum, attempt = excluded.attempt, modified = now()
  WHERE (i.checksum, i.name) IS DISTINCT FROM (excluded.checksum, excluded.name)
RETURNING attempt`,
});
