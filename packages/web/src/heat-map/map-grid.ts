/**
 * The places of a plane as a grid of squares: dense arrays, so that a million squares are a few megabytes and are
 * painted without an object each. Filling it from the server is left to `use-stage-map.ts`, painting to `paint-map.ts`.
 */
import {
  goneState,
  readMapState,
  staleFlag,
  taskStates,
  type MapColumns,
  type TaskState,
} from '@gantry/model';

/** A square without a task. */
export const emptySquare = 254;

/** What coordinates lie along a side: every one from the first on, or those that there are. */
export interface GridAxis {
  readonly name: string | undefined;
  readonly size: number;
  readonly indexOf: (coordinate: number) => number;
  readonly coordinateAt: (index: number) => number;
}

export interface MapGrid {
  readonly x: GridAxis;
  readonly y: GridAxis;
  /** Row by row; the byte of `map-api.ts`, or `emptySquare`. */
  readonly state: Uint8Array;
  readonly task: Float64Array;
  /** A measure of the tasks, NaN where not known; empty if not asked for. */
  readonly value: Float32Array;
  /** What `value` is. */
  readonly measure: string | null;
  /** `run.change` that it shows. */
  change: number;
}

/** A grid with more squares than this leaves out the coordinates that no task has. */
const mostSquares = 16_000_000;

export function makeGrid(map: MapColumns, xName: string | undefined, yName: string | undefined): MapGrid {
  const full = [spanAxis(xName, map.x), spanAxis(yName, map.y)] as const;
  const dense = full[0].size * full[1].size <= Math.max(mostSquares, 4 * map.count);
  const [x, y] = dense
    ? yName === undefined && xName !== undefined
      ? wrapAxis(full[0])
      : full
    : [listAxis(xName, map.x), listAxis(yName, map.y)];
  const squares = x.size * y.size;
  const grid: MapGrid = {
    x,
    y,
    state: new Uint8Array(squares).fill(emptySquare),
    task: new Float64Array(squares),
    value: map.measure === null ? new Float32Array(0) : new Float32Array(squares).fill(NaN),
    measure: map.measure,
    change: 0,
  };
  fill(grid, map, full[0], dense && yName === undefined && xName !== undefined);
  return grid;
}

/**
 * Takes a change over. @returns false where it names a place outside the grid: then all is to be read again
 */
export function updateGrid(grid: MapGrid, map: MapColumns, wrapped: GridAxis | undefined): boolean {
  const running = taskStates.indexOf('running');
  const ready = taskStates.indexOf('ready');
  // Those that still run are named; a claim that was given back leaves no other trace.
  for (let index = 0; index < grid.state.length; index++) {
    if (grid.state[index] === running) grid.state[index] = ready;
  }
  return fill(grid, map, wrapped ?? grid.x, wrapped !== undefined);
}

function fill(grid: MapGrid, map: MapColumns, along: GridAxis, wrapped: boolean): boolean {
  grid.change = map.change;
  for (let index = 0; index < map.count; index++) {
    const square = wrapped
      ? along.indexOf(map.x[index]!)
      : squareOf(grid, grid.x.indexOf(map.x[index]!), grid.y.indexOf(map.y[index]!));
    if (square < 0 || square >= grid.state.length) return false;
    const state = map.state[index]!;
    grid.state[square] = state === goneState ? emptySquare : state;
    grid.task[square] = map.task[index]!;
    if (map.measure !== null && grid.value.length > 0) grid.value[square] = map.value[index]!;
  }
  return true;
}

function squareOf(grid: MapGrid, column: number, row: number): number {
  const inside = column >= 0 && row >= 0 && column < grid.x.size && row < grid.y.size;
  return inside ? row * grid.x.size + column : -1;
}

/** How many squares are in which state. */
export function countSquares(grid: MapGrid): Map<TaskState | 'stale', number> {
  const bytes = new Uint32Array(256);
  for (const byte of grid.state) bytes[byte]! += 1;
  const counts = new Map<TaskState | 'stale', number>();
  bytes.forEach((count, byte) => {
    const shown = byte === emptySquare || count === 0 ? undefined : readMapState(byte);
    if (shown === undefined) return;
    counts.set(shown.state, (counts.get(shown.state) ?? 0) + count);
    if (shown.stale) counts.set('stale', (counts.get('stale') ?? 0) + count);
  });
  return counts;
}

/** Where a place lies; undefined outside. */
export function findPlace(
  { x, y }: MapGrid,
  place: Readonly<Record<string, number>>,
): { column: number; row: number } | undefined {
  const along = (axis: GridAxis): number =>
    axis.name === undefined ? 0 : axis.indexOf(place[axis.name] ?? NaN);
  const wrapped = y.name === undefined && x.name !== undefined;
  const [column, row] = wrapped ? [along(x) % x.size, Math.floor(along(x) / x.size)] : [along(x), along(y)];
  const inside = column >= 0 && row >= 0 && column < x.size && row < y.size;
  return inside ? { column, row } : undefined;
}

/** What one square is; undefined outside, and where there is no task. */
export function lookAt(grid: MapGrid, column: number, row: number) {
  const square = squareOf(grid, column, row);
  const byte = square < 0 ? emptySquare : grid.state[square]!;
  const shown = byte === emptySquare ? undefined : readMapState(byte & ~staleFlag);
  if (shown === undefined) return undefined;
  const wrapped = grid.y.name === undefined && grid.x.name !== undefined;
  const place: Record<string, number> = {};
  if (wrapped) place[grid.x.name!] = grid.x.coordinateAt(square);
  else {
    if (grid.y.name !== undefined) place[grid.y.name] = grid.y.coordinateAt(row);
    if (grid.x.name !== undefined) place[grid.x.name] = grid.x.coordinateAt(column);
  }
  const value = grid.value[square] ?? NaN;
  return {
    ...{ place, state: shown.state, stale: (byte & staleFlag) !== 0 },
    task: grid.task[square]!,
    value: Number.isNaN(value) ? undefined : value,
  };
}

/** The coordinates from the least to the greatest. */
export function spanAxis(name: string | undefined, column: Int32Array): GridAxis {
  let [first, last] = [Infinity, -Infinity];
  for (const value of column) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  if (first > last) [first, last] = [0, -1];
  return {
    name,
    size: last - first + 1,
    indexOf: (coordinate) => coordinate - first,
    coordinateAt: (index) => first + index,
  };
}

/** The coordinates that there are, in order. */
function listAxis(name: string | undefined, column: Int32Array): GridAxis {
  const values = [...new Set(column)].sort((a, b) => a - b);
  const indices = new Map(values.map((value, index) => [value, index]));
  return {
    name,
    size: values.length,
    indexOf: (coordinate) => indices.get(coordinate) ?? -1,
    coordinateAt: (index) => values[index] ?? 0,
  };
}

/** So many squares fit beside each other anywhere. */
const shortLine = 8;

/** One long axis alone would be a line that nobody can see: it is laid out like text, row below row. */
function wrapAxis(axis: GridAxis): [GridAxis, GridAxis] {
  const wrapped = axis.size <= shortLine ? axis.size : Math.ceil(Math.sqrt(axis.size * 2.2));
  const columns = Math.max(1, Math.min(axis.size, wrapped));
  const rows = Math.ceil(axis.size / columns);
  return [
    { ...axis, size: columns },
    { name: undefined, size: rows, indexOf: (row) => row, coordinateAt: (row) => row },
  ];
}
