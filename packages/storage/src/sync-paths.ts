/**
 * Puts outputs on disk before a row points at them: fsync of files and of the folders that name them, in batches
 * that concurrent callers share.
 */
import { open, readdir, lstat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

const atOnce = 8;

/**
 * Syncs each path, all that is below it if it is a folder, and the folders above it up to and including `root`
 * (those above may be new: their entries must last, too). Each folder is synced once per call.
 *
 * @throws RangeError for a path outside `root`; what the file system throws: then nothing may be taken as on disk.
 */
export async function syncPaths(paths: readonly string[], root: string): Promise<void> {
  const top = resolve(root);
  const files: string[] = [];
  const folders = new Set<string>();
  for (const path of paths.map((path) => resolve(path))) {
    if (relative(top, path).startsWith('..')) throw new RangeError(`${path} is not below ${top}`);
    await collect(path, files, folders);
    for (let folder = path; folder !== top;) {
      folder = dirname(folder);
      folders.add(folder);
    }
  }
  // Contents before the names that lead to them.
  await inParallel(files, syncFile);
  await inParallel([...folders], syncFile);
}

async function collect(path: string, files: string[], folders: Set<string>): Promise<void> {
  if (!(await lstat(path)).isDirectory()) {
    files.push(path);
    return;
  }
  folders.add(path);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await collect(child, files, folders);
    else if (entry.isFile()) files.push(child);
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, loop));
}

/** Gathers what several attempts ask to sync while a batch is under way into the next. */
export interface SyncQueue {
  /** Fulfilled when the paths are on disk. */
  sync(paths: readonly string[]): Promise<void>;
}

/** A queue for paths below `root`. A batch that fails is repeated call by call, so that each gets its own error. */
export function openSyncQueue(root: string): SyncQueue {
  interface Waiting {
    readonly paths: readonly string[];
    readonly done: PromiseWithResolvers<undefined>;
  }
  let waiting: Waiting[] = [];
  let busy = false;
  const work = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await syncPaths(
          batch.flatMap(({ paths }) => paths),
          root,
        );
        for (const { done } of batch) done.resolve(undefined);
      } catch {
        await Promise.all(
          batch.map(({ paths, done }) =>
            syncPaths(paths, root).then(() => done.resolve(undefined), done.reject),
          ),
        );
      }
    }
    busy = false;
  };
  return {
    sync(paths) {
      const done = Promise.withResolvers<undefined>();
      waiting.push({ paths, done });
      if (!busy) void work();
      return done.promise;
    },
  };
}
