/**
 * Which places of a lattice have a file, as a dense grid that is small to send: for the preview of a folder before a
 * run. Painting it is left to `web`, counting holes to `find-holes.ts`.
 */
import { isWithin, type LatticeBounds } from './lattice.ts';
import type { Place } from './place.ts';

/** What is at a cell: nothing that is missed, a file, several files, a hole, or a file outside the declared extents. */
export const cellStates = ['nothing', 'file', 'twice', 'hole', 'outside'] as const;
export type CellState = (typeof cellStates)[number];

/** The coordinates of an axis: `first`, `first + step`, …, `count` of them. */
export interface PictureAxis {
  readonly name: string;
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

export interface LatticePicture {
  /** The last varies fastest. */
  readonly axes: readonly PictureAxis[];
  /** Cells in their order: the index of a state in `cellStates` and how many cells have it, by turns. */
  readonly runs: readonly number[];
}

/** A grid with more cells, or an irregular one with more runs, is not drawn. */
const mostCells = 4_000_000;
const mostRuns = 400_000;

/**
 * @param places those with one file; all of them, and those of `twice`, have the axes
 * @param twice those with several
 * @returns undefined where there is none, or where they lie so far apart that nothing could be seen
 */
export function drawLattice(
  axes: readonly string[],
  places: readonly Place[],
  twice: readonly Place[],
  bounds: LatticeBounds,
): LatticePicture | undefined {
  if (axes.length === 0 || places.length + twice.length === 0) return undefined;
  const drawn = axes.map((name) => axisOf(name, [places, twice], bounds));
  const total = drawn.reduce((product, { count }) => product * count, 1);
  if (total > mostCells) return undefined;
  const cells = expectedCells(drawn, total, bounds);
  const [hole, file] = [cellStates.indexOf('hole'), cellStates.indexOf('file')];
  const put = (place: Place, state: number): void => {
    const index = drawn.reduce(
      (sum, { name, first, step, count }) => sum * count + ((place[name] ?? 0) - first) / step,
      0,
    );
    cells[index] = cells[index] === hole ? state : cellStates.indexOf('outside');
  };
  for (const place of places) put(place, file);
  for (const place of twice) put(place, cellStates.indexOf('twice'));
  const runs = encode(cells);
  return runs === undefined ? undefined : { axes: drawn, runs };
}

/** The cells of a picture, as indexes in `cellStates`. */
export function readCells({ axes, runs }: LatticePicture): Uint8Array {
  const cells = new Uint8Array(axes.reduce((product, { count }) => product * count, 1));
  let at = 0;
  for (let index = 0; index + 1 < runs.length; index += 2) {
    const length = runs[index + 1] ?? 0;
    cells.fill(runs[index] ?? 0, at, at + length);
    at += length;
  }
  return cells;
}

/** From the least to the greatest coordinate that is there or declared, in the steps that they have. */
function axisOf(
  name: string,
  lists: readonly (readonly Place[])[],
  { extents }: LatticeBounds,
): PictureAxis {
  const declared = extents[name];
  let [first, last] = declared ?? [Infinity, -Infinity];
  for (const places of lists) {
    for (const place of places) {
      const value = place[name] ?? 0;
      if (value < first) first = value;
      if (value > last) last = value;
    }
  }
  let step = declared === undefined ? 0 : 1;
  for (const places of lists) {
    for (const place of places) {
      if (step === 1) break;
      step = greatestDivisor(step, (place[name] ?? 0) - first);
    }
  }
  step = Math.max(1, step);
  return { name, first, step, count: (last - first) / step + 1 };
}

/** All cells as holes, but for those that the bounds leave out. */
function expectedCells(axes: readonly PictureAxis[], total: number, bounds: LatticeBounds): Uint8Array {
  const cells = new Uint8Array(total).fill(cellStates.indexOf('hole'));
  let stride = total;
  for (const { name, first, step, count } of axes) {
    const block = stride / count;
    for (let index = 0; index < count; index++) {
      if (isWithin(bounds, { [name]: first + index * step })) continue;
      for (let start = index * block; start < total; start += stride)
        cells.fill(cellStates.indexOf('nothing'), start, start + block);
    }
    stride = block;
  }
  return cells;
}

function encode(cells: Uint8Array): number[] | undefined {
  const runs: number[] = [];
  for (let start = 0; start < cells.length; ) {
    let end = start + 1;
    while (end < cells.length && cells[end] === cells[start]) end += 1;
    runs.push(cells[start] ?? 0, end - start);
    if (runs.length > 2 * mostRuns) return undefined;
    start = end;
  }
  return runs;
}

function greatestDivisor(a: number, b: number): number {
  let [high, low] = [Math.abs(a), Math.abs(b)];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
}
