/**
 * The resolutions of a Deep Zoom folder: the tiles are files of their own, and the sidecar `image.json`, where
 * there is one, tells what their values mean. Other programs' folders do, too, tiles that overlap included.
 */
import { access, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { GantryError } from '@gantry/model';
import { childOf, parseXml } from '../formats/parse-xml.ts';
import { cropImage } from '../formats/open-image.ts';
import type { BitDepth, Image, PixelLayout } from '../formats/pixels.ts';
import type { PhysicalSize } from '../formats/ome-metadata.ts';
import { readPixels } from '../formats/read-image.ts';
import { checkUnchanged, type LocatedView } from './locate-view.ts';
import { regionOf, type StoredLevels, type StoredPicture } from './stored-levels.ts';
import type { PictureFormat, ViewLevel } from './view-types.ts';

interface Sidecar {
  readonly source?: StoredPicture['source'];
  readonly window?: StoredPicture['window'];
  readonly physicalSizeX?: PhysicalSize;
  readonly physicalSizeY?: PhysicalSize;
}

interface Manifest {
  readonly format: string;
  readonly overlap: number;
  readonly tileSize: number;
  readonly width: number;
  readonly height: number;
}

/** @throws GantryError `pyramid-damaged`, and `image-unsupported` for tiles in colour */
export async function openDeepZoom(located: LocatedView): Promise<StoredLevels> {
  const { file } = located;
  const manifest = parseManifest(file, await readFile(file, 'utf8'));
  const { tileSize, overlap } = manifest;
  const folder = file.slice(0, -extname(file).length);
  const sidecar = await readSidecar(`${folder}.json`);
  const levels = levelsOf(manifest);
  const deepest = Math.ceil(Math.log2(Math.max(manifest.width, manifest.height)));
  const tilePath = (level: number, x: number, y: number): string =>
    join(`${folder}_files`, String(deepest - level), `${x}_${y}.${manifest.format}`);
  const bitDepth = await depthOfTile(file, tilePath(levels.length - 1, 0, 0));
  const layout: PixelLayout = {
    ...{ width: manifest.width, height: manifest.height },
    ...{ bitDepth, sampleFormat: 'uint' as const },
  };
  const type = pictureFormat(manifest.format);

  async function readTile(index: number, x: number, y: number): Promise<Image> {
    const level = levels[index];
    if (level === undefined) throw new RangeError(`No level ${index} in ${file}`);
    const core = regionOf(level, tileSize, x, y);
    const left = Math.min(overlap, core.left);
    const top = Math.min(overlap, core.top);
    const width = left + core.width + Math.min(overlap, level.width - core.left - core.width);
    const height = top + core.height + Math.min(overlap, level.height - core.top - core.height);
    const path = tilePath(index, x, y);
    const tile = await orDamaged(file, path, readPixels(path, { ...layout, width, height }));
    await checkUnchanged(file, located.version);
    return overlap === 0 ? tile : cropImage(tile, { left, top, width: core.width, height: core.height });
  }

  return {
    kind: 'dzi',
    layout,
    pages: 1,
    metadata: {
      ...(sidecar.physicalSizeX === undefined ? {} : { physicalSizeX: sidecar.physicalSizeX }),
      ...(sidecar.physicalSizeY === undefined ? {} : { physicalSizeY: sidecar.physicalSizeY }),
    },
    levels,
    tileSize,
    inMemory: false,
    scratchBytes: 0,
    ...(bitDepth === 8 ? { picture: pictureOf(sidecar, type) } : {}),
    readTile,
    ...(bitDepth === 8 && overlap === 0 && type !== undefined
      ? {
          readEncoded: async (level, x, y) => {
            const path = tilePath(level, x, y);
            const bytes = await orDamaged(file, path, readFile(path));
            await checkUnchanged(file, located.version);
            return { bytes, type: `image/${type}` as const };
          },
        }
      : {}),
    close: async () => {},
  };
}

/** From the full resolution down to the first that is one tile; the smaller ones show nothing more. */
function levelsOf({ width, height, tileSize }: Manifest): ViewLevel[] {
  const levels = [{ width, height }];
  for (let last = levels[0]!; Math.max(last.width, last.height) > tileSize; levels.push(last)) {
    last = { width: Math.ceil(last.width / 2), height: Math.ceil(last.height / 2) };
  }
  return levels;
}

function parseManifest(file: string, text: string): Manifest {
  try {
    const image = parseXml(text);
    const size = childOf(image, 'Size');
    const manifest = {
      format: image.attributes['Format'] ?? '',
      overlap: Number(image.attributes['Overlap'] ?? 0),
      tileSize: Number(image.attributes['TileSize']),
      width: Number(size?.attributes['Width']),
      height: Number(size?.attributes['Height']),
    };
    const { tileSize, overlap, width, height } = manifest;
    const whole = [tileSize, width, height].every((value) => Number.isInteger(value) && value > 0);
    if (!whole || tileSize > 8192 || !Number.isInteger(overlap) || overlap < 0 || overlap > tileSize / 2) {
      throw new SyntaxError('sizes are missing or make no sense');
    }
    if (!/^\w{1,8}$/.test(manifest.format)) throw new SyntaxError('the format of the tiles is missing');
    return manifest;
  } catch (cause) {
    throw damaged(file, `it is no Deep Zoom description (${reasonOf(cause)})`, cause);
  }
}

async function readSidecar(path: string): Promise<Sidecar> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}'; // others write none
    throw error;
  });
  try {
    const sidecar = JSON.parse(text) as Sidecar;
    const { window, source } = sidecar;
    if (window !== undefined && !(Number.isFinite(window.low) && window.high > window.low)) {
      throw new SyntaxError('its window is empty');
    }
    if (source !== undefined && ![8, 16, 32].includes(source.bitDepth)) {
      throw new SyntaxError('its source has no known depth');
    }
    return sidecar;
  } catch (cause) {
    throw damaged(path, `it is no description of a pyramid (${reasonOf(cause)})`, cause);
  }
}

