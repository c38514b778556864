/**
 * Reads single-channel images exactly as they are stored: 8, 16 and 32 bits, whole or a region.
 * Decoding is libvips' (through sharp); this module picks the settings under which it changes no value,
 * and says what is wrong with a file that cannot be read. Reading strip by strip is `open-image.ts`'s.
 */
import { access } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { GantryError } from '@gantry/model';
import { isOmeXml, parseImageJ, parseOmeXml, type ImageMetadata } from './ome-metadata.ts';
import { viewAsPixels, type BitDepth, type Image, type PixelLayout, type SampleFormat } from './pixels.ts';
import { checkNotTruncated, readTiffDirectories, TAG, type TiffFile } from './read-tiff-directory.ts';

// libvips caches by file name; a worker outlives the files it reads, so a name may come back with other bytes.
sharp.cache(false);

export interface ImageHeader extends PixelLayout {
  /** "tiff", "png", "jpeg", … */
  readonly format: string;
  /** Full-resolution pages in the file. */
  readonly pages: number;
  /** A tiled TIFF, of which a region is read without the rest. */
  readonly tiled: boolean;
  readonly metadata: ImageMetadata;
  /** Why the metadata could not be understood, if so; the pixels are not concerned. */
  readonly metadataProblem: string | undefined;
}

/** Pixels; must lie within the image. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface ReadOptions {
  /** Which page of several, from 0. Without it a file of several pages is an error, never cut silently. */
  readonly page?: number;
  /** Which lower resolution, from 0 for the first SubIFD. */
  readonly subifd?: number;
  /** Only this part. */
  readonly region?: Region;
}

/**
 * Reads size, depth and metadata, no pixels.
 * @throws GantryError `image-missing`, `image-unreadable`, `image-truncated`, `image-unsupported` (several
 *   channels, signed or other pixels), `image-pages` (several pages, and `page` not given)
 */
export async function readImageHeader(path: string, options: ReadOptions = {}): Promise<ImageHeader> {
  await access(path).catch((cause: unknown) => {
    throw new GantryError('image-missing', `${path} cannot be opened`, {
      file: path,
      mend: 'Check that the file exists and may be read.',
      cause,
    });
  });
  const tiff = await readTiffDirectories(path);
  if (tiff !== undefined) checkNotTruncated(tiff, path);
  const found = await openSharp(path, options)
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
  const fullPages = tiff?.directories.filter((directory) => !directory.reduced).length ?? found.pages ?? 1;
  if (fullPages > 1 && options.page === undefined) {
    throw new GantryError('image-pages', `${path} holds ${fullPages} pages, and one is expected`, {
      file: path,
      mend: 'Split it into one file per plane.',
    });
  }
  if (found.channels !== 1) {
    throw new GantryError(
      'image-unsupported',
      `${path} has ${found.channels} channels, and one is expected`,
      {
        file: path,
        mend: 'Export each channel as a greyscale file of its own.',
      },
    );
  }
  const directory = tiff?.directories[options.page ?? 0];
  return {
    width: found.width,
    height: found.height,
    ...depthOf(path, found.depth),
    format: found.format,
    pages: fullPages,
    tiled: directory?.tiled ?? false,
    ...metadataOf(tiff, options.page ?? 0),
  };
}

/**
 * Reads an image, or a region of it, with every value as stored.
 * Memory: width × height × bytes per pixel, plus as much again for a file that is not tiled.
 * @throws GantryError as `readImageHeader` does, and `image-region` for a region outside the image
 */
export async function readImage(
  path: string,
  options: ReadOptions = {},
): Promise<Image & { header: ImageHeader }> {
  const header = await readImageHeader(path, options);
  const image = await readPixels(path, header, options);
  return { ...image, header };
}

/** As `readImage`, for a file whose header is known already. */
export async function readPixels(
  path: string,
  header: Pick<ImageHeader, 'width' | 'height' | 'bitDepth' | 'sampleFormat'>,
  options: ReadOptions = {},
): Promise<Image> {
  const { bitDepth, sampleFormat } = header;
  const region = options.region ?? { left: 0, top: 0, width: header.width, height: header.height };
  checkRegion(path, header, region);
  let pipeline = openSharp(path, options);
  if (options.region !== undefined) pipeline = pipeline.extract(region);
  const bytes = await exactRaw(pipeline, bitDepth, sampleFormat)
    .toBuffer()
    .catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
  const data = viewAsPixels(bytes, bitDepth, sampleFormat);
  if (data.length !== region.width * region.height) {
    throw unreadable(path, new Error(`${data.length} values for ${region.width}×${region.height} pixels`));
  }
  return { width: region.width, height: region.height, bitDepth, sampleFormat, data };
}

