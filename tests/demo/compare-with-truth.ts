/** Holds the demo's stitching vectors and tables against what is true of its specimen. */
import { readFile } from 'node:fs/promises';
import { parseVector } from '@gantry/imaging';
import type { TrueCell, TrueTile } from '../../examples/microscope/truth.ts';

export interface Offset {
  readonly x: number;
  readonly y: number;
}

export interface StitchComparison {
  /** From the specimen's pixels to the mosaic's. */
  readonly offset: Offset;
  /** The largest distance of a tile from its true position, in x or in y, pixels. */
  readonly largestError: number;
  readonly tiles: number;
}

/** @param tiles those of the vector's time point */
export async function compareVector(path: string, tiles: readonly TrueTile[]): Promise<StitchComparison> {
  const away = parseVector(await readFile(path, 'utf8'), path).map(({ row = 0, column = 0, x, y }) => {
    const tile = tiles.find((one) => one.row === row + 1 && one.col === column + 1);
    if (tile === undefined) throw new Error(`${path} has a tile at row ${row + 1}, column ${column + 1}`);
    return { x: x - tile.x, y: y - tile.y };
  });
  // Where the whole lies is free: what counts is how far the tiles are from the middle of their deviations.
  const offset = { x: middle(away.map(({ x }) => x)), y: middle(away.map(({ y }) => y)) };
  const errors = away.map(({ x, y }) => Math.max(Math.abs(x - offset.x), Math.abs(y - offset.y)));
  return { offset, largestError: Math.max(...errors), tiles: away.length };
}

export interface CellComparison {
  readonly rows: number;
  readonly cells: number;
  /** Cells of which a row has the centre, to within 2 pixels, and the area, to within a quarter. */
  readonly found: number;
}

/** @param cells those of the table's time point */
export async function compareTable(
  path: string,
  cells: readonly TrueCell[],
  offset: Offset,
): Promise<CellComparison> {
  const [head = '', ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
  const names = head.split(',');
  const rows = lines.map((line) => {
    const values = line.split(',');
    const read = (name: string): number => Number(values[names.indexOf(name)]);
    return { x: read('centroid_x'), y: read('centroid_y'), area: read('area') };
  });
  const found = cells.filter((cell) =>
    rows.some(
      ({ x, y, area }) =>
        Math.hypot(x - cell.x - offset.x, y - cell.y - offset.y) < 2 && Math.abs(area / cell.area - 1) < 0.25,
    ),
  );
  return { rows: rows.length, cells: cells.length, found: found.length };
}

function middle(values: readonly number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}
