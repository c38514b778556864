/**
 * Finds what there is to look at under a path: a file, or in a folder the Deep Zoom or TIFF file that stands for
 * it. Also tells whether that file is still the same. Opening it is left to `open-view.ts`.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';

export interface LocatedView {
  readonly form: 'dzi' | 'file';
  /** The file to read first: a `.dzi`, or the image. */
  readonly file: string;
  /** Its device, inode, size and time of change. */
  readonly version: string;
}

/**
 * A folder is what it holds: `image.dzi`, `image.ome.tif`, or else its only `.dzi`, or else its only TIFF.
 * @throws GantryError `image-missing` if there is nothing or it may not be read, `view-unclear` for a folder
 *   without such a file, or with several
 */
export async function locateView(path: string): Promise<LocatedView> {
  try {
    const found = await stat(path);
    const file = found.isDirectory() ? await findInFolder(path) : path;
    const version = await versionOf(file);
    return { form: /\.dzi$/i.test(file) ? 'dzi' : 'file', file, version };
  } catch (cause) {
    if (cause instanceof GantryError) throw cause;
    throw new GantryError('image-missing', `${path} cannot be opened`, {
      file: path,
      mend: 'Check that the file exists and may be read.',
      cause,
    });
  }
}

/** Differs when the file was replaced or written to. @throws the system's error if there is no such file */
export async function versionOf(file: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true });
  return [dev, ino, size, mtimeNs].map((part) => part.toString(36)).join('-');
}

/** @throws GantryError `image-changed` if the file is no longer the one of that version */
export async function checkUnchanged(file: string, version: string): Promise<void> {
  const now = await versionOf(file).catch(() => undefined);
  if (now === version) return;
  throw new GantryError('image-changed', `${file} was changed while it was being read`, {
    file,
    mend: 'Try again.',
  });
}

async function findInFolder(folder: string): Promise<string> {
  const names = await readdir(folder);
  for (const usual of ['image.dzi', 'image.ome.tif']) {
    if (names.includes(usual)) return join(folder, usual);
  }
  for (const kind of [/\.dzi$/i, /\.tiff?$/i]) {
    const [first, ...others] = names.filter((name) => kind.test(name));
    if (first !== undefined && others.length === 0) return join(folder, first);
    if (first !== undefined) {
      throw new GantryError('view-unclear', `The folder ${folder} holds ${names.length} images`, {
        file: folder,
        mend: 'Ask for one of its files.',
      });
    }
  }
  throw new GantryError('view-unclear', `The folder ${folder} is no pyramid`, {
    file: folder,
    mend: 'A pyramid is a folder with a .dzi or .ome.tif file, as the tool pyramid makes it.',
  });
}
