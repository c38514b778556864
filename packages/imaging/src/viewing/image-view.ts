/**
 * An open image, whatever file it is of: renders tiles and thumbnails of it, tells values and histogram.
 * Where the values come from is `level-tiles.ts`'s; how long it stays open is `view-cache.ts`'s.
 */
import { GantryError } from '@gantry/model';
import { allocatePixels, type Image } from '../formats/pixels.ts';
import { pixelSizeOf } from '../measurement/pixel-size.ts';
import type { Window } from '../pyramid/choose-window.ts';
import type { CacheShare } from './byte-cache.ts';
import { checkRendering, isOfLabels, type CheckedRendering } from './check-rendering.ts';
import { encodePicture, tint, type Picture } from './encode-picture.ts';
import { colourLabels, MOST_ID, writeIds } from './label-colours.ts';
import { LevelTiles, type Reduction } from './level-tiles.ts';
import type { LocatedView } from './locate-view.ts';
import { histogramOf, sampleValues, windowOf, type Sample } from './sample-values.ts';
import { regionOf, type StoredLevels, type StoredPicture } from './stored-levels.ts';
import { ToneCurves } from './tone-curve.ts';
import type {
  EncodedPicture,
  Histogram,
  PixelValue,
  Rendering,
  TileRequest,
  TileValues,
  View,
  ViewDescription,
  ViewLevel,
} from './view-types.ts';

const LEAST_THUMBNAIL = 16;
const MOST_THUMBNAIL = 1024;

export class ImageView implements View {
  readonly version: string;
  readonly size: ViewLevel;
  /** Bytes of a copy on disk that the view keeps while it is open. */
  readonly scratchBytes: number;
  /** The file that was located. */
  readonly file: string;
  readonly #source: StoredLevels;
  readonly #share: CacheShare;
  readonly #tiles: LevelTiles;
  readonly #curves = new ToneCurves();
  #sample: Promise<{ window: Window; histogram: Histogram }> | undefined;

  constructor(located: LocatedView, source: StoredLevels, share: CacheShare) {
    this.version = located.version;
    this.size = { width: source.layout.width, height: source.layout.height };
    this.scratchBytes = source.scratchBytes;
    this.file = located.file;
    this.#source = source;
    this.#share = share;
    this.#tiles = new LevelTiles(located.file, source, share);
  }

  async describe(): Promise<ViewDescription> {
    const { kind, layout, pages, metadata, picture } = this.#source;
    const { bitDepth, sampleFormat } = picture?.source ?? layout;
    const size = pixelSizeOf(metadata);
    return {
      kind,
      ...{ width: layout.width, height: layout.height },
      tileSize: this.#tiles.tileSize,
      levels: this.#tiles.levels,
      ...{ bitDepth, sampleFormat, channels: 1, pages },
      exact: picture?.exact ?? true,
      ...(size === undefined ? {} : { pixelSize: { ...size, unit: 'µm' } }),
      defaultWindow: await this.#defaultWindow(),
      version: this.version,
    };
  }

