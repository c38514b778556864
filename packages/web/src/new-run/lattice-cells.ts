/**
 * One plane of the lattice of a folder that is looked at, as squares: which coordinates lie across and down, and what is
 * at each. Pure; painting is left to `lattice-preview.tsx`.
 */
import { cellStates, readCells, type CellState, type LatticePicture, type PictureAxis } from '@gantry/model';

export interface LatticePlane {
  /** Undefined where there is one axis alone, which is laid out like text. */
  readonly x: PictureAxis | undefined;
  readonly y: PictureAxis | undefined;
  readonly columns: number;
  readonly rows: number;
  /** Row by row; 255 where the last row ends. */
  readonly cells: Uint8Array;
}

const noCell = 255;

/** What lies across: columns if there are any, else the last axis; and down: rows, else the one before. */
export function chooseAxes(axes: readonly PictureAxis[]): {
  x: PictureAxis | undefined;
  y: PictureAxis | undefined;
  others: PictureAxis[];
} {
  const named = (names: readonly string[]): PictureAxis | undefined =>
    axes.find(({ name }) => names.includes(name));
  const x = named(['col', 'x']) ?? axes.filter(({ name }) => name !== 'row' && name !== 'y').at(-1) ?? axes.at(-1);
  const y = named(['row', 'y']) ?? axes.filter((axis) => axis !== x).at(-1);
  const down = y === x ? undefined : y;
  return { x, y: down, others: axes.filter((axis) => axis !== x && axis !== down) };
}

/** @param at coordinates of the other axes; their first ones where absent */
export function planeOf(picture: LatticePicture, at: Readonly<Record<string, number>>): LatticePlane {
  const { x, y, others } = chooseAxes(picture.axes);
  const cells = readCells(picture);
  const strides = new Map<PictureAxis, number>();
  let stride = 1;
  for (const axis of picture.axes.toReversed()) {
    strides.set(axis, stride);
    stride *= axis.count;
  }
  const start = others.reduce((sum, axis) => {
    const index = ((at[axis.name] ?? axis.first) - axis.first) / axis.step;
    const inside = Number.isInteger(index) && index >= 0 && index < axis.count ? index : 0;
    return sum + inside * (strides.get(axis) ?? 0);
  }, 0);
  const across = x?.count ?? 1;
  const down = y?.count ?? 1;
  const all = new Uint8Array(across * down);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++)
      all[row * across + column] =
        cells[
          start +
            row * (y === undefined ? 0 : (strides.get(y) ?? 0)) +
            column * (x === undefined ? 0 : (strides.get(x) ?? 0))
        ] ?? 0;
  }
  if (y !== undefined || x === undefined) return { x, y, columns: across, rows: down, cells: all };
  // One axis alone would be a line that nobody can see: it is laid out like text.
  const columns = Math.max(1, Math.min(across, Math.ceil(Math.sqrt(across * 2.2))));
  const rows = Math.ceil(across / columns);
  const wrapped = new Uint8Array(columns * rows).fill(noCell);
  wrapped.set(all);
  return { x, y: undefined, columns, rows, cells: wrapped };
}

/** The place of a square and what is there; undefined beyond the last one. */
export function cellAt(
  plane: LatticePlane,
  column: number,
  row: number,
): { place: Record<string, number>; state: CellState } | undefined {
  if (column < 0 || row < 0 || column >= plane.columns || row >= plane.rows) return undefined;
  const index = row * plane.columns + column;
  const state = cellStates[plane.cells[index] ?? noCell];
  if (state === undefined) return undefined;
  const { x, y } = plane;
  const place: Record<string, number> = {};
  if (y !== undefined) place[y.name] = y.first + row * y.step;
  if (x !== undefined) place[x.name] = x.first + (y === undefined ? index : column) * x.step;
  return { place, state };
}

/** How many squares of a plane are what. */
export function countCells(plane: LatticePlane): Record<CellState, number> {
  const counts = Object.fromEntries(cellStates.map((state) => [state, 0])) as Record<CellState, number>;
  for (const cell of plane.cells) {
    const state = cellStates[cell];
    if (state !== undefined) counts[state] += 1;
  }
  return counts;
}
