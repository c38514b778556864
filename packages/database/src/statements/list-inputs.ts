/**
 * The items that claimed tasks read through one input, in the order of their places. Items of failed producers,
 * which a group may lack, are left out; those of stale ones are not, since they are what is there.
 *
 * No locks. Indexes: item (dataset, place), task (stage, place).
 */
import { agreesSql, placeSql } from '../place-sql.ts';
import type { StageShape } from '../stage-shape.ts';

export interface InputItemRow {
  readonly attempt: number;
  readonly place: number[];
  readonly revision: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly checksum: string;
  /** The attempt that made it, whose path is relative to the store; null for an item of a source. */
  readonly made_by: number | null;
}

/** $1 attempts, $2 places of their tasks as text[], $3 dataset, $4 producer */
export function listInputsSql(stage: StageShape, n: number): string {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage has no input ${n}`);
  const parts = (input.offsets ?? [{}]).map((offset) => {
    const agrees = agreesSql('i.place', input.axes, 'a.place', stage.axes, offset, input.bounds.skip);
    return `SELECT a.attempt, i.place, i.revision, i.name, i.path, i.size, i.checksum, i.attempt AS made_by
  FROM claimed a JOIN item i ON i.dataset = $3 AND ${agrees}
    JOIN task u ON u.stage = $4 AND u.place = ${placeSql('i.place', input.axes, input.unitAxes)}
  WHERE unit_status(u.state, u.stale) IN ('a', 'p')`;
  });
  return `
WITH claimed AS MATERIALIZED (
  SELECT attempt, place::int[] AS place FROM unnest($1::bigint[], $2::text[]) c(attempt, place)
)
${parts.join('\nUNION ALL ')}
ORDER BY attempt, place`;
}
