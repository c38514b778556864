/**
 * A sample of an image's values, its histogram, and the window that shows nearly all of it. The sample depends on
 * nothing but the image. Reading tiles is left to `level-tiles.ts`.
 */
import type { Pixels } from '../formats/pixels.ts';
import { CUT_PERCENT, type Window } from '../pyramid/choose-window.ts';
import { sortValues } from './sort-values.ts';
import { regionOf } from './stored-levels.ts';
import type { LevelTiles } from './level-tiles.ts';
import type { Histogram } from './view-types.ts';

/** Up to this many pixels all are taken. */
const WHOLE = 2 ** 20;
/** Of larger images, as many tiles as this, evenly spread, across and down. */
const SPREAD = 8;
const BINS = 256;

export interface Sample {
  /** In ascending order; finite. */
  readonly sorted: Pixels;
  readonly notFinite: number;
  /** Pixels in the image. */
  readonly total: number;
}

/**
 * All values of an image of up to a megapixel. Of a larger one up to 8×8 tiles of the full resolution, evenly
 * spread, and of those every n-th pixel in x and y, so that there are a megapixel or less.
 */
export async function sampleValues(tiles: LevelTiles): Promise<Sample> {
  const full = tiles.levels[0]!;
  const total = full.width * full.height;
  const columns = Math.ceil(full.width / tiles.tileSize);
  const rows = Math.ceil(full.height / tiles.tileSize);
  const all = total <= WHOLE;
  const places = spread(rows, all).flatMap((y) => spread(columns, all).map((x) => [x, y] as const));
  const pixels = places.reduce((sum, [x, y]) => {
    const { width, height } = regionOf(full, tiles.tileSize, x, y);
    return sum + width * height;
  }, 0);
  const every = Math.max(1, Math.ceil(Math.sqrt(pixels / WHOLE)));
  const parts: Pixels[] = [];
  for (const [x, y] of places) {
    const { data, width } = await tiles.read(0, x, y, 'mean');
    parts.push(takeEvery(data, width, every));
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new (parts[0]!.constructor as new (length: number) => Pixels)(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  const finite = joined instanceof Float32Array ? joined.filter((value) => Number.isFinite(value)) : joined;
  return { sorted: sortValues(finite), notFinite: length - finite.length, total };
}

/** The percentiles 0.1 and 99.9, as `pyramid@1` stretches its tiles; `high` is above `low` always. */
export function windowOf({ sorted }: Sample): Window {
  const at = (percent: number): number => sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? 0;
  const low = at(CUT_PERCENT);
  const high = at(100 - CUT_PERCENT);
  return { low, high: high > low ? high : low + 1 };
}

/**
 * At most 256 bins of equal width over the sample's range; of whole numbers each bin holds as many, so that no
 * bin is fuller for its width alone.
 */
export function histogramOf({ sorted, notFinite, total }: Sample): Histogram {
  const minimum = sorted[0] ?? 0;
  const maximum = sorted.at(-1) ?? 0;
  const float = sorted instanceof Float32Array;
  const values = maximum - minimum + 1;
  const binWidth = float ? (maximum - minimum) / BINS || 1 : Math.ceil(values / BINS);
  const bins = float ? BINS : Math.ceil(values / binWidth);
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.floor((value - minimum) / binWidth));
    counts[bin] = counts[bin]! + 1;
  }
  const sampled = sorted.length + notFinite;
  return { low: minimum, binWidth, counts, minimum, maximum, sampled, total, notFinite };
}

/** Indices below `count`: all, or 8 evenly spread with the first and the last among them. */
function spread(count: number, all: boolean): number[] {
  if (all || count <= SPREAD) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: SPREAD }, (_, i) => Math.floor((i / (SPREAD - 1)) * (count - 1)));
}

/** A copy: what is read may be kept by the cache. */
function takeEvery(pixels: Pixels, width: number, every: number): Pixels {
  if (every === 1) return pixels.slice();
  const columns = Math.ceil(width / every);
  const rows = Math.ceil(pixels.length / width / every);
  const out = new (pixels.constructor as new (length: number) => Pixels)(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) out[y * columns + x] = pixels[y * every * width + x * every]!;
  }
  return out;
}
