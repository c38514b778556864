/**
 * SQL expressions over places: the arithmetic that leads from the place of an item to the tasks that read it, and
 * from a task to what it reads. Only numbers and positions go into the text, never a name or a value of a user.
 */
import type { LatticeBounds, Place } from '@gantry/model';

/** 1-based position of `axis` in an `int[]` ordered by `axes`. */
function position(axes: readonly string[], axis: string): number {
  const index = axes.indexOf(axis);
  if (index < 0) throw new RangeError(`axis ${axis} is not among ${axes.join(', ')}`);
  return index + 1;
}

/** The coordinate of `column` along `axis`, moved by `steps` planes that are not skipped. */
export function coordinateSql(
  column: string,
  axes: readonly string[],
  axis: string,
  steps: number,
  skip: LatticeBounds['skip'],
): string {
  const coordinate = `${column}[${position(axes, axis)}]`;
  if (steps === 0) return coordinate;
  const skipped = skip[axis] ?? [];
  return skipped.length === 0
    ? `(${coordinate} + ${integer(steps)})`
    : `lattice_step(${coordinate}, ${integer(steps)}, ARRAY[${skipped.map(integer).join(', ')}])`;
}

/** The place along `to` of `column`, whose order is `from`; every axis of `to` must be among `from`. */
export function placeSql(
  column: string,
  from: readonly string[],
  to: readonly string[],
  offset: Place = {},
  skip: LatticeBounds['skip'] = {},
): string {
  const moved = to.some((axis) => (offset[axis] ?? 0) !== 0);
  if (!moved && from.length === to.length && from.every((axis, index) => axis === to[index])) return column;
  const parts = to.map((axis) => coordinateSql(column, from, axis, offset[axis] ?? 0, skip));
  return `ARRAY[${parts.join(', ')}]::int[]`;
}

/** True where `agreesSql` is an equality of whole places, so that an index leads from each `right` to its `left`. */
export function agreesWholly(leftAxes: readonly string[], rightAxes: readonly string[]): boolean {
  return leftAxes.every((axis) => rightAxes.includes(axis));
}

/**
 * A join that looks up `where` in an index for each row before it. PostgreSQL guesses one row for a stage or dataset
 * that is newer than its statistics, and would then compare all of them with each: 28 s for a block of 1,000 in a
 * stage of 10,000. A subquery behind OFFSET 0 leaves it no choice.
 */
export function lookupSql(select: string, alias: string): string {
  return `CROSS JOIN LATERAL (${select} OFFSET 0) ${alias}`;
}

/**
 * The condition that `left` (ordered by `leftAxes`) agrees with `right` moved by `offset` on the axes that both
 * have; written as an equality of whole places, which an index serves, where `right` has all of `left`'s axes.
 */
export function agreesSql(
  left: string,
  leftAxes: readonly string[],
  right: string,
  rightAxes: readonly string[],
  offset: Place = {},
  skip: LatticeBounds['skip'] = {},
): string {
  if (agreesWholly(leftAxes, rightAxes)) {
    return `${left} = ${placeSql(right, rightAxes, leftAxes, offset, skip)}`;
  }
  const shared = leftAxes.filter((axis) => rightAxes.includes(axis));
  if (shared.length === 0) return 'true';
  return shared
    .map(
      (axis) =>
        `${coordinateSql(left, leftAxes, axis, 0, skip)} = ` +
        coordinateSql(right, rightAxes, axis, offset[axis] ?? 0, skip),
    )
    .join(' AND ');
}

export interface WalkConditions {
  /** A range of the index that has all that agree, and other places only where that cannot be said by a range. */
  readonly range: string;
  /** What is to be tried of each place in the range. */
  readonly filter: string;
}

/**
 * The same in two parts, for walks along an index on `left`: where only its first axes are among those of `right`,
 * a range of places has no other plane in it.
 */
export function walkAgreeingSql(
  left: string,
  leftAxes: readonly string[],
  right: string,
  rightAxes: readonly string[],
  offset: Place = {},
  skip: LatticeBounds['skip'] = {},
): WalkConditions {
  const agrees = agreesSql(left, leftAxes, right, rightAxes, offset, skip);
  const other = leftAxes.findIndex((axis) => !rightAxes.includes(axis));
  if (other < 0) return { range: agrees, filter: 'true' };
  if (other === 0) return { range: 'true', filter: agrees };
  const begin = placeSql(right, rightAxes, leftAxes.slice(0, other), offset, skip);
  return { range: `${left} >= ${begin} AND ${left} < place_after(${begin})`, filter: agrees };
}

/** The condition that `longer` begins with `prefix`, which has `length` coordinates, served by an index. */
export function beginsWithSql(longer: string, prefix: string, length: number): string {
  if (length === 0) return 'true';
  const upper = `${prefix}[1:${length - 1}] || (${prefix}[${length}] + 1)`;
  return `(${longer} > ${prefix} AND ${longer} < (${upper}))`;
}

/** The condition that the place of `column`, moved by `offset`, lies within extents and region. */
export function withinSql(
  column: string,
  from: readonly string[],
  axes: readonly string[],
  offset: Place,
  bounds: LatticeBounds,
): string {
  const conditions = axes.flatMap((axis) => {
    const coordinate = coordinateSql(column, from, axis, offset[axis] ?? 0, bounds.skip);
    return [bounds.extents[axis], bounds.region[axis]].flatMap((range) =>
      range === undefined ? [] : [`${coordinate} BETWEEN ${integer(range[0])} AND ${integer(range[1])}`],
    );
  });
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

/** A number as SQL text; anything but a 32-bit integer is refused. */
export function integer(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > 2147483647) {
    throw new RangeError(`${value} is not a 32-bit integer`);
  }
  return value < 0 ? `(${value})` : String(value);
}
