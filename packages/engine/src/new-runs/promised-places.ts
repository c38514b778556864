/** The places that declared extents promise, one by one, for counting tasks before a run is started. */
import type { CompiledSource, LatticeBounds } from '@gantry/model';

/** Those that are counted one by one. */
const mostCounted = 2_000_000;

/** All places of declared extents; undefined where an axis has none, or they are too many to be counted. */
export function promisedPlaces({ axes }: CompiledSource, { extents }: LatticeBounds): number[][] | undefined {
  const ranges = axes.map((axis) => extents[axis]);
  let places: number[][] = [[]];
  for (const range of ranges) {
    if (range === undefined) return undefined;
    const [first, last] = range;
    if (places.length * (last - first + 1) > mostCounted) return undefined;
    const values = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    places = places.flatMap((place) => values.map((value) => [...place, value]));
  }
  return places;
}
