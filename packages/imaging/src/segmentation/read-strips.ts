/**
 * Walks over an image in strips of whole rows, so that any size of image fits into a given memory.
 * Opening and decoding are left to `formats`.
 */
import type { OpenImage } from '../formats/open-image.ts';
import type { Pixels } from '../formats/pixels.ts';

export interface Strip {
  /** The strip's first row in the image. */
  readonly top: number;
  readonly rows: number;
  /** Whole rows, without padding. */
  readonly data: Pixels;
}

/** Rows of tiles are this high in the files that Gantry writes; strips end where they do, and more gains nothing. */
const TILE_ROWS = 512;

/**
 * How many rows of `width` pixels to take at a time.
 *
 * @param bytesPerPixel of all that is held for a pixel of the strip at work
 * @param memory bytes
 */
export function stripRowsFor(width: number, bytesPerPixel: number, memory: number): number {
  return Math.min(TILE_ROWS, Math.max(1, Math.floor(memory / (width * bytesPerPixel))));
}

/**
 * Yields the image's strips from top to bottom. The next one is decoded while the caller works on one,
 * so two are in memory at a time.
 *
 * @throws GantryError as `OpenImage.readRegion` does
 */
export async function* readStrips(
  image: OpenImage,
  stripRows: number,
): AsyncGenerator<Strip, void, undefined> {
  const { width, height } = image.header;
  const read = async (top: number): Promise<Strip> => {
    const rows = Math.min(stripRows, height - top);
    const { data } = await image.readRegion({ left: 0, top, width, height: rows });
    return { top, rows, data };
  };
  let next: Promise<Strip> | undefined = read(0);
  try {
    while (next !== undefined) {
      const strip: Strip = await next;
      const end = strip.top + strip.rows;
      next = end < height ? read(end) : undefined;
      // Reported when it is awaited; until then a failure must not count as unhandled.
      next?.catch(() => undefined);
      yield strip;
    }
  } finally {
    // A caller that stops early closes the file next, so nothing may still be reading it.
    await next?.catch(() => undefined);
  }
}