  async tile(request: TileRequest): Promise<EncodedPicture> {
    const { level, x, y } = request;
    const rendering = this.#check(request);
    this.#tiles.check(level, x, y);
    const stored = await this.#storedTile(request, rendering);
    if (stored !== undefined) return stored;
    const window = await this.#windowFor(rendering);
    return await this.#keep(`tile/${level}/${x}/${y}`, { ...rendering, window }, async () => {
      const image = await this.#tiles.read(level, x, y, reductionFor(rendering));
      return await encodePicture(this.#colour(image, rendering, window), rendering.format);
    });
  }

  async values(level: number, x: number, y: number, labels = false): Promise<TileValues> {
    if (this.#source.picture !== undefined) {
      throw new GantryError('view-unsupported', `${this.file} holds pictures, and no values`, {
        file: this.file,
        mend: 'Ask for its tiles as jpeg, png or webp.',
      });
    }
    const { width, height, data } = await this.#tiles.read(level, x, y, labels ? 'largest' : 'mean');
    return { width, height, data };
  }

  async pixel(x: number, y: number): Promise<PixelValue> {
    const { width, height } = this.#source.layout;
    const inside = Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < width && y < height;
    if (!inside) {
      throw new GantryError(
        'view-range',
        `${this.file} has no pixel (${x}, ${y}); it is ${width}×${height} pixels`,
        { file: this.file, mend: 'Pixels are counted from 0, from the upper left corner.' },
      );
    }
    const { tileSize } = this.#tiles;
    const tile = await this.#tiles.read(0, Math.floor(x / tileSize), Math.floor(y / tileSize), 'mean');
    const value = tile.data[(y % tileSize) * tile.width + (x % tileSize)]!;
    return { values: [this.#meaning(value)], exact: this.#source.picture?.exact ?? true };
  }

  async histogram(): Promise<Histogram> {
    return (await this.#takeSample()).histogram;
  }

  async thumbnail(size: number, rendering: Rendering = {}): Promise<EncodedPicture> {
    if (!Number.isInteger(size) || size < LEAST_THUMBNAIL || size > MOST_THUMBNAIL) {
      throw new GantryError('bad-parameter', `A thumbnail of ${size} pixels cannot be made of ${this.file}`, {
        file: this.file,
        field: 'size',
        mend: `It is a whole number from ${LEAST_THUMBNAIL} to ${MOST_THUMBNAIL}.`,
      });
    }
    const checked = this.#check(rendering);
    const window = await this.#windowFor(checked);
    return await this.#keep(`thumbnail/${size}`, { ...checked, window }, async () => {
      const { levels } = this.#tiles;
      const longest = (level: number): number => Math.max(levels[level]!.width, levels[level]!.height);
      let level = levels.length - 1;
      while (level > 0 && longest(level) < size) level--;
      const picture = this.#colour(await this.#readLevel(level, checked), checked, window);
      const scale = Math.min(1, size / longest(level));
      const side = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
      const target = { width: side(picture.width), height: side(picture.height) };
      return await encodePicture(picture, checked.format, scale < 1 ? target : undefined);
    });
  }

  /** @internal Nothing may be asked of it any more, and nothing be on its way. */
  async close(): Promise<void> {
    this.#share.close();
    await this.#source.close();
  }

  #check(rendering: Rendering): CheckedRendering {
    const { picture, layout } = this.#source;
    const checked = checkRendering(this.file, layout.sampleFormat, rendering);
    if (isOfLabels(checked) && picture?.exact === false) {
      throw new GantryError('view-unsupported', `${this.file} holds pictures, and no labels`, {
        file: this.file,
        mend: 'Look at the label image that it was made of.',
      });
    }
    return checked;
  }

  /** A tile as it is on disk, where that is what was asked for. */
  async #storedTile(request: TileRequest, rendering: CheckedRendering): Promise<EncodedPicture | undefined> {
    const { readEncoded, picture, levels } = this.#source;
    if (readEncoded === undefined || picture === undefined || request.level >= levels.length)
      return undefined;
    const { window, gamma, lut, formatAsked, format } = rendering;
    const usual =
      window === undefined || (window.low === picture.window.low && window.high === picture.window.high);
    if (!usual || gamma !== 1 || lut !== 'grey') return undefined;
    const stored = await readEncoded(request.level, request.x, request.y);
    return formatAsked && stored.type !== `image/${format}` ? undefined : stored;
  }

  async #keep(
    name: string,
    { window, gamma, lut, format }: CheckedRendering & { readonly window: Window },
    load: () => Promise<EncodedPicture>,
  ): Promise<EncodedPicture> {
    const key = [name, window.low, window.high, gamma, lut, format].join('/');
    return await this.#share.get(key, { load, bytesOf: ({ bytes }) => bytes.byteLength });
  }

  #colour(image: Image, { lut, gamma }: CheckedRendering, window: Window): Picture {
    const { width, height, data } = image;
    if (lut === 'labels') return { width, height, channels: 4, data: colourLabels(data) };
    if (lut === 'ids') return { width, height, channels: 4, data: this.#writeIds(data) };
    const { picture } = this.#source;
    // The window is in the image's values, the tile in the picture's.
    const shown =
      picture === undefined
        ? window
        : { low: stretch(picture, window.low), high: stretch(picture, window.high) };
    return tint(this.#curves.apply(data, { window: shown, gamma }), width, lut);
  }

  #writeIds(ids: Image['data']): Uint8Array {
    if (ids instanceof Uint32Array && ids.some((id) => id > MOST_ID)) {
      throw new GantryError('view-unsupported', `${this.file} has ids above ${MOST_ID}`, {
        file: this.file,
        mend: 'Look at it with the colours "labels", or number its objects anew.',
      });
    }
    return writeIds(ids);
  }

  async #readLevel(level: number, rendering: CheckedRendering): Promise<Image> {
    const { width, height } = this.#tiles.levels[level]!;
    const { bitDepth, sampleFormat } = this.#source.layout;
    const { tileSize } = this.#tiles;
    const data = allocatePixels(bitDepth, sampleFormat, width * height);
    for (let y = 0; y * tileSize < height; y++) {
      for (let x = 0; x * tileSize < width; x++) {
        const tile = await this.#tiles.read(level, x, y, reductionFor(rendering));
        const { left, top } = regionOf({ width, height }, tileSize, x, y);
        for (let row = 0; row < tile.height; row++) {
          data.set(tile.data.subarray(row * tile.width, (row + 1) * tile.width), (top + row) * width + left);
        }
      }
    }
    return { width, height, bitDepth, sampleFormat, data };
  }

  async #windowFor(rendering: CheckedRendering): Promise<Window> {
    // Labels have none, and need no sample for it.
    if (isOfLabels(rendering)) return { low: 0, high: 1 };
    return rendering.window ?? (await this.#defaultWindow());
  }

  async #defaultWindow(): Promise<Window> {
    const { picture, layout } = this.#source;
    if (picture !== undefined) return picture.window;
    return layout.bitDepth === 8 ? { low: 0, high: 255 } : (await this.#takeSample()).window;
  }

  #takeSample(): Promise<{ window: Window; histogram: Histogram }> {
    this.#sample ??= sampleValues(this.#tiles).then(
      (sample) => ({ window: windowOf(sample), histogram: this.#histogramOf(sample) }),
      (error: unknown) => {
        this.#sample = undefined; // the next who asks may have more luck
        throw error;
      },
    );
    return this.#sample;
  }

  #histogramOf(sample: Sample): Histogram {
    const histogram = histogramOf(sample);
    const { picture } = this.#source;
    if (picture === undefined) return histogram;
    return {
      ...histogram,
      low: this.#meaning(histogram.low),
      minimum: this.#meaning(histogram.minimum),
      maximum: this.#meaning(histogram.maximum),
      binWidth: (histogram.binWidth / 255) * (picture.window.high - picture.window.low),
    };
  }

  /** What a tile's value stands for. */
  #meaning(value: number): number {
    const { picture } = this.#source;
    if (picture === undefined) return value;
    const { low, high } = picture.window;
    return low + (value / 255) * (high - low);
  }
}

/** The picture's value that stands for a value of the image. */
function stretch({ window }: StoredPicture, value: number): number {
  return ((value - window.low) / (window.high - window.low)) * 255;
}

function reductionFor(rendering: CheckedRendering): Reduction {
  return isOfLabels(rendering) ? 'largest' : 'mean';
}
