/**
 * Who else uses the server of a host: each such command holds the lock of a file in `run/guests`, which the kernel
 * releases at its end, however it ends. A host that wants to go looks there, so that it takes nobody's server away.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainDirectoryFailure, lockFile, type DataDirectoryLayout } from '@gantry/storage';

export interface Guest {
  leave(): Promise<void>;
}

const folderOf = (layout: DataDirectoryLayout): string => join(layout.run, 'guests');

/**
 * Signs in. To be called before the server's record is read, so that a host which goes meanwhile sees us.
 * @throws GantryError for a directory that cannot be used, as `openDataDirectory` does
 */
export async function signIn(layout: DataDirectoryLayout): Promise<Guest | undefined> {
  try {
    return await addGuest(layout);
  } catch (error) {
    throw explainDirectoryFailure(error, layout.path);
  }
}

async function addGuest(layout: DataDirectoryLayout): Promise<Guest | undefined> {
  try {
    await mkdir(folderOf(layout), { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // There is no data directory yet, so there is no host in it either.
    if (code === 'ENOENT') return undefined;
    if (code !== 'EEXIST') throw error;
  }
  for (;;) {
    const file = join(folderOf(layout), `${process.pid}-${randomUUID()}`);
    const result = await lockFile(file);
    if (result.kind === 'held') continue;
    // A host that found the file before it was locked has removed it.
    if ((await stat(file).catch(() => undefined)) === undefined) {
      await result.lock.release();
      continue;
    }
    return {
      async leave() {
        await rm(file, { force: true });
        await result.lock.release();
      },
    };
  }
}

/** How many guests there are; removes the files of those that are gone. */
export async function countGuests(layout: DataDirectoryLayout): Promise<number> {
  let names: string[];
  try {
    names = await readdir(folderOf(layout));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  let guests = 0;
  for (const name of names) {
    const file = join(folderOf(layout), name);
    const result = await lockFile(file);
    if (result.kind === 'held') {
      guests += 1;
      continue;
    }
    await rm(file, { force: true });
    await result.lock.release();
  }
  return guests;
}
