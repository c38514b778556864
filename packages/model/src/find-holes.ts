/**
 * Places of a grid that have no file: where a tile seems to be missing. Whether that matters is left to the run.
 */
import type { LatticeBounds } from './lattice.ts';
import type { Place } from './place.ts';

export interface Holes {
  /** How many places the grid has, those with a file and those without. */
  readonly places: number;
  readonly missing: number;
  /** The first of them. */
  readonly first: readonly Place[];
}

/** So many holes are looked for by going over the grid's places. */
const mostVisited = 2_000_000;

/**
 * Compares the places that there are with the whole grid: declared extents where there are some, else from the first to
 * the last coordinate of each axis, in the steps that they have (0, 5, 15 has a hole at 10).
 * @param limit how many holes are named
 */
export function findHoles(
  axes: readonly string[],
  places: readonly Place[],
  bounds: LatticeBounds,
  limit: number,
): Holes {
  const ranges = axes.map((axis) => rangeOf(axis, places, bounds));
  const total = ranges.reduce((product, range) => product * range.length, 1);
  const inGrid = places.filter((place) =>
    axes.every((axis, index) => ranges[index]!.includes(place[axis] ?? NaN)),
  );
  const missing = total - inGrid.length;
  if (missing === 0 || axes.length === 0) return { places: total, missing: 0, first: [] };
  const known = new Set(inGrid.map((place) => axes.map((axis) => place[axis]).join(',')));
  const first: Place[] = [];
  const visits = Math.min(total, mostVisited);
  for (let index = 0; index < visits && first.length < limit; index++) {
    const values = valuesAt(ranges, index);
    if (!known.has(values.join(',')))
      first.push(Object.fromEntries(axes.map((axis, which) => [axis, values[which] ?? 0])));
  }
  return { places: total, missing, first };
}

/** The coordinates of an axis, as an arithmetic progression without the planes that are skipped. */
interface AxisRange {
  readonly length: number;
  readonly at: (index: number) => number;
  readonly includes: (value: number) => boolean;
}

function rangeOf(axis: string, places: readonly Place[], bounds: LatticeBounds): AxisRange {
  const declared = bounds.extents[axis];
  const skipped = new Set(bounds.skip[axis]);
  let first = Infinity;
  let last = -Infinity;
  for (const place of places) {
    const value = place[axis] ?? 0;
    if (value < first) first = value;
    if (value > last) last = value;
  }
  let step = 0;
  if (declared === undefined) {
    for (const place of places) step = greatestDivisor(step, (place[axis] ?? 0) - first);
  } else {
    [first, last] = declared;
  }
  step = step === 0 ? 1 : step;
  if (skipped.size === 0) {
    const length = Math.floor((last - first) / step) + 1;
    const includes = (value: number): boolean =>
      value >= first && value <= last && (value - first) % step === 0;
    return { length, at: (index) => first + index * step, includes };
  }
  const values: number[] = [];
  for (let value = first; value <= last; value += step) if (!skipped.has(value)) values.push(value);
  const known = new Set(values);
  return {
    length: values.length,
    at: (index) => values[index] ?? NaN,
    includes: (value) => known.has(value),
  };
}

/** The coordinates of the place number `index`, the last axis varying fastest. */
function valuesAt(ranges: readonly AxisRange[], index: number): number[] {
  let rest = index;
  const values: number[] = [];
  for (let axis = ranges.length - 1; axis >= 0; axis--) {
    const range = ranges[axis]!;
    values.unshift(range.at(rest % range.length));
    rest = Math.floor(rest / range.length);
  }
  return values;
}

function greatestDivisor(a: number, b: number): number {
  let [high, low] = [Math.abs(a), Math.abs(b)];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
}
