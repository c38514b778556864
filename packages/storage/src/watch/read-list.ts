/**
 * The file in a folder that lists what is there: which one it is, and what it says. Coming back to it is left to
 * `watch-list.ts`.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lookAt, type FileLook } from './file-look.ts';
import { listMissing, listTrouble, notAFolder, troubleOf, type FolderTrouble } from './folder-trouble.ts';

/** What a list says, as far as watching it goes. */
export interface ListedItems {
  /** By the path below the list's folder, whether the item is whole. */
  readonly tiles: ReadonlyMap<string, { readonly complete: boolean }>;
}

export interface ListFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly look: FileLook;
}

export type ReadList<L> =
  | { readonly kind: 'read'; readonly file: ListFile; readonly list: L }
  | { readonly kind: 'trouble'; readonly file: ListFile | undefined; readonly trouble: FolderTrouble };

/** @param names of the file; the first one that is there counts */
export async function findList(
  folder: string,
  names: readonly string[],
): Promise<ListFile | { readonly trouble: FolderTrouble }> {
  for (const name of names) {
    const path = join(folder, name);
    const looked = await lookAt(path);
    if (looked.kind === 'file') return { name, path, look: looked.look };
    if (looked.kind === 'refused')
      return { trouble: listTrouble(Object.assign(new Error(looked.reason), { code: looked.reason }), path) };
  }
  try {
    if (!(await stat(folder)).isDirectory()) return { trouble: notAFolder(folder) };
  } catch (error) {
    return { trouble: troubleOf(error, folder) };
  }
  return { trouble: listMissing(folder, names) };
}

/** @param parse throws a GantryError for what is no list @param file the list, where it was found already */
export async function readList<L>(
  folder: string,
  names: readonly string[],
  parse: (text: string, file: string) => L,
  file?: ListFile,
): Promise<ReadList<L>> {
  const found = file ?? (await findList(folder, names));
  if ('trouble' in found) return { kind: 'trouble', file: undefined, trouble: found.trouble };
  try {
    return { kind: 'read', file: found, list: parse(await readFile(found.path, 'utf8'), found.path) };
  } catch (error) {
    return { kind: 'trouble', file: found, trouble: listTrouble(error, found.path) };
  }
}
