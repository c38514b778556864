/**
 * The stored resolutions of a tiled TIFF: the page itself, its SubIFDs, or the reduced pages behind it. The file
 * is opened once and stays open, so that tiles come from one and the same file even if another takes its name.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { PixelLayout } from '../formats/pixels.ts';
import { readPixels, type ImageHeader, type ReadOptions } from '../formats/read-image.ts';
import { TAG, type TiffFile } from '../formats/read-tiff-directory.ts';
import { checkUnchanged, type LocatedView } from './locate-view.ts';
import { describeHandle, readSubDirectory, type TiffNumbers } from './read-sub-directory.ts';
import { regionOf, type StoredLevels } from './stored-levels.ts';
import { TiffTileReader, tileShape } from './tiff-tile-reader.ts';

/** Smaller tiles of a file are shown several at a time, larger ones in parts of this. */
const LEAST_TILE = 256;
const MOST_TILE = 1024;
const PART_OF_LARGE = 512;

interface Directory {
  readonly numbers: TiffNumbers;
  readonly layout: PixelLayout;
  /** How libvips finds it. */
  readonly address: ReadOptions;
}

/** @throws GantryError `image-truncated` for a SubIFD beyond the file's end */
export async function openTiledTiff(
  located: LocatedView,
  header: ImageHeader,
  tiff: TiffFile,
  page: number,
): Promise<StoredLevels> {
  const path = located.file;
  const handle = await open(path, 'r');
  try {
    const file = await describeHandle(handle, path);
    const directories = await findLevels(handle, path, header, tiff, page);
    const readers = directories.map(({ numbers, layout }) => TiffTileReader.of(file, layout, numbers));
    const [full] = directories;
    const tileSize = viewTileSize(full === undefined ? new Map() : full.numbers);
    return {
      kind: directories.length > 1 ? 'ome-tiff' : 'image',
      layout: header,
      pages: header.pages,
      metadata: header.metadata,
      levels: directories.map(({ layout }) => ({ width: layout.width, height: layout.height })),
      tileSize,
      inMemory: false,
      scratchBytes: 0,
      async readTile(level, x, y) {
        const directory = directories[level];
        if (directory === undefined) throw new RangeError(`No level ${level} in ${path}`);
        const region = regionOf(directory.layout, tileSize, x, y);
        const reader = readers[level];
        if (reader !== undefined) return await reader.read(region);
        const image = await readPixels(path, directory.layout, { ...directory.address, region });
        await checkUnchanged(path, located.version);
        return image;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function findLevels(
  handle: FileHandle,
  path: string,
  header: ImageHeader,
  tiff: TiffFile,
  page: number,
): Promise<Directory[]> {
  const file = await describeHandle(handle, path);
  const full = tiff.directories[page];
  if (full === undefined) throw new RangeError(`No page ${page} in ${path}`);
  const found: Directory[] = [{ numbers: full.numbers, layout: header, address: { page } }];
  const add = (numbers: TiffNumbers, address: ReadOptions): void => {
    const above = found.at(-1)!;
    const width = numbers.get(TAG.imageWidth)?.[0] ?? 0;
    const height = numbers.get(TAG.imageLength)?.[0] ?? 0;
    const smaller = width > 0 && height > 0 && width < above.layout.width && height <= above.layout.height;
    // Anything else, such as a thumbnail in colour or a mask, is no resolution of this image.
    if (!smaller || !numbers.has(TAG.tileOffsets) || !sameSamples(numbers, full.numbers)) return;
    found.push({ numbers, layout: { ...header, width, height }, address });
  };
  const offsets = full.numbers.get(TAG.subIfds) ?? [];
  for (const [subifd, offset] of offsets.entries()) {
    add(await readSubDirectory(file, offset), { page, subifd });
  }
  // Without SubIFDs, reduced pages that follow, as libvips writes its pyramids.
  for (let next = page + 1; offsets.length === 0 && tiff.directories[next]?.reduced === true; next++) {
    add(tiff.directories[next]!.numbers, { page: next });
  }
  return found;
}

function sameSamples(a: TiffNumbers, b: TiffNumbers): boolean {
  return [TAG.bitsPerSample, TAG.samplesPerPixel, TAG.sampleFormat].every(
    (tag) => (a.get(tag)?.[0] ?? 1) === (b.get(tag)?.[0] ?? 1),
  );
}

/** The file's own tiles where that is sensible, so that each is decoded once. */
function viewTileSize(numbers: TiffNumbers): number {
  const { width, height } = tileShape(numbers);
  if (width !== height || width > MOST_TILE || width < 16) return PART_OF_LARGE;
  return width * Math.ceil(LEAST_TILE / width);
}
