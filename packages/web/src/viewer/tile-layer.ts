/**
 * An image as OpenSeadragon reads it: tiles are fetched as numbers and painted when they are drawn, so that another
 * window, other colours or another marked object need no new ones. What paints them may change at any time.
 */
import OpenSeadragon from 'openseadragon';
import type { PictureDescription } from '@gantry/model';
import { tileUrl } from './picture-url.ts';
import { fetchGreys, fetchIds, fetchValues, makeContext } from './read-tile.ts';
import type { TileValues } from './paint-values.ts';

/** Paints the numbers of a tile; a new one is a new look. */
export type Paint = (numbers: TileValues, width: number, out: Uint32Array) => void;

interface Tile {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly numbers: TileValues;
  painted: Paint | undefined;
}

/** What a tile is asked for as. */
type Numbers = 'values' | 'greys' | 'ids';

interface Level {
  readonly width: number;
  readonly height: number;
  /** Pixels of the full resolution for one of this level. */
  readonly step: number;
}

/** What OpenSeadragon hands to a source that fetches by itself; its own types lack half of it. */
interface Job {
  readonly src: string;
  readonly tile: { readonly level: number; readonly x: number; readonly y: number };
  userData: { gone?: AbortController };
  finish(data: CanvasRenderingContext2D, request: null, type: 'context2d'): void;
  fail(message: string, request: null): void;
}

export class TileLayer {
  readonly picture: PictureDescription;
  readonly #numbers: Numbers;
  /** Whether what is below shines through. */
  readonly #isClear: boolean;
  readonly #levels: readonly Level[];
  readonly #onProblem: (error: Error) => void;
  /** By the context that is drawn. */
  readonly #tiles = new Map<CanvasRenderingContext2D, Tile>();
  /** Tiles of the full resolution, by column and row. */
  readonly #finest = new Map<string, Tile>();
  #paint: Paint;

