/**
 * An image that is not tiled: kept in memory up to a size, and beyond it read from an uncompressed tiled copy.
 * Such files can only be decoded from their beginning.
 */
import { GantryError } from '@gantry/model';
import { cropImage, openImage, type OpenImage } from '../formats/open-image.ts';
import { readPixels, type ImageHeader, type Region } from '../formats/read-image.ts';
import type { Image } from '../formats/pixels.ts';
import type { CacheShare } from './byte-cache.ts';
import { checkUnchanged, type LocatedView } from './locate-view.ts';
import { regionOf, type StoredLevels } from './stored-levels.ts';

const TILE = 512;
/** 64 megapixels of 16 bits. */
const MOST_IN_MEMORY = 128 * 2 ** 20;
/** Bytes of pixels, so of the copy. */
const MOST_TO_COPY = 2 ** 30;

/**
 * @param scratch a folder for the copy of a large image
 * @throws GantryError `view-too-large` above `MOST_TO_COPY`
 */
export async function openUntiledImage(
  located: LocatedView,
  header: ImageHeader,
  page: number,
  share: CacheShare,
  scratch: string,
): Promise<StoredLevels> {
  const path = located.file;
  const bytes = header.width * header.height * (header.bitDepth / 8);
  if (bytes > MOST_TO_COPY) {
    throw new GantryError(
      'view-too-large',
      `${path} is ${header.width}×${header.height} pixels and not tiled, which is too large to look at as it is`,
      { file: path, mend: 'Make a pyramid of it with the tool pyramid, and look at that.' },
    );
  }
  const inMemory = bytes <= Math.min(MOST_IN_MEMORY, share.maxBytes / 2);
  const copy = inMemory ? undefined : await openImage(path, { page, scratch, keepInMemory: 0 });
  const read = copy?.readRegion ?? ((region: Region) => crop(region));
  async function crop(region: Region): Promise<Image> {
    const whole = await share.get('whole', {
      load: async () => {
        const image = await readPixels(path, header, { page });
        await checkUnchanged(path, located.version);
        return image;
      },
      bytesOf: ({ data }) => data.byteLength,
      reserve: bytes,
    });
    return cropImage(whole, region);
  }
  await checkCopied(copy, located);
  return {
    kind: 'image',
    layout: header,
    pages: header.pages,
    metadata: header.metadata,
    levels: [{ width: header.width, height: header.height }],
    tileSize: TILE,
    inMemory,
    scratchBytes: inMemory ? 0 : bytes,
    readTile: (_level, x, y) => read(regionOf(header, TILE, x, y)),
    close: async () => {
      await copy?.close();
    },
  };
}

/** A copy of a file that was changed meanwhile goes at once. */
async function checkCopied(copy: OpenImage | undefined, located: LocatedView): Promise<void> {
  if (copy === undefined) return;
  try {
    await checkUnchanged(located.file, located.version);
  } catch (error) {
    await copy.close();
    throw error;
  }
}