/** A sharp pipeline over one plane that stops at the first damaged byte and ignores colour profiles. */
export function openSharp(path: string, options: ReadOptions = {}, sequential = false): Sharp {
  return sharp(path, {
    failOn: 'warning',
    limitInputPixels: false,
    unlimited: true,
    ignoreIcc: true,
    sequentialRead: sequential,
    page: options.page ?? 0,
    ...(options.subifd === undefined ? {} : { tiff: { subifd: options.subifd } }),
  });
}

/** The colour space under which libvips changes no value: others divide 16 bits by 256 or clip 32 bits. */
export function exactColourspace(bitDepth: BitDepth): 'b-w' | 'grey16' {
  return bitDepth === 16 ? 'grey16' : 'b-w';
}

function exactRaw(pipeline: Sharp, bitDepth: BitDepth, sampleFormat: SampleFormat): Sharp {
  const whole = { 8: 'uchar', 16: 'ushort', 32: 'uint' } as const;
  const depth = sampleFormat === 'float' ? 'float' : whole[bitDepth];
  return pipeline.toColourspace(exactColourspace(bitDepth)).raw({ depth });
}

function depthOf(path: string, depth: string): { bitDepth: BitDepth; sampleFormat: SampleFormat } {
  switch (depth) {
    case 'uchar':
      return { bitDepth: 8, sampleFormat: 'uint' };
    case 'ushort':
      return { bitDepth: 16, sampleFormat: 'uint' };
    case 'uint':
      return { bitDepth: 32, sampleFormat: 'uint' };
    case 'float':
      return { bitDepth: 32, sampleFormat: 'float' };
    default:
      throw new GantryError('image-unsupported', `${path} has pixels of the type "${depth}"`, {
        file: path,
        mend: 'Convert it to unsigned 8, 16 or 32 bits, or to 32-bit float.',
      });
  }
}

function metadataOf(
  tiff: TiffFile | undefined,
  page: number,
): { metadata: ImageMetadata; metadataProblem: string | undefined } {
  // OME-XML stands in the first page and is about all of them.
  const directory = tiff?.directories[0];
  const text = directory?.description;
  if (directory === undefined || text === undefined) return { metadata: {}, metadataProblem: undefined };
  if (isOmeXml(text)) {
    try {
      return { metadata: parseOmeXml(text), metadataProblem: undefined };
    } catch (error) {
      return { metadata: {}, metadataProblem: `its OME-XML cannot be read: ${String(error)}` };
    }
  }
  if (!text.startsWith('ImageJ=')) return { metadata: {}, metadataProblem: undefined };
  const numbers = tiff?.directories[page]?.numbers;
  const x = numbers?.get(TAG.xResolution)?.[0];
  const y = numbers?.get(TAG.yResolution)?.[0];
  const metadata = parseImageJ(text, {
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
  });
  return { metadata, metadataProblem: undefined };
}

function checkRegion(path: string, size: { width: number; height: number }, region: Region): void {
  const inside =
    region.left >= 0 &&
    region.top >= 0 &&
    region.width > 0 &&
    region.height > 0 &&
    region.left + region.width <= size.width &&
    region.top + region.height <= size.height;
  if (inside) return;
  throw new GantryError(
    'image-region',
    `The region ${region.width}×${region.height} at (${region.left}, ${region.top}) is not inside ${path}, ` +
      `which is ${size.width}×${size.height}`,
    { file: path },
  );
}

/** Says in one line why libvips could not read a file. */
export function unreadable(path: string, cause: unknown): GantryError {
  // libvips repeats its message once for every strip that it could not read.
  const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return new GantryError('image-unreadable', `${path} cannot be read as an image: ${reason}`, {
    file: path,
    mend: 'Check that it is a TIFF, PNG or JPEG and complete; copy or export it again.',
    cause,
  });
}