  /** @param kind how its numbers are fetched; `over` is an image that lies over another */
  constructor(
    picture: PictureDescription,
    kind: 'image' | 'over' | 'labels',
    paint: Paint,
    onProblem: (error: Error) => void,
  ) {
    this.picture = picture;
    this.#numbers = kind === 'labels' ? 'ids' : picture.raw ? 'values' : 'greys';
    this.#isClear = kind !== 'image';
    this.#paint = paint;
    this.#onProblem = onProblem;
    this.#levels = picture.levels.map(({ width, height }, level) => ({
      ...{ width, height },
      step: stepOf(picture, width, level),
    }));
  }

  /** Takes effect when the tiles are drawn again. */
  set paint(paint: Paint) {
    this.#paint = paint;
  }

  /** Paints a tile that is about to be drawn, if it is one of this layer's and its look is not the present one. */
  prepare(context: CanvasRenderingContext2D): void {
    const tile = this.#tiles.get(context);
    if (tile === undefined || tile.painted === this.#paint) return;
    const { width, height, numbers } = tile;
    const pixels = scratchOf(width * height);
    this.#paint(numbers, width, pixels);
    context.putImageData(
      new ImageData(new Uint8ClampedArray(pixels.buffer, 0, pixels.byteLength), width),
      0,
      0,
    );
    tile.painted = this.#paint;
  }

  /** The number at a pixel of the full resolution; undefined where its tile is not there. */
  numberAt(x: number, y: number): number | undefined {
    const { tileSize } = this.picture;
    const tile = this.#finest.get(`${Math.floor(x / tileSize)} ${Math.floor(y / tileSize)}`);
    if (tile === undefined || tile.context.canvas.width === 0) return undefined;
    return tile.numbers[(y % tileSize) * tile.width + (x % tileSize)];
  }

  /** Whether its numbers are the values of the file. */
  get isExact(): boolean {
    return this.#numbers !== 'greys';
  }

  /** Its levels are counted from the smallest one on, ours from the full resolution. */
  get source(): OpenSeadragon.TileSourceOptions {
    const { picture } = this;
    const { width, height, tileSize } = picture;
    const last = this.#levels.length - 1;
    const levelOf = (level: number): Level => this.#levels[last - level]!;
    const own = {
      ...{ width, height, tileSize, minLevel: 0, maxLevel: last },
      getLevelScale: (level: number) => 1 / levelOf(level).step,
      getNumTiles: (level: number) => {
        const { width: wide, height: high } = levelOf(level);
        return new OpenSeadragon.Point(Math.ceil(wide / tileSize), Math.ceil(high / tileSize));
      },
      // A level's last pixels may reach beyond the image's edge: they are drawn where they belong.
      getTileBounds: (level: number, x: number, y: number, isSource = false) => {
        const { width: wide, height: high, step } = levelOf(level);
        const [across, down] = [
          Math.min(tileSize, wide - x * tileSize),
          Math.min(tileSize, high - y * tileSize),
        ];
        if (isSource) return new OpenSeadragon.Rect(0, 0, across, down);
        const unit = step / width;
        return new OpenSeadragon.Rect(x * tileSize * unit, y * tileSize * unit, across * unit, down * unit);
      },
      getTileUrl: (level: number, x: number, y: number) =>
        tileUrl(picture, { level: last - level, x, y }, queryOf[this.#numbers]),
      hasTransparency: () => this.#isClear,
      downloadTileStart: (job: Job) => void this.#download(job, last - job.tile.level),
      downloadTileAbort: (job: Job) => job.userData.gone?.abort(),
    };
    return own as unknown as OpenSeadragon.TileSourceOptions;
  }

  async #download(job: Job, level: number): Promise<void> {
    const gone = new AbortController();
    job.userData.gone = gone;
    try {
      const numbers = await this.#fetch(job.src, gone.signal);
      const { width, height } = this.#sizeOf(level, job.tile.x, job.tile.y);
      if (numbers.length !== width * height)
        throw new Error(`A tile of ${width}×${height} pixels came with ${numbers.length}.`);
      const context = makeContext(width, height);
      const tile: Tile = { context, width, height, numbers, painted: undefined };
      this.#forgetOld();
      this.#tiles.set(context, tile);
      if (level === 0) this.#finest.set(`${job.tile.x} ${job.tile.y}`, tile);
      job.finish(context, null, 'context2d');
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      if (!gone.signal.aborted) this.#onProblem(problem);
      job.fail(problem.message, null);
    }
  }

  #fetch(url: string, signal: AbortSignal): Promise<TileValues> {
    switch (this.#numbers) {
      case 'values':
        return fetchValues(url, this.picture, signal);
      case 'greys':
        return fetchGreys(url, signal);
      case 'ids':
        return fetchIds(url, signal);
    }
  }

  #sizeOf(level: number, x: number, y: number): { width: number; height: number } {
    const { tileSize } = this.picture;
    const { width, height } = this.#levels[level]!;
    return {
      width: Math.min(tileSize, width - x * tileSize),
      height: Math.min(tileSize, height - y * tileSize),
    };
  }

  /** OpenSeadragon empties the canvas of a tile that it lets go. */
  #forgetOld(): void {
    for (const [context] of this.#tiles) if (context.canvas.width === 0) this.#tiles.delete(context);
    for (const [key, { context }] of this.#finest) if (context.canvas.width === 0) this.#finest.delete(key);
  }
}

let scratch = new Uint32Array(0);

/** Room for pixels on their way to a canvas, which copies them: one for all tiles. */
function scratchOf(length: number): Uint32Array<ArrayBuffer> {
  if (scratch.length < length) scratch = new Uint32Array(length);
  return scratch.subarray(0, length);
}

const queryOf: Record<Numbers, Record<string, string>> = {
  values: { format: 'raw' },
  greys: {},
  ids: { lut: 'ids', format: 'png' },
};

/** Each level is half the one above, rounded up; files of others may have other steps. */
function stepOf(picture: PictureDescription, width: number, level: number): number {
  const halved = 2 ** level;
  return Math.ceil(picture.width / halved) === width ? halved : picture.width / width;
}
