/**
 * Brings what an assignment names and this machine does not have: inputs by way of the cache, as links at the paths where
 * the tool looks for them; folders file by file; and tools, which are kept for all that use them.
 */
import { createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  diskFull,
  GantryError,
  isDiskFull,
  isInnerPath,
  type Assignment,
  type BroughtFile,
  type FolderList,
} from '@gantry/model';
import { removeFolder } from '@gantry/runners';
import { checksumFolder } from '@gantry/storage';
import type { InputCache } from './input-cache.ts';
import { keepTrying, type Trying } from './keep-trying.ts';
import type { TransferClient } from './transfer-client.ts';

/** Files of one assignment that come at a time. */
const atOnce = 4;

export class InputBringer {
  readonly #client: TransferClient;
  readonly #cache: InputCache;
  /** Tools that are here, or on their way. */
  readonly #tools = new Map<string, Promise<void>>();

  constructor(client: TransferClient, cache: InputCache) {
    this.#client = client;
    this.#cache = cache;
  }

  /** @throws GantryError `disk-full` of our own disk, `file-missing` and the like, which name the file */
  async bring({ brought = [] }: Assignment, trying: Trying): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < brought.length) await this.#bringOne(brought[next++]!, trying);
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, brought.length) }, work));
  }

  async #bringOne(file: BroughtFile, trying: Trying): Promise<void> {
    try {
      if (file.tool === true) await this.#bringTool(file, trying);
      else await this.#bringInput(file, trying);
    } catch (error) {
      trying.signal.throwIfAborted();
      if (isDiskFull(error)) {
        // What nobody uses goes, and then there may be room.
        if (!(await this.#cache.empty())) throw diskFull(dirname(file.path), error);
        return this.#bringOne(file, trying);
      }
      const message = error instanceof Error ? error.message : String(error);
      throw new GantryError(
        'input-not-brought',
        `${file.from} could not be brought from the server: ${message}`,
        {
          file: file.from,
          cause: error,
        },
      );
    }
  }

  async #bringInput(file: BroughtFile, trying: Trying): Promise<void> {
    await mkdir(dirname(file.path), { recursive: true, mode: 0o700 });
    const { checksum = '', size } = file;
    let list: FolderList | undefined;
    const cached = await keepTrying(trying, () =>
      this.#cache.use(
        checksum,
        size,
        async (start, signal) => {
          const fetched = await this.#client.fetch(file, undefined, start, signal);
          if (fetched.kind === 'file') return fetched;
          ({ list } = fetched);
          throw new FolderFound();
        },
        trying.signal,
      ),
    ).catch((error: unknown) => {
      if (error instanceof FolderFound) return undefined;
      throw error;
    });
    if (cached !== undefined) {
      try {
        await linkOrCopy(cached.path, file.path);
      } finally {
        cached.release();
      }
      return;
    }
    // Another attempt's download may have been the one that found it to be a folder.
    list ??= await this.#listFolder(file, trying);
    await this.#bringFolder(file, file.path, list, trying);
    const found = await checksumFolder(file.path, trying.signal);
    if (found.checksum === checksum) return;
    await removeFolder(file.path);
    throw new GantryError(
      'download-damaged',
      `it arrived with the checksum ${found.checksum}, where ${checksum} was recorded`,
      {
        mend: 'It was written to since it was recorded, or the disk or the network is at fault.',
      },
    );
  }

  async #listFolder(file: BroughtFile, trying: Trying): Promise<FolderList> {
    const fetched = await keepTrying(trying, () => this.#client.fetch(file, undefined, 0, trying.signal));
    if (fetched.kind === 'folder') return fetched.list;
    fetched.body.destroy();
    throw new GantryError('file-changed', 'it is no folder any more');
  }

  async #bringFolder(file: BroughtFile, to: string, list: FolderList, trying: Trying): Promise<void> {
    await mkdir(to, { recursive: true, mode: 0o700 });
    for (const path of list.emptyFolders) await mkdir(inner(to, path), { recursive: true, mode: 0o700 });
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < list.files.length) {
        const { path, size } = list.files[next++]!;
        const target = inner(to, path);
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await keepTrying(trying, () => this.#bringPart(file, path, target, size, trying.signal));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, list.files.length) }, work));
  }

  /** Behind what is there of it. */
  async #bringPart(
    file: BroughtFile,
    path: string,
    target: string,
    size: number,
    signal: AbortSignal,
  ): Promise<void> {
    const there = await sizeOf(target);
    if (there === size && there > 0) return;
    const fetched = await this.#client.fetch(file, path, there > size ? 0 : there, signal);
    if (fetched.kind === 'folder') throw new GantryError('file-changed', `${path} became a folder`);
    await pipeline(
      fetched.body,
      createWriteStream(target, { flags: there > size ? 'w' : 'a', mode: 0o600, highWaterMark: 4 * 2 ** 20 }),
      { signal },
    );
    if ((await sizeOf(target)) !== fetched.size) throw new Error('the connection ended too early');
  }

  async #bringTool(file: BroughtFile, trying: Trying): Promise<void> {
    let tool = this.#tools.get(file.path);
    if (tool === undefined) {
      tool = this.#fetchTool(file, trying);
      this.#tools.set(file.path, tool);
      tool.catch(() => this.#tools.delete(file.path));
    }
    await tool;
  }

  /** Its name says its digest; it is there as a whole, or not at all. */
  async #fetchTool(file: BroughtFile, trying: Trying): Promise<void> {
    if (await isFolder(file.path)) return;
    const unfinished = `${file.path}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await this.#bringFolder(file, unfinished, await this.#listFolder(file, trying), trying);
    await rename(unfinished, file.path);
  }
}

/** Thrown to leave the cache: it keeps files alone. */
class FolderFound extends GantryError {
  constructor() {
    super('folder-found', 'it is a folder');
  }
}

function inner(folder: string, path: string): string {
  if (isInnerPath(path)) return join(folder, path);
  throw new GantryError('store-path', `the server names "${path}", which leaves its folder`);
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    // Another disk, or one without links.
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    await copyFile(from, to);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
