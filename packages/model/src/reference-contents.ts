/**
 * What the reference model's stages read: the producers and items of a dataset, which of its places are known, and
 * what of it a task counts. The run and its events are left to `reference-model.ts`.
 */
import type { InputTally } from './judge-task.ts';
import { declaredCoordinates, isWithin, neighborAt, offsetVectors, type LatticeBounds } from './lattice.ts';
import type { CompiledInput, CompiledStage } from './pipeline-graph.ts';
import { agrees, placeKey, project, type Place } from './place.ts';

/** An item with its bytes' checksum. */
export interface Item {
  readonly place: Place;
  readonly content: string;
  readonly revision: number;
}

/** The four answers to "what is at this place". */
export type UnitStatus = 'available' | 'pending' | 'failed' | 'absent';

export interface Unit {
  readonly place: Place;
  readonly status: UnitStatus;
}

/** A dataset as a stage reads it: its producers, its items, and the places that may still come. */
export interface Contents {
  readonly axes: readonly string[];
  readonly unitAxes: readonly string[];
  readonly units: ReadonlyMap<string, Unit>;
  readonly items: ReadonlyMap<string, Item>;
  readonly openAxes: ReadonlySet<string>;
  readonly bounds: LatticeBounds;
}

/** A source as the run sees it. */
export interface SeenSource {
  readonly items: ReadonlyMap<string, Item>;
  readonly closed: boolean;
}

/** Places that a source is known to have: its items, and what declared extents promise beside them. */
export function sourceContents(axes: readonly string[], bounds: LatticeBounds, source: SeenSource): Contents {
  const declared = axes.filter((axis) => bounds.extents[axis] !== undefined);
  const open = axes.filter((axis) => !declared.includes(axis));
  const items = new Map([...source.items].filter(([, { place }]) => isWithin(bounds, place)));
  const observed = open.length === 0 ? [{}] : [...items.values()].map((item) => project(item.place, open));
  const units = new Map<string, Unit>();
  for (const start of observed) {
    const promised = declared.reduce<Place[]>(
      (places, axis) =>
        places.flatMap((place) =>
          declaredCoordinates(bounds, axis).map((value) => ({ ...place, [axis]: value })),
        ),
      [start],
    );
    for (const place of promised) {
      const key = placeKey(place, axes);
      const status = items.has(key) ? 'available' : source.closed ? 'absent' : 'pending';
      units.set(key, { place, status });
    }
  }
  return {
    axes,
    unitAxes: axes,
    units,
    items,
    openAxes: new Set(source.closed ? [] : open),
    bounds,
  };
}

/** Known places: a producer's own where it makes one item, else those of the items that were made. */
export function knownPlaces(contents: Contents): Place[] {
  const oneToMany = contents.axes.length > contents.unitAxes.length;
  return [...(oneToMany ? contents.items : contents.units).values()].map(({ place }) => place);
}

/** The natural join of two lists of places, along `axes`. */
export function joinPlaces(
  left: readonly Place[],
  right: readonly Place[],
  axes: readonly string[],
): Place[] {
  const joined = new Map<string, Place>();
  for (const one of left) {
    for (const other of right) {
      if (!agrees(one, other)) continue;
      const place = project({ ...one, ...other }, axes);
      joined.set(JSON.stringify(Object.entries(place).sort()), place);
    }
  }
  return [...joined.values()];
}

/** Counts, and the items that they count: place and revision. */
export interface ReferenceTally extends InputTally {
  readonly reads: readonly string[];
}

/** Counts what the task at `place` reads through one input. */
export function tallyInput(
  stage: CompiledStage,
  input: CompiledInput,
  contents: Contents,
  place: Place,
): ReferenceTally {
  const offsets = offsetsOf(stage, contents);
  const tally = { available: 0, pending: 0, failed: 0, absent: 0, reads: [] as string[] };
  const bound = project(place, contents.axes);
  for (const offset of offsets ?? [{}]) {
    const wanted = offsets === undefined ? bound : neighborAt(bound, offset, contents.bounds.skip);
    let found = 0;
    for (const unit of contents.units.values()) {
      if (!agrees(unit.place, wanted)) continue;
      if (unit.status === 'pending') tally.pending += 1;
      if (unit.status === 'failed') tally.failed += 1;
      if (unit.status === 'pending' || unit.status === 'failed') found += 1;
      if (unit.status !== 'available') continue;
      for (const item of contents.items.values()) {
        if (!agrees(item.place, wanted) || !agrees(item.place, unit.place)) continue;
        tally.available += 1;
        found += 1;
        tally.reads.push(`${placeKey(item.place, contents.axes)}@${item.revision}`);
      }
    }
    if (offsets === undefined) continue;
    const known = [...contents.units.values()].some((unit) => agrees(unit.place, wanted));
    const mayCome = contents.openAxes.size > 0 && isWithin(contents.bounds, wanted);
    if (!known && mayCome) tally.pending += 1;
    else if (found === 0) tally.absent += 1;
  }
  const freeAxes = contents.axes.filter((axis) => !(axis in place));
  const guarded = offsets === undefined && freeAxes.some((axis) => contents.openAxes.has(axis));
  tally.reads.sort();
  return { ...tally, open: guarded };
}

function offsetsOf({ over }: CompiledStage, contents: Contents): readonly Place[] | undefined {
  return over.kind === 'neighbors' && Object.keys(over.offsets).every((axis) => contents.axes.includes(axis))
    ? offsetVectors(over.offsets)
    : undefined;
}

/** Whether the task at `place` reads what the producer at `unit` makes, if it makes anything. */
export function readsUnit(stage: CompiledStage, contents: Contents, place: Place, unit: Place): boolean {
  const bound = project(place, contents.axes);
  const offsets = offsetsOf(stage, contents);
  return (offsets ?? [{}]).some((offset) =>
    agrees(unit, offsets === undefined ? bound : neighborAt(bound, offset, contents.bounds.skip)),
  );
}
