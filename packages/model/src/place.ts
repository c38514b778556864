/**
 * Positions of a lattice: named integer coordinates, their order and their spelling as keys.
 * The bounds of a lattice are left to `lattice.ts`.
 */

/** A position of a lattice: axis name → integer coordinate. */
export type Place = Readonly<Record<string, number>>;

/** The coordinates of `place` along `axes`, in that order; throws a `RangeError` where one is missing. */
export function coordinates(place: Place, axes: readonly string[]): number[] {
  return axes.map((axis) => {
    const value = place[axis];
    if (value === undefined) throw new RangeError(`place ${formatPlace(place)} has no axis ${axis}`);
    return value;
  });
}

/** The place whose coordinates along `axes` are `values`. */
export function placeAt(axes: readonly string[], values: readonly number[]): Place {
  const place: Record<string, number> = {};
  axes.forEach((axis, index) => {
    const value = values[index];
    if (value === undefined) throw new RangeError(`no coordinate for axis ${axis}`);
    place[axis] = value;
  });
  return place;
}

/** A key that is equal for equal coordinates along `axes`. */
export function placeKey(place: Place, axes: readonly string[]): string {
  return coordinates(place, axes).join(',');
}

/** The part of `place` along those of `axes` that it has. */
export function project(place: Place, axes: readonly string[]): Place {
  const part: Record<string, number> = {};
  for (const axis of axes) {
    const value = place[axis];
    if (value !== undefined) part[axis] = value;
  }
  return part;
}

/** True when two places have the same coordinate on every axis that both have. */
export function agrees(a: Place, b: Place): boolean {
  return Object.entries(a).every(([axis, value]) => b[axis] === undefined || b[axis] === value);
}

/** `row 1, col 2`: how a place is written for people; `the only place` where there are no axes. */
export function formatPlace(place: Place): string {
  const parts = Object.entries(place).map(([axis, value]) => `${axis} ${value}`);
  return parts.length === 0 ? 'the only place' : parts.join(', ');
}
