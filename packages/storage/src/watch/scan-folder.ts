/**
 * One scan of a folder and those below it: what is there, listed piece by piece so that 100,000 names hold nothing
 * up. A folder whose time has not changed is not listed again. What the names mean is left to `watch-folder.ts`.
 */
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { joinName } from './known-files.ts';
import { notAFolder, troubleOf, type FolderTrouble } from './folder-trouble.ts';

export interface ScanOptions {
  readonly root: string;
  /** How many folders deep files lie. */
  readonly depth: number;
  /** Names that are passed over. */
  passesOver(base: string): boolean;
  enters(folder: string): boolean;
  /** It has come a step further. */
  onProgress(): void;
  /** Before a folder is listed, so that what comes between is told by events. */
  onFolder(folder: string, path: string, identity: string): void;
}

/** What was seen of a folder. */
export interface SeenFolder {
  identity: string;
  device: number;
  /** Names of files and of links, without the folder. */
  files: ReadonlySet<string>;
  folders: readonly string[];
  /** True where this scan listed it. */
  listed: boolean;
}

export interface Scan {
  /** By the path below the root, which is ''. */
  readonly folders: ReadonlyMap<string, SeenFolder>;
  /** Folders that could not be seen, and with them all below. */
  readonly troubles: ReadonlyMap<string, FolderTrouble>;
}

interface Remembered extends SeenFolder {
  modifiedMs: number;
  listedMs: number;
  passedOver: number;
}

/** Clocks and times of file systems are coarser than events: a folder that changed just now is listed again. */
const justNowMs = 2000;
/** A folder is listed at least once in so many scans: not every file system keeps the time of folders. */
const passOverAtMost = 9;

export class FolderScanner {
  readonly #options: ScanOptions;
  #remembered = new Map<string, Remembered>();

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /** @param everything whether folders are listed whose time has not changed */
  async scan(everything: boolean, signal: AbortSignal): Promise<Scan> {
    const folders = new Map<string, Remembered>();
    const troubles = new Map<string, FolderTrouble>();
    const todo: { folder: string; depth: number }[] = [{ folder: '', depth: 0 }];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { folder, depth } = next;
      signal.throwIfAborted();
      const path = join(this.#options.root, folder);
      try {
        const seen = await this.#see(folder, path, depth, everything);
        if (seen === undefined) {
          // A file has taken the place of a folder below: what was in there is gone.
          if (folder === '') troubles.set(folder, notAFolder(path));
          continue;
        }
        folders.set(folder, seen);
        for (const base of seen.folders) todo.push({ folder: joinName(folder, base), depth: depth + 1 });
      } catch (error) {
        // A folder below that went between the listing and now is simply gone.
        if (folder === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT')
          troubles.set(folder, troubleOf(error, path));
      }
    }
    this.#remembered = folders;
    return { folders, troubles };
  }

  async #see(
    folder: string,
    path: string,
    depth: number,
    everything: boolean,
  ): Promise<Remembered | undefined> {
    const found = await stat(path);
    if (!found.isDirectory()) return undefined;
    const identity = `${found.dev}:${found.ino}`;
    this.#options.onFolder(folder, path, identity);
    const before = this.#remembered.get(folder);
    if (
      !everything &&
      before?.identity === identity &&
      before.modifiedMs === found.mtimeMs &&
      before.listedMs - found.mtimeMs > justNowMs &&
      before.passedOver < passOverAtMost
    ) {
      return { ...before, listed: false, passedOver: before.passedOver + 1 };
    }
    this.#options.onProgress();
    const listedMs = Date.now();
    let entries = 0;
    const files = new Set<string>();
    const folders: string[] = [];
    for await (const entry of await opendir(path, { bufferSize: 1024 })) {
      if (++entries % 1024 === 0) this.#options.onProgress();
      if (this.#options.passesOver(entry.name)) continue;
      const mayEnter = depth < this.#options.depth && this.#options.enters(joinName(folder, entry.name));
      if (mayEnter && (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path, entry.name)))))
        folders.push(entry.name);
      else if (entry.isFile() || entry.isSymbolicLink()) files.add(entry.name);
    }
    return {
      identity,
      device: found.dev,
      files,
      folders,
      listed: true,
      modifiedMs: found.mtimeMs,
      listedMs,
      passedOver: 0,
    };
  }
}

/** Whether a link leads to a folder. The depth is bounded, so links cannot lead round in circles. */
async function isFolder(path: string, base: string): Promise<boolean> {
  try {
    return (await stat(join(path, base))).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'EACCES' || code === 'ENOTDIR') return false;
    throw error;
  }
}
