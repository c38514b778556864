/**
 * Removes attempts that were refused or lost. A folder is renamed into the trash first: it goes from the store at
 * once and whole, and what a kill leaves in the trash the next sweep removes.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptFolder } from './attempt-path.ts';
import type { AttemptLocation } from './attempt-path.ts';

const trashName = '.trash';
const batchSize = 1000;

/** Removes an attempt's folder; that it is not there is no error. */
export async function removeAttempt(store: string, location: AttemptLocation): Promise<void> {
  const trash = join(store, trashName);
  await mkdir(trash, { recursive: true, mode: 0o700 });
  const grave = join(trash, randomUUID());
  try {
    await rename(join(store, attemptFolder(location)), grave);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(grave, { recursive: true, force: true });
}

export interface SweepOptions {
  readonly signal?: AbortSignal;
  /** Told of an attempt that cannot be removed; the others are removed all the same. Without it the sweep fails. */
  readonly onFailed?: (location: AttemptLocation, error: unknown) => void;
}

/**
 * Goes through all attempts of the store in batches and removes those for which `selectRefused` says so: it gets up
 * to 1,000 and returns the ones to remove. It must keep what runs or waits to be recorded.
 *
 * @returns how many were removed.
 */
export async function sweepAttempts(
  store: string,
  selectRefused: (attempts: readonly AttemptLocation[]) => Promise<readonly AttemptLocation[]>,
  { signal, onFailed }: SweepOptions = {},
): Promise<number> {
  await emptyTrash(store);
  let removed = 0;
  let batch: AttemptLocation[] = [];
  const sweep = async (): Promise<void> => {
    signal?.throwIfAborted();
    for (const location of await selectRefused(batch)) {
      signal?.throwIfAborted();
      try {
        await removeAttempt(store, location);
        removed += 1;
      } catch (error) {
        if (onFailed === undefined) throw error;
        onFailed(location, error);
      }
    }
    batch = [];
  };
  for await (const location of listAttempts(store)) {
    batch.push(location);
    if (batch.length === batchSize) await sweep();
  }
  if (batch.length > 0) await sweep();
  return removed;
}

/** The trash itself stays: an attempt that is just being renamed into it needs it. */
async function emptyTrash(store: string): Promise<void> {
  const trash = join(store, trashName);
  for (const name of await listFolders(trash)) await rm(join(trash, name), { recursive: true, force: true });
}

async function* listAttempts(store: string): AsyncGenerator<AttemptLocation> {
  for (const run of await listFolders(store)) {
    for (const stage of await listFolders(join(store, run))) {
      for (const shard of await listFolders(join(store, run, stage))) {
        for (const attempt of await listFolders(join(store, run, stage, shard)))
          yield { run, stage, attempt };
      }
    }
  }
}

async function listFolders(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && entry.name !== trashName).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
