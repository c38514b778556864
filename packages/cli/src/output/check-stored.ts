/**
 * Looks whether the bytes of an output are still those that were recorded. Full checksums of everything would take as
 * long as making it again, so they are left to files that look as if they had been written to since.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError, type RunOutput } from '@gantry/model';
import { checksumOutput } from '@gantry/storage';

type StoredItem = RunOutput['items'][number];

/** A database on another machine may have a clock of its own; a file that is checked in vain costs time alone. */
const clockSlackMs = 1_000;

/**
 * @param what the output, for messages: `stitch.vector`
 * @throws GantryError `output-missing` or `output-changed`, which name the stored file; what the file system throws
 */
export async function checkStored(item: StoredItem, what: string, signal?: AbortSignal): Promise<void> {
  let found;
  try {
    found = await measure(item.path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw new GantryError('output-missing', `the stored file ${item.path} (${what}) is not there any more`, {
      file: item.path,
      mend: 'Put it back from a backup of the data directory, or make it again with a new run.',
      cause: error,
    });
  }
  const writtenLate = found.newest > Date.parse(item.modified) + clockSlackMs;
  if (found.size === item.size && !writtenLate) return;
  if (found.size === item.size && (await checksumOutput(item.path, signal)).checksum === item.checksum)
    return;
  throw new GantryError(
    'output-changed',
    `the stored file ${item.path} (${what}) is no longer what was made: it was written to afterwards`,
    {
      file: item.path,
      mend: 'Put it back from a backup of the data directory, or make it again with a new run; change copies of outputs only.',
    },
  );
}

/** Bytes of all files, and the latest change of any of them, in ms since 1970. */
async function measure(path: string): Promise<{ size: number; newest: number }> {
  const own = await lstat(path);
  if (!own.isDirectory()) return { size: own.size, newest: own.mtimeMs };
  let [size, newest] = [0, 0];
  for (const name of await readdir(path)) {
    const below = await measure(join(path, name));
    size += below.size;
    newest = Math.max(newest, below.newest);
  }
  return { size, newest };
}
