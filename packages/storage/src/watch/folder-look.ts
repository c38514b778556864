/**
 * What one look at a folder of files tells, and what is in it: a tile may be a folder. Of no use for folders that are
 * large or deep. It imports nothing but Node, as threads load it. Links count as what they point to.
 */
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileLook, Looked } from './file-look.ts';

export interface ListedFolder {
  /** Files, and empty folders with a `/` at the end, below the folder and with `/` between. */
  readonly paths: readonly string[];
  /** The bytes of all files, the time of the last change in the folder, and the folder's own identity. */
  readonly look: FileLook;
}

/** Links may lead round in circles. */
const deepest = 32;

/** @throws what the file system throws; `ENOTDIR` where it is no folder */
export async function listTree(folder: string): Promise<ListedFolder> {
  const paths: string[] = [];
  const own = await stat(folder);
  let [size, modifiedMs] = [0, own.mtimeMs];
  const walk = async (below: string, depth: number): Promise<void> => {
    const names = await readdir(join(folder, below));
    if (names.length === 0 && below !== '') paths.push(below);
    for (const name of names) {
      const path = below + name;
      const found = await statOrNothing(join(folder, path));
      if (found === undefined) continue;
      modifiedMs = Math.max(modifiedMs, found.mtimeMs);
      if (found.isFile()) {
        size += found.size;
        paths.push(path);
      } else if (found.isDirectory() && depth < deepest) {
        await walk(`${path}/`, depth + 1);
      }
    }
  };
  await walk('', 0);
  return { paths, look: { size, modifiedMs, inode: own.ino } };
}

/** Undefined for what went meanwhile, and for a link that leads nowhere. */
async function statOrNothing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function lookAtTree(path: string): Promise<Looked> {
  try {
    return { kind: 'file', look: (await listTree(path)).look };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'missing' };
    if (code === 'ENOTDIR') return { kind: 'other' };
    return { kind: 'refused', reason: code ?? message };
  }
}
