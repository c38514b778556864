/**
 * Opens whatever can be looked at: a Deep Zoom folder, a TIFF with or without lower resolutions, any other image.
 * For many images and many people at a time there is `view-cache.ts`.
 */
import { tmpdir } from 'node:os';
import { GantryError } from '@gantry/model';
import { readImageHeader } from '../formats/read-image.ts';
import { readTiffDirectories } from '../formats/read-tiff-directory.ts';
import { ByteCache, type CacheShare } from './byte-cache.ts';
import { ImageView } from './image-view.ts';
import { locateView, type LocatedView } from './locate-view.ts';
import { openDeepZoom } from './open-deep-zoom.ts';
import { openTiledTiff } from './open-tiled-tiff.ts';
import { openUntiledImage } from './open-untiled-image.ts';
import type { StoredLevels } from './stored-levels.ts';
import type { View, ViewDescription } from './view-types.ts';

export const DEFAULT_VIEW_BYTES = 256 * 2 ** 20;

export interface OpenViewOptions {
  /** Which page of several, from 0. Default 0. */
  readonly page?: number;
  /** Bytes for decoded pixels and rendered tiles. Default 256 MiB. */
  readonly maxBytes?: number;
  /** A folder for an uncompressed copy of a large image that is not tiled. Default: the system's. */
  readonly scratch?: string;
}

export interface OpenView extends View {
  /** After everything that was asked has come back. */
  close(): Promise<void>;
}

/**
 * @throws GantryError `image-missing`, `view-unclear` (a folder that is no pyramid), `pyramid-damaged`,
 *   `image-unreadable`, `image-truncated`, `image-unsupported` (colour), `view-range` (no such page),
 *   `view-too-large` (not tiled, and above 1 GiB of pixels)
 */
export async function openView(path: string, options: OpenViewOptions = {}): Promise<OpenView> {
  const share = new ByteCache(options.maxBytes ?? DEFAULT_VIEW_BYTES).share();
  return await openWithin(share, path, options.page ?? 0, options.scratch ?? tmpdir());
}

/** What `openView(path).describe()` says. @throws GantryError as both do */
export async function describeView(path: string, options: OpenViewOptions = {}): Promise<ViewDescription> {
  const view = await openView(path, options);
  try {
    return await view.describe();
  } finally {
    await view.close();
  }
}

/** As `openView`, with a cache that others use, too. */
export async function openWithin(
  share: CacheShare,
  path: string,
  page: number,
  scratch: string,
): Promise<ImageView> {
  // First, so that a change while the rest is read shows as one.
  const located = await locateView(path);
  return new ImageView(located, await openStored(located, page, share, scratch), share);
}

async function openStored(
  located: LocatedView,
  page: number,
  share: CacheShare,
  scratch: string,
): Promise<StoredLevels> {
  if (located.form === 'dzi') {
    checkPage(located.file, page, 1);
    return await openDeepZoom(located);
  }
  const path = located.file;
  const tiff = await readTiffDirectories(path);
  if (tiff !== undefined) checkPage(path, page, tiff.directories.length);
  const header = await readImageHeader(path, { page });
  if (tiff !== undefined && header.tiled) return await openTiledTiff(located, header, tiff, page);
  return await openUntiledImage(located, header, page, share, scratch);
}

function checkPage(path: string, page: number, pages: number): void {
  if (Number.isInteger(page) && page >= 0 && page < pages) return;
  throw new GantryError('view-range', `${path} has no page ${page}; it has ${pages}`, {
    file: path,
    field: 'page',
    mend: 'Pages are counted from 0.',
  });
}
