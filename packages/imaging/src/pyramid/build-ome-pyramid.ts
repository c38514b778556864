/**
 * Makes an OME-TIFF pyramid: the image at full depth, its lower resolutions as SubIFDs down to one tile.
 * Memory: a row of tiles per level, so about 2 × width × (tileSize + 512) pixels, whatever the height.
 */
import { openImage } from '../formats/open-image.ts';
import { releasePixels } from '../formats/pixels.ts';
import { TiffRowWriter } from '../formats/tiff-row-writer.ts';
import { levelsToOneTile } from '../formats/tiff-writer.ts';

export interface OmePyramidOptions {
  readonly input: string;
  /** The file to make. */
  readonly output: string;
  /** Pixels, a multiple of 16. */
  readonly tileSize: number;
  /** A folder for an uncompressed copy of a large image that is not tiled. */
  readonly scratch: string;
  readonly progress?: (fraction: number) => void;
}

/** Rows read at a time: whole tiles of the files that we write ourselves, so each is decoded once. */
const ROWS = 512;

/** @throws GantryError as `readImage` does; nothing is left behind then */
export async function buildOmePyramid(options: OmePyramidOptions): Promise<void> {
  const { input, output, tileSize, scratch } = options;
  const image = await openImage(input, { scratch });
  try {
    const { width, height, bitDepth, sampleFormat, metadata } = image.header;
    const levels = levelsToOneTile(width, height, tileSize);
    const writer = await TiffRowWriter.create(output, {
      ...{ width, height, bitDepth, sampleFormat, tileSize, levels, metadata },
    });
    try {
      const rows = (top: number): ReturnType<typeof image.readRegion> =>
        image.readRegion({ left: 0, top, width, height: Math.min(ROWS, height - top) });
      let next = rows(0);
      for (let top = 0; top < height; top += ROWS) {
        const strip = await next;
        // Decoding runs on other threads while these rows are cut up and halved.
        if (top + ROWS < height) {
          next = rows(top + ROWS);
          next.catch(() => {}); // it is awaited in the next round, unless writing fails first
        }
        await writer.writeRows(strip.data);
        releasePixels(strip.data);
        options.progress?.(Math.min(1, (top + ROWS) / height));
      }
      await writer.finish();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  } finally {
    await image.close();
  }
}
