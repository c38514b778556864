/**
 * The first tasks of a stage that read an item through one input: found by arithmetic from the item's place, as the
 * advance of a stage finds them.
 *
 * No locks. Indexes: task (stage, place), walked in order until there are enough; running (task).
 */
import { agreesInOrderSql } from '../place-sql.ts';
import type { StageShape } from '../stage-shape.ts';

export interface ReaderRow {
  readonly id: number;
  readonly place: number[];
  readonly state: string;
  readonly stale: boolean;
}

/** $1 place of the item, $2 stage, $3 how many */
export function listReadersSql(stage: StageShape, n: number): string {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage has no input ${n}`);
  const parts = (input.offsets ?? [{}]).map((offset) => {
    // A task reads the place that lies at the offset from its own.
    const back = Object.fromEntries(Object.entries(offset).map(([axis, steps]) => [axis, -steps]));
    const agrees = agreesInOrderSql(
      ...(['t.place', stage.axes, '($1::int[])', input.axes, back, input.bounds.skip] as const),
    );
    return `(SELECT t.id, t.place, t.stale,
    CASE WHEN EXISTS (SELECT FROM running r WHERE r.task = t.id) THEN 'running' ELSE t.state::text END AS state
  FROM task t WHERE t.stage = $2::int AND t.state <> 'dropped' AND ${agrees}
  ORDER BY t.place LIMIT $3)`;
  });
  return `WITH given AS (SELECT $1::int[])
SELECT * FROM (${parts.join('\nUNION ALL ')}) parts
ORDER BY place LIMIT $3`;
}
