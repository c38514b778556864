/**
 * Makes a Deep Zoom pyramid: `image.dzi`, its tiles in `image_files/`, and `image.json` with what the picture
 * does not tell (pixel size, and the window of values that 8-bit tiles show). The tiles are libvips' work.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { GantryError } from '@gantry/model';
import { describeDepth } from '../formats/pixels.ts';
import { openSharp, readImageHeader, unreadable, type ImageHeader } from '../formats/read-image.ts';
import { chooseWindow, CUT_PERCENT, type Window } from './choose-window.ts';

export interface DeepZoomOptions {
  readonly input: string;
  /** The folder to make; one of that name is replaced. */
  readonly output: string;
  /** Pixels; the tiles do not overlap. */
  readonly tileSize: number;
  /** 8: JPEG tiles, images of more bits stretched between percentiles. 16: PNG tiles with the values as they are. */
  readonly depth: 8 | 16;
  /** Threads for libvips. */
  readonly threads: number;
}

/** sharp's default; the tiles are for looking at, and depth 16 is there for values. */
const JPEG_QUALITY = 80;

/**
 * @throws GantryError as `readImageHeader` does; `bad-parameter` for 16-bit tiles of another image;
 *   `image-unreadable` if the pixels are damaged. Nothing is left behind then.
 */
export async function buildDeepZoom(options: DeepZoomOptions): Promise<void> {
  const { input, output, tileSize, depth } = options;
  const header = await readImageHeader(input);
  if (depth === 16 && header.bitDepth !== 16) {
    throw new GantryError(
      'bad-parameter',
      `Tiles of 16 bits need a 16-bit image, and ${input} is ${describeDepth(header)}`,
      {
        file: input,
        field: 'depth',
        mend: 'Leave the parameter "depth" at 8, or use the format ome-tiff, which keeps every depth.',
      },
    );
  }
  sharp.concurrency(Math.max(1, Math.floor(options.threads)));
  const window = depth === 8 && header.bitDepth !== 8 ? await chooseWindow(input, header) : undefined;
  const partial = `${output}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(partial);
  try {
    await tilesOf(openSharp(input, {}, true), header, depth, window)
      .tile({ size: tileSize, overlap: 0, layout: 'dz' })
      .toFile(join(partial, 'image.dz'))
      .catch((cause: unknown) => {
        throw unreadable(input, cause);
      });
    // It holds the time of day, and equal images shall give equal bytes.
    await rm(join(partial, 'image_files', 'vips-properties.xml'), { force: true });
    await writeFile(join(partial, 'image.json'), describePyramid(header, depth, window));
    await rm(output, { recursive: true, force: true });
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function tilesOf(image: Sharp, header: ImageHeader, depth: 8 | 16, window: Window | undefined): Sharp {
  if (depth === 16) return image.toColourspace('grey16').png({ compressionLevel: 3 });
  // libvips divides 16 bits by 256 on the way to 'b-w' and takes others as they are.
  const white = header.bitDepth === 16 ? 65_535 : 255;
  const scale = window === undefined ? 1 : white / (window.high - window.low);
  const stretched = window === undefined ? image : image.linear(scale, -window.low * scale);
  return stretched.toColourspace('b-w').jpeg({ quality: JPEG_QUALITY });
}

function describePyramid(header: ImageHeader, depth: 8 | 16, window: Window | undefined): string {
  const { width, height, bitDepth, sampleFormat, metadata } = header;
  const description = {
    width,
    height,
    source: { bitDepth, sampleFormat },
    tiles: { bitDepth: depth, format: depth === 16 ? 'png' : 'jpeg' },
    // A tile's value v stands for low + v / 255 × (high − low).
    ...(window === undefined ? {} : { window: { ...window, percentiles: [CUT_PERCENT, 100 - CUT_PERCENT] } }),
    ...(metadata.physicalSizeX === undefined ? {} : { physicalSizeX: metadata.physicalSizeX }),
    ...(metadata.physicalSizeY === undefined ? {} : { physicalSizeY: metadata.physicalSizeY }),
  };
  return `${JSON.stringify(description, null, 2)}\n`;
}
