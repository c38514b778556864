/**
 * The names in a folder that could be a dataset's items. Which are, is left to the pattern.
 */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatCount, GantryError } from '@gantry/model';

export interface Names {
  /** Files, and folders that are items, relative to the folder with `/`; sorted. */
  readonly names: readonly string[];
  /** Folders that were not looked into. */
  readonly folders: readonly string[];
  /** Those of `names` that are symbolic links, which were followed. */
  readonly links: readonly string[];
}

/** The most names that are listed at all. */
const mostNames = 5_000_000;

/**
 * Looks as deep as `depth` folders. Hidden files are passed over; links are followed.
 * @param isItem true for a name that fits the pattern: such a folder is an item as a whole
 * @throws GantryError `input-not-found`, `input-not-readable` or `folder-too-large`
 */
export async function listNames(
  folder: string,
  depth: number,
  isItem: (name: string) => boolean,
): Promise<Names> {
  const names: string[] = [];
  const folders: string[] = [];
  const links: string[] = [];
  const walk = async (below: string, left: number): Promise<void> => {
    for (const entry of await readFolder(join(folder, below))) {
      if (entry.name.startsWith('.')) continue;
      const name = `${below}${entry.name}`;
      const isLink = entry.isSymbolicLink();
      const kind = isLink ? await kindOf(join(folder, name)) : entry;
      if (kind?.isDirectory() === true && !isItem(name)) {
        if (left > 0) await walk(`${name}/`, left - 1);
        else folders.push(name);
      } else if (kind?.isFile() !== false || kind.isDirectory()) {
        // A dangling link is named, so that its absence is told when it is read.
        names.push(name);
        if (isLink) links.push(name);
      }
    }
    if (names.length > mostNames) throw tooLarge(folder);
  };
  await walk('', depth);
  return { names: names.sort(), folders: folders.sort(), links };
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new GantryError('input-not-found', `there is no folder ${path}`, {
        file: path,
        mend: 'Name the folder that the images are in; a relative path begins at the current folder.',
        cause: error,
      });
    if (code === 'ENOTDIR')
      throw new GantryError('input-not-readable', `${path} is not a folder`, {
        file: path,
        mend: `Name the folder that the files are in, such as ${dirname(path)}.`,
        cause: error,
      });
    throw notReadable(path, code ?? String(error), error);
  }
}

function tooLarge(folder: string): GantryError {
  return new GantryError('folder-too-large', `${folder} has more than ${formatCount(mostNames)} files`, {
    file: folder,
    mend: 'Name a folder further down, or part the files into several folders.',
  });
}

async function kindOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

/** The error for a file or folder of the input that is there and cannot be read. */
export function notReadable(path: string, why: string, cause: unknown): GantryError {
  return new GantryError('input-not-readable', `${path} cannot be read: ${why}`, {
    file: path,
    mend: 'Give yourself the right to read it, or move it out of the folder.',
    cause,
  });
}