async function depthOfTile(file: string, tile: string): Promise<BitDepth> {
  const { channels, depth } = await orDamaged(file, tile, sharp(tile).metadata());
  if (channels !== 1) {
    throw new GantryError('image-unsupported', `${file} is in colour, and one channel is expected`, {
      file,
      mend: 'Export each channel as a greyscale image of its own.',
    });
  }
  return depth === 'ushort' ? 16 : 8;
}

function pictureFormat(extension: string): PictureFormat | undefined {
  switch (extension.toLowerCase()) {
    case 'jpg':
    case 'jpeg':
      return 'jpeg';
    case 'png':
      return 'png';
    case 'webp':
      return 'webp';
    default:
      return undefined;
  }
}

function pictureOf(sidecar: Sidecar, type: PictureFormat | undefined): StoredPicture {
  const source = sidecar.source ?? { bitDepth: 8, sampleFormat: 'uint' };
  const window = sidecar.window ?? { low: 0, high: 255 };
  return { source, window, exact: type === 'png' && sidecar.window === undefined };
}

/** Tells a tile that is not there from one that cannot be read. */
async function orDamaged<T>(file: string, tile: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    const missing = await access(tile).then(
      () => false,
      () => true,
    );
    if (missing) throw damaged(file, `its tile ${tile} is missing`, cause);
    if (cause instanceof GantryError) throw cause;
    throw damaged(file, `its tile ${tile} cannot be read (${reasonOf(cause)})`, cause);
  }
}

function damaged(file: string, what: string, cause: unknown): GantryError {
  return new GantryError('pyramid-damaged', `The pyramid ${file} is damaged: ${what}`, {
    file,
    mend: 'Make the pyramid again.',
    cause,
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
