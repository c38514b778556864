/**
 * The first items that one task reads through one input, for people to see: as `list-inputs.ts` without an end, but
 * of a task that reads a million of them only as many as are wanted are looked at.
 *
 * No locks. Indexes: item (dataset, place), walked in order until there are enough; task (stage, place).
 */
import { agreesInOrderSql, placeSql } from '../place-sql.ts';
import type { StageShape } from '../stage-shape.ts';

export interface FewInputRow {
  readonly place: number[];
  readonly revision: number;
  readonly name: string;
  readonly path: string;
  readonly modified: Date;
  /** The attempt that made it, whose path is relative to the store; null for an item of a source. */
  readonly made_by: number | null;
}

/** $1 place of the task, $2 dataset, $3 producer, $4 how many */
export function listFewInputsSql(stage: StageShape, n: number): string {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage has no input ${n}`);
  const parts = (input.offsets ?? [{}]).map((offset) => {
    const agrees = agreesInOrderSql(
      ...(['i.place', input.axes, '($1::int[])', stage.axes, offset, input.bounds.skip] as const),
    );
    return `(SELECT i.place, i.revision, i.name, i.path, i.modified, i.attempt AS made_by
  FROM item i WHERE i.dataset = $2::int AND ${agrees}
    AND (SELECT unit_status(u.state, u.stale) FROM task u
      WHERE u.stage = $3::int AND u.place = ${placeSql('i.place', input.axes, input.unitAxes)}) IN ('a', 'p')
  ORDER BY i.place LIMIT $4)`;
  });
  // The place of a task without axes is named by no condition.
  return `WITH given AS (SELECT $1::int[])
SELECT * FROM (${parts.join('\nUNION ALL ')}) parts
ORDER BY place LIMIT $4`;
}
