/**
 * What an image or a pyramid says of itself, without a look at its pixels: for lists and panels. What a viewer needs
 * beside that, such as a window of values, is `describeView`'s.
 */
import { readImageHeader } from '../formats/read-image.ts';
import { readTiffDirectories, TAG } from '../formats/read-tiff-directory.ts';
import type { ImageMetadata } from '../formats/ome-metadata.ts';
import type { PixelLayout } from '../formats/pixels.ts';
import { pixelSizeOf } from '../measurement/pixel-size.ts';
import { locateView } from './locate-view.ts';
import { openDeepZoom } from './open-deep-zoom.ts';

export interface ImageFacts extends PixelLayout {
  /** `tiff`, `png`, `jpeg`, …, or `dzi` for a Deep Zoom folder. */
  readonly format: string;
  /** Full-resolution planes in the file. */
  readonly pages: number;
  /** Resolutions that are stored, the full one included. */
  readonly levels: number;
  readonly tiled: boolean;
  /** Of one pixel, in µm; undefined where the file tells no length. */
  readonly pixelSize: { readonly x: number; readonly y: number } | undefined;
  readonly metadata: ImageMetadata;
  /** Why the metadata could not be understood, if so; the pixels are not concerned. */
  readonly metadataProblem: string | undefined;
}

/**
 * @param path a file, or a folder that is a pyramid
 * @throws GantryError `image-missing`, `view-unclear`, `pyramid-damaged`, `image-unreadable`, `image-truncated`,
 *   `image-unsupported` (several channels, signed or other pixels)
 */
export async function readImageFacts(path: string): Promise<ImageFacts> {
  const located = await locateView(path);
  if (located.form === 'dzi') {
    const stored = await openDeepZoom(located);
    try {
      const { layout, levels, metadata, picture } = stored;
      return {
        ...{ width: layout.width, height: layout.height },
        ...(picture?.source ?? { bitDepth: layout.bitDepth, sampleFormat: layout.sampleFormat }),
        ...{ format: 'dzi', pages: 1, levels: levels.length, tiled: true, metadata },
        pixelSize: pixelSizeOf(metadata),
        metadataProblem: undefined,
      };
    } finally {
      await stored.close();
    }
  }
  const header = await readImageHeader(located.file, { page: 0 });
  const tiff = await readTiffDirectories(located.file);
  const reduced = tiff?.directories.filter((directory) => directory.reduced).length ?? 0;
  const below = tiff?.directories[0]?.numbers.get(TAG.subIfds)?.length ?? 0;
  const { width, height, bitDepth, sampleFormat, format, pages, tiled, metadata, metadataProblem } = header;
  return {
    ...{ width, height, bitDepth, sampleFormat, format, pages, tiled, metadata, metadataProblem },
    levels: 1 + reduced + below,
    pixelSize: pixelSizeOf(metadata),
  };
}
