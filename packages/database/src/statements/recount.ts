/**
 * Counts from scratch what a task reads through one input: for a task that is new, whose input has a history, and
 * for neighbours when a dataset closes. Part of `advance-stage.ts`; the row of the task is `t`.
 */
import { agreesSql, coordinateSql, placeSql } from '../place-sql.ts';
import { isOneToMany, type InputShape, type StageShape } from '../stage-shape.ts';

/** A row k, a, p, f, h: known places, available items, pending and failed producers, fingerprint. */
export function recountSql(stage: StageShape, n: number): string {
  const input = stage.inputs[n - 1];
  if (input === undefined) throw new RangeError(`stage has no input ${n}`);
  const known = input.covering ? knownSql(stage, input, n) : '0';
  const parts = (input.offsets ?? [{}]).map((offset) => partSql(stage, input, n, offset));
  return `SELECT ${known} AS k, sum(available)::int AS a, sum(pending)::int AS p, sum(failed)::int AS f,
      sum(reads)::bigint AS h
    FROM (${parts.join('\n      UNION ALL ')}) parts`;
}

/** Places that project to the task's own, so long as which the task exists. */
function knownSql(stage: StageShape, input: InputShape, n: number): string {
  if (isOneToMany(input)) {
    const agrees = agreesSql('i.place', input.axes, 't.place', stage.axes);
    // Items of tasks that have no place any more are kept, and are no part of what there is.
    return `(SELECT count(*)::int FROM item i JOIN task u ON u.stage = ($2::int[])[${n}]
        AND u.place = ${placeSql('i.place', input.axes, input.unitAxes)} AND u.state NOT IN ('skipped', 'dropped')
      WHERE i.dataset = ($3::int[])[${n}] AND ${agrees})`;
  }
  const agrees = agreesSql('u.place', input.unitAxes, 't.place', stage.axes);
  return `(SELECT count(*)::int FROM task u WHERE u.stage = ($2::int[])[${n}] AND u.state <> 'dropped' AND ${agrees})`;
}

function partSql(
  stage: StageShape,
  input: InputShape,
  n: number,
  offset: Readonly<Record<string, number>>,
): string {
  const { skip } = input.bounds;
  const producer = `($2::int[])[${n}]`;
  const units = agreesSql('u.place', input.unitAxes, 't.place', stage.axes, offset, skip);
  const items = agreesSql('i.place', input.axes, 't.place', stage.axes, offset, skip);
  const unitOfItem = placeSql('i.place', input.axes, input.unitAxes);
  const mayCome =
    input.offsets === undefined
      ? '0'
      : `(units.known = 0 AND ($5::boolean[])[${n}] AND ${withinRangesSql(stage, n, offset)})::int`;
  return `SELECT units.pending + ${mayCome} AS pending, units.failed, items.available, items.reads
      FROM (
        SELECT count(*) AS known,
          count(*) FILTER (WHERE unit_status(u.state, u.stale) = 'p')::int AS pending,
          count(*) FILTER (WHERE unit_status(u.state, u.stale) = 'f')::int AS failed
        FROM task u WHERE u.stage = ${producer} AND u.state <> 'dropped' AND ${units}
      ) units, (
        SELECT count(*)::int AS available, coalesce(sum(item_reads(i.dataset, i.place, i.revision)), 0) AS reads
        FROM item i JOIN task u ON u.stage = ${producer} AND u.place = ${unitOfItem}
        WHERE i.dataset = ($3::int[])[${n}] AND ${items} AND unit_status(u.state, u.stale) = 'a'
      ) items`;
}

/** The condition that the place at `offset` from the task's lies within the ranges of input `n`, which are in $11. */
function withinRangesSql(stage: StageShape, n: number, offset: Readonly<Record<string, number>>): string {
  const first = stage.inputs.slice(0, n - 1).reduce((sum, { axes }) => sum + 2 * axes.length, 1);
  const { axes = [], bounds } = stage.inputs[n - 1] ?? {};
  const conditions = axes.map((axis, index) => {
    const coordinate = coordinateSql('t.place', stage.axes, axis, offset[axis] ?? 0, bounds?.skip ?? {});
    return `${coordinate} BETWEEN ($11::int[])[${first + 2 * index}] AND ($11::int[])[${first + 2 * index + 1}]`;
  });
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

/**
 * For every axis of every input the least and the greatest coordinate that may come. They are a parameter, so that
 * runs over datasets of other extents share a statement.
 */
export function inputRanges(stage: StageShape): number[] {
  return stage.inputs.flatMap(({ axes, bounds: { extents, region } }) =>
    axes.flatMap((axis) => {
      const ranges = [extents[axis], region[axis]].filter((range) => range !== undefined);
      return [
        Math.max(-(2 ** 31), ...ranges.map(([least]) => least)),
        Math.min(2 ** 31 - 1, ...ranges.map(([, greatest]) => greatest)),
      ];
    }),
  );
}
