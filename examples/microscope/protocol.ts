/**
 * What the virtual microscope is asked to take, as a microscope's software has it: how many tiles of which size, at
 * how many time points, in which order, and what its files are called. What lies under it is `specimen.ts`'s.
 */
import { hash } from './random.ts';

/** Lengths are in pixels unless they say otherwise. */
export const protocol = {
  seed: 11,
  timePoints: 4,
  rows: 4,
  columns: 5,
  /** Width and height of a tile. */
  tileSize: 512,
  /** Percent of the tile that neighbours share where the stage is exact. */
  overlap: 10,
  /** The stage misses every position by up to this much in x and in y, anew at every time point. */
  jitter: 6,
  /** Of one pixel, µm. */
  pixelSize: 0.65,
  /** Time between two time points, as the files state it, in minutes. */
  intervalMinutes: 30,
  /** Exposures of an empty field, from which the illumination is known. */
  blanks: 8,
  /** Tiles (row, column) over which there is nothing but background. */
  bare: [
    [1, 5],
    [3, 2],
  ],
} as const;

/** Where a tile is taken; all count from 1. */
export interface Visit {
  readonly t: number;
  readonly row: number;
  readonly col: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Names of the tiles' files, as `gantry` reads them. */
export const tilePattern = 'cells_t{t:d}_r{row:dd}_c{col:dd}.ome.tif';
export const blankPattern = 'blank_{n:dd}.ome.tif';
/** A file of this name in the tiles' folder says that the acquisition is over. */
export const doneMarker = 'acquisition.done';

const two = (value: number): string => String(value).padStart(2, '0');

export function tileName({ t, row, col }: Visit): string {
  return `cells_t${t}_r${two(row)}_c${two(col)}.ome.tif`;
}

export function blankName(n: number): string {
  return `blank_${two(n)}.ome.tif`;
}

/** Every tile in the order in which it is taken: there along one row, and back along the next. */
export function listVisits(): Visit[] {
  const visits: Visit[] = [];
  for (let t = 1; t <= protocol.timePoints; t++) {
    for (let row = 1; row <= protocol.rows; row++) {
      for (let step = 1; step <= protocol.columns; step++) {
        visits.push({ t, row, col: row % 2 === 1 ? step : protocol.columns + 1 - step });
      }
    }
  }
  return visits;
}

/** The upper left corner of a tile where the stage is exact, in pixels of the specimen. */
export function nominalPosition(row: number, col: number): Point {
  const step = Math.round(protocol.tileSize * (1 - protocol.overlap / 100));
  return { x: (col - 1) * step, y: (row - 1) * step };
}

/** The upper left corner of a tile where it is truly taken, in pixels of the specimen and fractions of them. */
export function truePosition({ t, row, col }: Visit): Point {
  const away = (axis: number): number =>
    (hash(protocol.seed, 77, t, row, col, axis) * 2 - 1) * protocol.jitter;
  const { x, y } = nominalPosition(row, col);
  return { x: x + away(0), y: y + away(1) };
}

export function isBare(row: number, col: number): boolean {
  return protocol.bare.some(([bareRow, bareCol]) => bareRow === row && bareCol === col);
}
