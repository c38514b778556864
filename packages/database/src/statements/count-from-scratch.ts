/**
 * All tasks of a stage, with what they read counted from what there is now, and not from what they counted before: for a
 * stage that an edit has put into a run, or that reads something else than before. Part of `advance-stage.ts`.
 *
 * What is read without offsets is summed once by the coordinates that tasks have, and joined: a group of a thousand rows
 * would look at all places a thousand times otherwise. Neighbours are looked up one by one.
 */
import { coordinateSql, placeSql } from '../place-sql.ts';
import { isOneToMany, type InputShape, type StageShape } from '../stage-shape.ts';
import { recountSql } from './recount.ts';

/** Rows as `countChangesSql` has them, without verdicts. */
export function countFromScratchSql(stage: StageShape): string {
  const inputs = stage.inputs.map((input, index) => ({ input, n: index + 1 }));
  const counts = inputs.map(
    ({ n }) => `r${n}.k AS k${n}, r${n}.a AS a${n}, r${n}.p AS p${n}, r${n}.f AS f${n}`,
  );
  const reads = ['$15::bigint', ...inputs.map(({ n }) => `r${n}.h`)].join(' + ');
  const joins = inputs.map(({ input, n }) =>
    input.offsets === undefined
      ? summedSql(stage, input, n)
      : `CROSS JOIN LATERAL (${recountSql(stage, n)}) r${n}`,
  );
  return `
    SELECT t.ctid AS at, t.id, t.place, t.state AS old_state, t.stale AS old_stale, t.result AS old_result,
      t.done AS old_done, t.tries AS old_tries, t.lost AS old_lost, t.counts AS old_counts, t.reads AS old_reads,
      ${[...counts, `${reads} AS reads`].join(',\n      ')}
    FROM task t
    ${joins.join('\n    ')}
    WHERE t.stage = $1`;
}

/** Joins the sums of an input as `r1`, with the columns k, a, p, f, h; zeros where there is nothing. */
function summedSql(stage: StageShape, input: InputShape, n: number): string {
  const producer = `($2::int[])[${n}]`;
  const dataset = `($3::int[])[${n}]`;
  const unitOfItem = `u.stage = ${producer} AND u.place = ${placeSql('i.place', input.axes, input.unitAxes)}`;
  const oneToMany = isOneToMany(input);
  const known = !input.covering ? '0' : oneToMany ? `coalesce(i${n}.known, 0)` : `coalesce(u${n}.known, 0)`;
  return `LEFT JOIN (
      SELECT ${sharedSql('u.place', input.unitAxes, stage.axes)} AS at, count(*)::int AS known,
        count(*) FILTER (WHERE unit_status(u.state, u.stale) = 'p')::int AS pending,
        count(*) FILTER (WHERE unit_status(u.state, u.stale) = 'f')::int AS failed
      FROM task u WHERE u.stage = ${producer} AND u.state <> 'dropped' GROUP BY 1
    ) u${n} ON u${n}.at = ${sharedSql('t.place', stage.axes, input.unitAxes, input.unitAxes)}
    LEFT JOIN (
      SELECT ${sharedSql('i.place', input.axes, stage.axes)} AS at, count(*)::int AS known,
        count(*) FILTER (WHERE unit_status(u.state, u.stale) = 'a')::int AS available,
        sum(item_reads(i.dataset, i.place, i.revision)) FILTER (WHERE unit_status(u.state, u.stale) = 'a')::bigint AS reads
      FROM item i JOIN task u ON ${unitOfItem} AND u.state NOT IN ('skipped', 'dropped')
      WHERE i.dataset = ${dataset} GROUP BY 1
    ) i${n} ON i${n}.at = ${sharedSql('t.place', stage.axes, input.axes, input.axes)}
    CROSS JOIN LATERAL (
      SELECT ${known} AS k, coalesce(i${n}.available, 0) AS a, coalesce(u${n}.pending, 0) AS p,
        coalesce(u${n}.failed, 0) AS f, coalesce(i${n}.reads, 0) AS h
    ) r${n}`;
}

/** The coordinates of `column` (ordered by `from`) on the axes that `with` has, too; in the order of `order`. */
function sharedSql(
  column: string,
  from: readonly string[],
  others: readonly string[],
  order: readonly string[] = from,
): string {
  const shared = order.filter((axis) => from.includes(axis) && others.includes(axis));
  return `ARRAY[${shared.map((axis) => coordinateSql(column, from, axis, 0, {})).join(', ')}]::int[]`;
}
