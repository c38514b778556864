/**
 * Tiles of raw values at every level: read where the level is stored, and otherwise made of the four tiles above,
 * which are made or read in turn. Each is decoded once and kept while there is room. Memory beyond the cache:
 * four tiles per level that is being made.
 */
import { GantryError } from '@gantry/model';
import { halve } from '../formats/halve.ts';
import { allocatePixels, type Image } from '../formats/pixels.ts';
import type { CacheShare } from './byte-cache.ts';
import { regionOf, type StoredLevels } from './stored-levels.ts';
import type { ViewLevel } from './view-types.ts';

/** `mean` of 2×2 pixels for pictures; `largest` for labels, whose means would be other labels. */
export type Reduction = 'mean' | 'largest';

/** Pixels of the lowest stored level from which others are made: its overview takes all of them to be read once. */
const MOST_TO_REDUCE = 2 ** 31;

export class LevelTiles {
  readonly levels: readonly ViewLevel[];
  readonly tileSize: number;
  readonly #source: StoredLevels;
  readonly #share: CacheShare;
  readonly #path: string;

  constructor(path: string, source: StoredLevels, share: CacheShare) {
    this.#path = path;
    this.#source = source;
    this.#share = share;
    this.tileSize = source.tileSize;
    const levels = [...source.levels];
    for (let last = levels.at(-1)!; Math.max(last.width, last.height) > source.tileSize; levels.push(last)) {
      last = { width: Math.ceil(last.width / 2), height: Math.ceil(last.height / 2) };
    }
    this.levels = levels;
  }

  /** @throws GantryError `view-range` if there is no such tile */
  check(level: number, x: number, y: number): ViewLevel {
    const found = this.levels[level];
    if (found === undefined) {
      throw new GantryError(
        'view-range',
        `${this.#path} has no level ${level}; it has 0 to ${this.levels.length - 1}`,
        { file: this.#path, field: 'level', mend: 'Ask for one of its levels; 0 is the full resolution.' },
      );
    }
    const columns = Math.ceil(found.width / this.tileSize);
    const rows = Math.ceil(found.height / this.tileSize);
    const inside = (value: number, count: number): boolean =>
      Number.isInteger(value) && value >= 0 && value < count;
    if (!inside(x, columns) || !inside(y, rows)) {
      throw new GantryError(
        'view-range',
        `${this.#path} has no tile (${x}, ${y}) at level ${level}, which is ${columns}×${rows} tiles`,
        { file: this.#path, mend: 'Tiles are counted from 0, from the upper left corner.' },
      );
    }
    return found;
  }

  /** @throws GantryError `view-too-large`, `view-unsupported` (labels, below), and as `readImage` does */
  async read(level: number, x: number, y: number, reduction: Reduction): Promise<Image> {
    this.check(level, x, y);
    return await this.#tile(level, x, y, reduction);
  }

  async #tile(level: number, x: number, y: number, reduction: Reduction): Promise<Image> {
    const source = this.#source;
    const stored = level === 0 || (reduction === 'mean' && level < source.levels.length);
    if (stored && source.inMemory) return await source.readTile(level, x, y);
    const { width, height } = regionOf(this.levels[level]!, this.tileSize, x, y);
    const bytes = width * height * (source.layout.bitDepth / 8);
    if (!stored) this.#checkReducible(level, reduction);
    return await this.#share.get(`${stored ? 'stored' : reduction}/${level}/${x}/${y}`, {
      load: () => (stored ? source.readTile(level, x, y) : this.#make(level, x, y, reduction)),
      bytesOf: ({ data }) => data.buffer.byteLength,
      ...(stored ? { reserve: bytes } : {}),
    });
  }

  async #make(level: number, x: number, y: number, reduction: Reduction): Promise<Image> {
    const above = this.levels[level - 1]!;
    const { bitDepth, sampleFormat } = this.#source.layout;
    const size = this.tileSize;
    const { width, height } = regionOf(above, size * 2, x, y);
    const data = allocatePixels(bitDepth, sampleFormat, width * height);
    const put = async (column: number, row: number): Promise<void> => {
      const part = await this.#tile(level - 1, 2 * x + column, 2 * y + row, reduction);
      for (let line = 0; line < part.height; line++) {
        data.set(
          part.data.subarray(line * part.width, (line + 1) * part.width),
          (row * size + line) * width + column * size,
        );
      }
    };
    const parts = [0, 1].flatMap((row) => [0, 1].map((column) => [column, row] as const));
    const there = parts.filter(([column, row]) => column * size < width && row * size < height);
    // Only the lowest four at the same time: otherwise a whole level would be in memory at once.
    if (level === 1) await Promise.all(there.map(([column, row]) => put(column, row)));
    else for (const [column, row] of there) await put(column, row);
    const reduced = reduction === 'mean' ? halve(data, width) : takeLargest(data, width);
    return {
      ...{ width: Math.ceil(width / 2), height: Math.ceil(height / 2) },
      ...{ bitDepth, sampleFormat, data: reduced },
    };
  }

  #checkReducible(level: number, reduction: Reduction): void {
    const { levels } = this.#source;
    const base = reduction === 'mean' ? levels.at(-1)! : levels[0]!;
    if (base.width * base.height > MOST_TO_REDUCE) {
      throw new GantryError(
        'view-too-large',
        `${this.#path} has no resolution below ${base.width}×${base.height} pixels to make an overview of`,
        { file: this.#path, mend: 'Make a pyramid of it with the tool pyramid, and look at that.' },
      );
    }
    if (reduction === 'mean') return;
    // Stored lower resolutions of labels are means, so they are passed over; their sizes must still be ours.
    const fits = this.levels.slice(1, level + 1).every((below, i) => {
      const above = this.levels[i]!;
      return below.width === Math.ceil(above.width / 2) && below.height === Math.ceil(above.height / 2);
    });
    if (!fits || this.tileSize % 2 !== 0) {
      throw new GantryError(
        'view-unsupported',
        `The resolutions of ${this.#path} do not halve, and cannot be shown as labels`,
        { file: this.#path, mend: 'Look at the label image itself instead of a pyramid of it.' },
      );
    }
  }
}

/** The largest of each 2×2 pixels, so that small objects stay to be seen and every value is one of the image. */
function takeLargest(pixels: Image['data'], width: number): Image['data'] {
  const height = pixels.length / width;
  const outWidth = Math.ceil(width / 2);
  const out = new (pixels.constructor as new (length: number) => Image['data'])(
    outWidth * Math.ceil(height / 2),
  );
  for (let at = 0, top = 0; top < height; top += 2) {
    const upper = top * width;
    // At the lower and the right edge of odd sizes a pixel stands for the one that is not there.
    const lower = top + 1 < height ? upper + width : upper;
    for (let left = 0; left < width; left += 2, at++) {
      const right = left + 1 < width ? left + 1 : left;
      out[at] = Math.max(
        Math.max(pixels[upper + left]!, pixels[upper + right]!),
        Math.max(pixels[lower + left]!, pixels[lower + right]!),
      );
    }
  }
  return out;
}
