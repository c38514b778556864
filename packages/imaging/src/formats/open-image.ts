/**
 * Opens an image for reading region by region with bounded memory: tiled TIFFs directly, small images from
 * memory, and large ones of other kinds by way of an uncompressed tiled copy in a scratch folder.
 * Single reads are `read-image.ts`'s.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import {
  exactColourspace,
  openSharp,
  readImageHeader,
  readPixels,
  type ImageHeader,
  type Region,
} from './read-image.ts';
import { allocatePixels, type Image } from './pixels.ts';

export interface OpenOptions {
  readonly page?: number;
  /** Where a copy may be put, of the image's uncompressed size. */
  readonly scratch: string;
  /** Bytes of pixels up to which an image that is not tiled is kept in memory. Default 64 MiB. */
  readonly keepInMemory?: number;
}

export interface OpenImage {
  readonly header: ImageHeader;
  /** @throws GantryError as `readImage` does */
  readRegion(region: Region): Promise<Image>;
  /** Removes the scratch copy, if there is one. */
  close(): Promise<void>;
}

/**
 * @throws GantryError as `readImageHeader` does; damage within the pixels may only show when they are read
 */
export async function openImage(path: string, options: OpenOptions): Promise<OpenImage> {
  const pageOption = options.page === undefined ? {} : { page: options.page };
  const header = await readImageHeader(path, pageOption);
  if (header.tiled) {
    return {
      header,
      readRegion: (region) => readPixels(path, header, { ...pageOption, region }),
      close: async () => {},
    };
  }
  const bytes = header.width * header.height * (header.bitDepth / 8);
  if (bytes <= (options.keepInMemory ?? 64 * 2 ** 20)) {
    const whole = await readPixels(path, header, pageOption);
    return { header, readRegion: async (region) => cropImage(whole, region), close: async () => {} };
  }
  const copy = join(options.scratch, `copy-${randomBytes(6).toString('hex')}.tif`);
  const remove = (): Promise<void> => rm(copy, { force: true });
  try {
    await openSharp(path, pageOption, true)
      .toColourspace(exactColourspace(header.bitDepth))
      .tiff({
        compression: 'none',
        predictor: 'none',
        tile: true,
        tileWidth: 512,
        tileHeight: 512,
        bigtiff: true,
      })
      .toFile(copy);
    const made = await readImageHeader(copy);
    if (made.bitDepth !== header.bitDepth || made.sampleFormat !== header.sampleFormat) {
      throw new GantryError('image-unsupported', `${path} is too large to be read in one piece`, {
        file: path,
        mend: 'Convert it to a tiled TIFF.',
      });
    }
    return { header, readRegion: (region) => readPixels(copy, header, { region }), close: remove };
  } catch (error) {
    await remove();
    if (error instanceof GantryError) throw error;
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new GantryError('image-unreadable', `${path} cannot be read to its end: ${reason}`, {
      file: path,
      mend: `Check that it is complete, and that ${options.scratch} has room for its uncompressed pixels.`,
      cause: error,
    });
  }
}

/** A copy of a part of an image; the region must lie inside. */
export function cropImage(image: Image, region: Region): Image {
  const { left, top, width, height } = region;
  const data = allocatePixels(image.bitDepth, image.sampleFormat, width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * image.width + left;
    data.set(image.data.subarray(start, start + width), y * width);
  }
  return { width, height, bitDepth: image.bitDepth, sampleFormat: image.sampleFormat, data };
}
