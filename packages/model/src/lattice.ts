/**
 * The bounds of a lattice: declared extents, skipped planes and the region of interest, and steps that pass over
 * skipped planes. Which places exist in a run is left to `reference-model.ts` and the engine.
 */
import type { Place } from './place.ts';

/** An inclusive range of coordinates, `[first, last]`. */
export type Range = readonly [number, number];

export interface LatticeBounds {
  /** Declared extents; an axis without them is open until its dataset is closed. */
  readonly extents: Readonly<Record<string, Range>>;
  /** Planes that are passed over, per axis. */
  readonly skip: Readonly<Record<string, readonly number[]>>;
  /** The region of interest; what lies outside is absent. */
  readonly region: Readonly<Record<string, Range>>;
}

export const unbounded: LatticeBounds = { extents: {}, skip: {}, region: {} };

const inRange = (value: number, range: Range | undefined): boolean =>
  range === undefined || (value >= range[0] && value <= range[1]);

/** True when `place` lies within the extents and the region and on no skipped plane, on every axis that it has. */
export function isWithin(bounds: LatticeBounds, place: Place): boolean {
  return Object.entries(place).every(
    ([axis, value]) =>
      inRange(value, bounds.extents[axis]) &&
      inRange(value, bounds.region[axis]) &&
      !(bounds.skip[axis]?.includes(value) ?? false),
  );
}

/** The bounds that hold where two lattices are joined: on each axis, what both allow. */
export function intersectBounds(a: LatticeBounds, b: LatticeBounds): LatticeBounds {
  return {
    extents: mergeRecords(a.extents, b.extents, intersectRanges),
    skip: mergeRecords(a.skip, b.skip, (one, other) =>
      [...new Set([...one, ...other])].sort((x, y) => x - y),
    ),
    region: mergeRecords(a.region, b.region, intersectRanges),
  };
}

/** The bounds on `axes` alone. */
export function restrictBounds(bounds: LatticeBounds, axes: readonly string[]): LatticeBounds {
  const pick = <V>(record: Readonly<Record<string, V>>) =>
    Object.fromEntries(Object.entries(record).filter(([axis]) => axes.includes(axis)));
  return { extents: pick(bounds.extents), skip: pick(bounds.skip), region: pick(bounds.region) };
}

/** The allowed coordinates of a declared axis, in order. */
export function declaredCoordinates(bounds: LatticeBounds, axis: string): number[] {
  const extent = bounds.extents[axis];
  if (extent === undefined) throw new RangeError(`axis ${axis} has no declared extent`);
  const values: number[] = [];
  for (let value = extent[0]; value <= extent[1]; value++) {
    if (isWithin(bounds, { [axis]: value })) values.push(value);
  }
  return values;
}

/** The coordinate `steps` planes from `from`, counted in planes that are not in `skipped`. */
export function step(from: number, steps: number, skipped: readonly number[]): number {
  const direction = Math.sign(steps);
  let value = from;
  for (let left = Math.abs(steps); left > 0;) {
    value += direction;
    if (!skipped.includes(value)) left -= 1;
  }
  return value;
}

/** The product of offsets over their axes: `{z: [0, 1]}` → `[{z: 0}, {z: 1}]`. */
export function offsetVectors(offsets: Readonly<Record<string, readonly number[]>>): Place[] {
  return Object.entries(offsets).reduce<Place[]>(
    (vectors, [axis, values]) =>
      vectors.flatMap((vector) => values.map((value) => ({ ...vector, [axis]: value }))),
    [{}],
  );
}

/** The place at `offset` from `place`, passing over skipped planes. */
export function neighborAt(place: Place, offset: Place, skip: LatticeBounds['skip']): Place {
  const moved: Record<string, number> = { ...place };
  for (const [axis, steps] of Object.entries(offset)) {
    const from = place[axis];
    if (from === undefined) throw new RangeError(`place has no axis ${axis}`);
    moved[axis] = step(from, steps, skip[axis] ?? []);
  }
  return moved;
}

function intersectRanges(a: Range, b: Range): Range {
  return [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
}

function mergeRecords<V>(
  a: Readonly<Record<string, V>>,
  b: Readonly<Record<string, V>>,
  merge: (one: V, other: V) => V,
): Record<string, V> {
  const merged: Record<string, V> = { ...a };
  for (const [axis, value] of Object.entries(b)) {
    const own = a[axis];
    merged[axis] = own === undefined ? value : merge(own, value);
  }
  return merged;
}
