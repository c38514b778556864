/** Writes a whole image in memory as a tiled, deflated OME-TIFF. Larger ones go through `tiff-row-writer.ts`. */
import type { ImageMetadata } from './ome-metadata.ts';
import { checkImage, type Image } from './pixels.ts';
import { TiffRowWriter } from './tiff-row-writer.ts';

export interface WriteOptions {
  /** Carried into the OME-XML: usually the header's of the image that this one was made from. */
  readonly metadata?: ImageMetadata;
  /** Pixels, a multiple of 16. Default 512. */
  readonly tileSize?: number;
}

/**
 * Writes `path` (8, 16 or 32 bits), replacing it only once the new file is complete. The caller fsyncs.
 * @throws GantryError `image-shape` if the data do not fit the stated size and depth
 */
export async function writeImage(path: string, image: Image, options: WriteOptions = {}): Promise<void> {
  checkImage(image, path);
  const { width, height, bitDepth, sampleFormat } = image;
  const writer = await TiffRowWriter.create(path, { width, height, bitDepth, sampleFormat, ...options });
  try {
    await writer.writeRows(image.data);
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
