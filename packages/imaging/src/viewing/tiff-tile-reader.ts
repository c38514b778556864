/**
 * Reads single tiles of a TIFF through an open handle: little-endian, uncompressed or deflated, as we write them
 * and many others do. One tile of 256² at 16 bits takes a third of what it takes libvips, which opens the file
 * for each (0.6 and 1.8 to 2.9 ms). Other encodings are left to libvips.
 */
import { endianness } from 'node:os';
import { promisify } from 'node:util';
import { inflate, type ZlibOptions } from 'node:zlib';
import {
  allocatePixels,
  viewAsPixels,
  type Image,
  type PixelLayout,
  type Pixels,
} from '../formats/pixels.ts';
import { unreadable, type Region } from '../formats/read-image.ts';
import { TAG } from '../formats/read-tiff-directory.ts';
import { readBytes, type TiffHandle, type TiffNumbers } from './read-sub-directory.ts';

const inflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflate);

const UNCOMPRESSED = 1;
/** As Adobe registered it, and as libtiff first did. */
const DEFLATED = [8, 32_946];
/** Larger tiles are no tiles. */
const MOST_TILE_BYTES = 64 * 2 ** 20;

/** Width and height of a directory's tiles. */
export function tileShape(numbers: TiffNumbers): { width: number; height: number } {
  return { width: first(numbers, TAG.tileWidth, 0), height: first(numbers, TAG.tileLength, 0) };
}

export class TiffTileReader {
  readonly #file: TiffHandle;
  readonly #layout: PixelLayout;
  readonly #tile: { readonly width: number; readonly height: number };
  readonly #columns: number;
  readonly #offsets: readonly number[];
  readonly #byteCounts: readonly number[];
  readonly #deflated: boolean;
  readonly #differenced: boolean;

  private constructor(file: TiffHandle, layout: PixelLayout, numbers: TiffNumbers) {
    this.#file = file;
    this.#layout = layout;
    this.#tile = tileShape(numbers);
    this.#columns = Math.ceil(layout.width / this.#tile.width);
    this.#offsets = numbers.get(TAG.tileOffsets) ?? [];
    this.#byteCounts = numbers.get(TAG.tileByteCounts) ?? [];
    this.#deflated = first(numbers, TAG.compression, UNCOMPRESSED) !== UNCOMPRESSED;
    this.#differenced = first(numbers, TAG.predictor, 1) === 2;
  }

  /** Undefined where the directory's tiles are encoded in another way. */
  static of(file: TiffHandle, layout: PixelLayout, numbers: TiffNumbers): TiffTileReader | undefined {
    const { width, height } = tileShape(numbers);
    const compression = first(numbers, TAG.compression, UNCOMPRESSED);
    const predictor = first(numbers, TAG.predictor, 1);
    const tiles = Math.ceil(layout.width / width) * Math.ceil(layout.height / height);
    const readable =
      file.little &&
      endianness() === 'LE' &&
      width > 0 &&
      height > 0 &&
      width * height * (layout.bitDepth / 8) <= MOST_TILE_BYTES &&
      numbers.get(TAG.tileOffsets)?.length === tiles &&
      numbers.get(TAG.tileByteCounts)?.length === tiles &&
      (compression === UNCOMPRESSED || DEFLATED.includes(compression)) &&
      (predictor === 1 || (predictor === 2 && layout.sampleFormat === 'uint')) &&
      first(numbers, TAG.photometric, 1) === 1 &&
      first(numbers, TAG.bitsPerSample, 1) === layout.bitDepth &&
      first(numbers, TAG.sampleFormat, 1) === (layout.sampleFormat === 'float' ? 3 : 1);
    return readable ? new TiffTileReader(file, layout, numbers) : undefined;
  }

  /**
   * A region inside the image.
   * @throws GantryError `image-truncated` or `image-unreadable`
   */
  async read(region: Region): Promise<Image> {
    const { bitDepth, sampleFormat } = this.#layout;
    const { left, top, width, height } = region;
    const tile = this.#tile;
    const aligned = left % tile.width === 0 && top % tile.height === 0;
    if (aligned && width === tile.width && height === tile.height) {
      const pixels = await this.#decode((top / height) * this.#columns + left / width);
      if (pixels !== undefined) return { width, height, bitDepth, sampleFormat, data: pixels };
    }
    const data = allocatePixels(bitDepth, sampleFormat, width * height);
    for (let row = Math.floor(top / tile.height); row * tile.height < top + height; row++) {
      for (let column = Math.floor(left / tile.width); column * tile.width < left + width; column++) {
        const pixels = await this.#decode(row * this.#columns + column);
        if (pixels === undefined) continue; // zeros, as a tile without bytes means
        copyOverlap(pixels, tile, column * tile.width, row * tile.height, data, region);
      }
    }
    return { width, height, bitDepth, sampleFormat, data };
  }

  async #decode(index: number): Promise<Pixels | undefined> {
    const { bitDepth, sampleFormat } = this.#layout;
    const length = this.#byteCounts[index] ?? 0;
    if (length === 0) return undefined;
    const expected = this.#tile.width * this.#tile.height * (bitDepth / 8);
    const stored = await readBytes(this.#file, this.#offsets[index] ?? 0, length);
    const bytes = this.#deflated
      ? await inflateAsync(stored, { chunkSize: expected + 64, maxOutputLength: expected + 64 }).catch(
          (cause: unknown) => {
            throw unreadable(this.#file.path, cause);
          },
        )
      : stored;
    if (bytes.length < expected) {
      throw unreadable(this.#file.path, new Error(`tile ${index} has ${bytes.length} bytes of ${expected}`));
    }
    const pixels = viewAsPixels(bytes.subarray(0, expected), bitDepth, sampleFormat);
    if (this.#differenced) addUpRows(pixels, this.#tile.width);
    return pixels;
  }
}

/** Undoes horizontal differencing (predictor 2), modulo the type's range. */
function addUpRows(pixels: Pixels, width: number): void {
  for (let row = 0; row < pixels.length; row += width) {
    for (let i = row + 1; i < row + width; i++) pixels[i] = pixels[i]! + pixels[i - 1]!;
  }
}

/** Copies what a tile, whose corner lies at (tileLeft, tileTop), has of a region. */
function copyOverlap(
  pixels: Pixels,
  tile: { readonly width: number; readonly height: number },
  tileLeft: number,
  tileTop: number,
  out: Pixels,
  region: Region,
): void {
  const left = Math.max(tileLeft, region.left);
  const right = Math.min(tileLeft + tile.width, region.left + region.width);
  const bottom = Math.min(tileTop + tile.height, region.top + region.height);
  for (let y = Math.max(tileTop, region.top); y < bottom; y++) {
    const from = (y - tileTop) * tile.width - tileLeft;
    out.set(pixels.subarray(from + left, from + right), (y - region.top) * region.width + left - region.left);
  }
}

function first(numbers: TiffNumbers, tag: number, otherwise: number): number {
  return numbers.get(tag)?.[0] ?? otherwise;
}
