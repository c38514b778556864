/**
 * The grid that tiles were taken in: which tile lies at which row and column, and which pairs are neighbours.
 * Knows places only; pixels and positions are left to others.
 */
import { GantryError } from '@gantry/model';

/** A tile's file and its place, which must have the axes `row` and `col`. */
export interface GridTile {
  readonly path: string;
  /** The item's own file name, which goes into the vector. */
  readonly name: string;
  readonly place: Readonly<Record<string, number>>;
}

/** From a tile to its right neighbour (`horizontal`) or to the one below (`vertical`). */
export type Direction = 'horizontal' | 'vertical';

/** Two tiles side by side, as indices into the grid's tiles. */
export interface GridPair {
  readonly direction: Direction;
  readonly from: number;
  readonly to: number;
  /**
   * The motor step that made this pair: the column left of a horizontal one, the row above a vertical one.
   * Pairs of one step share what is peculiar to it.
   */
  readonly step: number;
}

export interface GridCell {
  readonly tile: GridTile;
  /** Counted from the grid's first row and column. */
  readonly row: number;
  readonly column: number;
}

export interface TileGrid {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly cells: readonly GridCell[];
  readonly pairs: readonly GridPair[];
  /** Index of the tile at a row and a column; `undefined` where there is none. */
  readonly indexAt: (row: number, column: number) => number | undefined;
}

/**
 * Arranges tiles by their places. Gaps are allowed; the first row and column may have any number.
 * @throws GantryError `grid-axes` for a place without whole `row` and `col`; `grid-duplicate` for two tiles at
 *   one place, which also is what a forgotten axis (time, channel) looks like; `grid-names` for two tiles of one
 *   file name, which a stitching vector could not tell apart
 */
export function arrangeGrid(tiles: readonly GridTile[]): TileGrid {
  for (const tile of tiles) checkPlace(tile);
  const rowOf = (tile: GridTile): number => tile.place['row'] ?? 0;
  const columnOf = (tile: GridTile): number => tile.place['col'] ?? 0;
  const firstRow = tiles.reduce((least, tile) => Math.min(least, rowOf(tile)), Infinity);
  const firstColumn = tiles.reduce((least, tile) => Math.min(least, columnOf(tile)), Infinity);
  const cells = tiles
    .map((tile) => ({ tile, row: rowOf(tile) - firstRow, column: columnOf(tile) - firstColumn }))
    .sort((one, other) => one.row - other.row || one.column - other.column);
  const index = new Map<string, number>();
  cells.forEach((cell, number) => {
    const key = `${cell.row},${cell.column}`;
    const taken = cells[index.get(key) ?? -1];
    if (taken) throw duplicate(taken.tile, cell.tile);
    index.set(key, number);
  });
  checkNames(tiles);
  const indexAt = (row: number, column: number): number | undefined => index.get(`${row},${column}`);
  const pairs: GridPair[] = [];
  cells.forEach(({ row, column }, from) => {
    const right = indexAt(row, column + 1);
    const below = indexAt(row + 1, column);
    if (right !== undefined) pairs.push({ direction: 'horizontal', from, to: right, step: column });
    if (below !== undefined) pairs.push({ direction: 'vertical', from, to: below, step: row });
  });
  return {
    rows: 1 + cells.reduce((most, cell) => Math.max(most, cell.row), 0),
    columns: 1 + cells.reduce((most, cell) => Math.max(most, cell.column), 0),
    cells,
    pairs,
    indexAt,
  };
}

function checkPlace(tile: GridTile): void {
  const missing = ['row', 'col'].filter((axis) => !Number.isInteger(tile.place[axis]));
  if (missing.length === 0) return;
  const axes = Object.keys(tile.place);
  throw new GantryError(
    'grid-axes',
    `${tile.name} has no ${missing.join(' and no ')} in its place ` +
      `(its axes are ${axes.length === 0 ? 'none' : axes.join(', ')})`,
    {
      file: tile.path,
      mend: 'Name the axes in the pattern of the file names, as in img_r{row:ddd}_c{col:ddd}.tif.',
    },
  );
}

function checkNames(tiles: readonly GridTile[]): void {
  const seen = new Map<string, GridTile>();
  for (const tile of tiles) {
    const before = seen.get(tile.name);
    if (before) {
      throw new GantryError(
        'grid-names',
        `Two tiles are called ${tile.name}: ${before.path} and ${tile.path}`,
        {
          file: tile.path,
          mend: 'Give every tile a file name of its own: the vector names tiles by them.',
        },
      );
    }
    seen.set(tile.name, tile);
  }
}

function duplicate(one: GridTile, other: GridTile): GantryError {
  return new GantryError(
    'grid-duplicate',
    `${one.name} and ${other.name} both lie at row ${one.place['row']}, column ${one.place['col']}`,
    {
      file: other.path,
      mend:
        'Give each place one tile. Where there are further axes (time, channel, z), ' +
        'run the stage over groups of them, as in "over: { group: [t] }".',
    },
  );
}
