/**
 * From a folder and a pattern to the files of a source, each at its place. Whether their bytes can be read is left to
 * those who read them.
 */
import { basename, join } from 'node:path';
import {
  checkPatternAxes,
  GantryError,
  indexFiles,
  plural,
  requireFiles,
  type FileIndex,
  type FilePattern,
} from '@gantry/model';
import { listNames, type Names } from './list-names.ts';

export interface PlacedFile {
  /** In the order of the source's axes. */
  readonly place: readonly number[];
  /** Without folders. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export interface IndexedFolder {
  readonly pattern: FilePattern;
  readonly index: FileIndex;
  /** In the order of their places. */
  readonly files: readonly PlacedFile[];
}

/**
 * @param source its name, for messages, and its axes
 * @param folder absolute
 * @throws GantryError `input-not-found`, `input-not-readable`, `pattern-axes`, `pattern-matches-nothing`, `place-twice`, and
 *   what a bad pattern throws
 */
export async function indexFolder(
  source: { readonly name: string; readonly axes: readonly string[] },
  folder: string,
  pattern: FilePattern,
): Promise<IndexedFolder> {
  checkPatternAxes(source.name, source.axes, pattern);
  const listed = await listFitting(folder, pattern);
  if (listed.names.length === 0 && listed.folders.length > 0) throw onlyFolders(folder, pattern, listed);
  const index = indexFiles(pattern, listed.names);
  requireFiles(index, pattern, folder);
  return { pattern, index, files: placeFiles(source.axes, folder, index) };
}

/** Names as deep as the pattern has folders. @throws GantryError `input-not-found` or `input-not-readable` */
export function listFitting(folder: string, pattern: FilePattern): Promise<Names> {
  return listNames(folder, depthOf(pattern.text), (item) => pattern.match(item) !== undefined);
}

/** How many folders a pattern goes down. */
export function depthOf(pattern: string): number {
  return pattern.split('/').length - 1;
}

/** The items of an index as files of a source. */
export function placeFiles(axes: readonly string[], folder: string, index: FileIndex): PlacedFile[] {
  return index.items.map((item) => ({
    place: axes.map((axis) => item.place[axis] ?? 0),
    name: basename(item.name),
    path: join(folder, item.name),
  }));
}

/** The error for a folder that holds nothing but folders. */
export function onlyFolders(path: string, pattern: FilePattern, { folders }: Names): GantryError {
  const shown = `${folders.slice(0, 3).join(', ')}${folders.length > 3 ? ', …' : ''}`;
  return new GantryError(
    'pattern-matches-nothing',
    `${path} holds no files, only ${plural(folders.length, 'folder')}: ${shown}`,
    {
      file: path,
      field: 'pattern',
      mend: `Name one of them as the input, or put the folder into the pattern: \`${folders[0] ?? ''}/${pattern.text}\`.`,
    },
  );
}
