/**
 * Estimates how unevenly the field is lit (vignetting) from many tiles, blank or not: a robust average per
 * pixel, smoothed, with mean 1. Each tile is decoded once; what does not fit into memory waits in a scratch
 * file. Dark current is not estimated; applying the result is `correct-tile.ts`'s.
 */
import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { describeDepth, releasePixels, viewAsPixels, type Image, type Pixels } from '../formats/pixels.ts';
import { readImageHeader, readPixels, type ImageHeader } from '../formats/read-image.ts';
import { meanOf } from '../measurement/mean-of.ts';
import { combineTiles, medianOf, type Estimator } from './combine-tiles.ts';
import { smoothSurface } from './smooth-surface.ts';

export interface FlatFieldOptions {
  readonly tiles: readonly { readonly path: string }[];
  /** Gaussian sigma, pixels; 0 for none. */
  readonly smoothing: number;
  readonly estimator: Estimator;
  /** Bytes of pixels that may be in memory. */
  readonly memory: number;
  /** A folder for the decoded tiles, of their uncompressed size. */
  readonly scratch: string;
  readonly progress?: (fraction: number) => void;
}

export interface FlatField {
  /** 32-bit float, mean 1, every value positive. */
  readonly flat: Image;
  /** The first tile's header. */
  readonly header: ImageHeader;
  /** Tiles left out because their median is 0: nothing but black cannot be scaled. */
  readonly black: readonly string[];
  /** Pixels raised to `LEAST`. */
  readonly raised: number;
}

/** No correction brightens more than a hundredfold; below it a profile is noise around nothing. */
const LEAST = 0.01;

/** The profile, and what its smoothing holds beside it, in profiles. */
const SURFACES = 3;

/**
 * @throws GantryError `flat-field-tile-differs`, `flat-field-black` (all tiles are), `image-unsupported` (not 8
 *   or 16 bits), or why a tile cannot be read
 */
export async function estimateFlatField(options: FlatFieldOptions): Promise<FlatField> {
  const { tiles, estimator, memory } = options;
  const header = await commonHeader(tiles);
  const { width, height, bitDepth, sampleFormat } = header;
  const stack = await decodeStack(header, options);
  try {
    const surface = new Float32Array(width * height);
    const tileRowBytes = width * (bitDepth / 8);
    const count = stack.factors.length;
    const bandRows = rowsPerBand(height, tileRowBytes * count, memory - SURFACES * surface.byteLength);
    const block = Buffer.allocUnsafeSlow(bandRows * tileRowBytes * count); // one for all bands
    for (let top = 0; top < height; top += bandRows) {
      const rows = Math.min(bandRows, height - top);
      const bands: Pixels[] = [];
      for (let t = 0; t < count; t++) {
        const bytes = block.subarray(t * rows * tileRowBytes, (t + 1) * rows * tileRowBytes);
        await readInto(bytes, stack.file, (t * height + top) * tileRowBytes);
        bands.push(viewAsPixels(bytes, bitDepth, sampleFormat));
      }
      surface.set(combineTiles(bands, stack.factors, estimator), top * width);
      options.progress?.(0.5 + 0.5 * ((top + rows) / height));
    }
    const smooth = smoothSurface(surface, width, options.smoothing);
    const raised = normalise(smooth);
    const flat: Image = { width, height, bitDepth: 32, sampleFormat: 'float', data: smooth };
    return { flat, header, black: stack.black, raised };
  } finally {
    await stack.close();
  }
}

async function commonHeader(tiles: FlatFieldOptions['tiles']): Promise<ImageHeader> {
  let first: { path: string; header: ImageHeader } | undefined;
  for (const { path } of tiles) {
    const header = await readImageHeader(path);
    first ??= { path, header };
    if (header.bitDepth === 32) {
      throw new GantryError(
        'image-unsupported',
        `${path} is ${describeDepth(header)}; 8 or 16 bits are expected`,
        {
          file: path,
          mend: 'Estimate the flat field from tiles as the camera wrote them.',
        },
      );
    }
    const model = first.header;
    if (
      header.width !== model.width ||
      header.height !== model.height ||
      header.bitDepth !== model.bitDepth
    ) {
      throw new GantryError(
        'flat-field-tile-differs',
        `${path} is ${header.width}×${header.height} pixels of ${describeDepth(header)}, but ${first.path} is ` +
          `${model.width}×${model.height} of ${describeDepth(model)}`,
        { file: path, mend: 'A flat field is per camera and objective: give tiles of one size and depth.' },
      );
    }
  }
  if (first === undefined) throw new RangeError('A flat field needs a tile');
  return first.header;
}

/** At least a row, whatever the memory: a thousand rows of a thousand pixels are two megabytes. */
function rowsPerBand(height: number, rowBytes: number, memory: number): number {
  return Math.max(1, Math.min(height, Math.floor(memory / rowBytes)));
}

interface Stack {
  readonly file: FileHandle;
  readonly factors: readonly number[];
  readonly black: readonly string[];
  close(): Promise<void>;
}

/** Decodes every tile once into one file, in order, with the factor that brings its median to 1. */
async function decodeStack(header: ImageHeader, options: FlatFieldOptions): Promise<Stack> {
  const path = join(options.scratch, `stack-${randomBytes(6).toString('hex')}.raw`);
  const file = await open(path, 'wx+');
  const close = async (): Promise<void> => {
    await file.close();
    await rm(path, { force: true });
  };
  try {
    const factors: number[] = [];
    const black: string[] = [];
    const tileBytes = header.width * header.height * (header.bitDepth / 8);
    const read = (index: number): Promise<Image> | undefined => {
      const tile = options.tiles[index];
      const reading = tile === undefined ? undefined : readPixels(tile.path, header);
      reading?.catch(() => {}); // awaited in its own round, unless an earlier one fails first
      return reading;
    };
    let next = read(0);
    for (const [index, tile] of options.tiles.entries()) {
      const current = await next;
      if (current === undefined) break;
      next = read(index + 1); // decoded on another thread while this one is looked at
      const { data } = current;
      const median = medianOf(data as Uint8Array | Uint16Array);
      options.progress?.((0.5 * (index + 1)) / options.tiles.length);
      if (median === 0) {
        black.push(tile.path);
        releasePixels(data);
        continue;
      }
      await writeAt(
        file,
        Buffer.from(data.buffer, data.byteOffset, data.byteLength),
        factors.length * tileBytes,
      );
      releasePixels(data);
      factors.push(1 / median);
    }
    if (factors.length === 0) {
      throw new GantryError('flat-field-black', `All ${black.length} tiles are black: their medians are 0`, {
        file: black[0],
        mend: 'Give tiles with light in them: blanks, or tiles whose background is not zero.',
      });
    }
    return { file, factors, black, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Brings the mean to 1 and the least to `LEAST`; tells how many pixels were raised. */
function normalise(surface: Float32Array): number {
  const mean = meanOf(surface);
  let raised = 0;
  for (let i = 0; i < surface.length; i++) {
    const value = surface[i]! / mean;
    if (!(value >= LEAST)) raised++;
    surface[i] = value >= LEAST ? value : LEAST;
  }
  if (raised === 0) return 0;
  const after = meanOf(surface);
  for (let i = 0; i < surface.length; i++) surface[i]! /= after;
  return raised;
}

async function readInto(bytes: Buffer, file: FileHandle, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error('The scratch file of decoded tiles ended early');
    done += bytesRead;
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
