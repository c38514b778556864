/** The checksum of a file or folder of the input, as it is now. */
import { realpath, stat } from 'node:fs/promises';
import { GantryError, isGantryError } from '@gantry/model';
import { checksumFile, checksumFolder, type Checksum } from '../checksum.ts';
import { notReadable } from './list-names.ts';

/**
 * @throws GantryError `input-not-found` or `input-not-readable`; the signal's reason
 */
export async function readChecksum(path: string, signal: AbortSignal): Promise<Checksum> {
  try {
    // What a link points to is read; a tool reads it so, too.
    const real = await realpath(path);
    const isFolder = (await stat(real)).isDirectory();
    return isFolder ? await checksumFolder(real, signal) : await checksumFile(real, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isGantryError(error)) throw notReadable(path, error.message, error);
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw notReadable(path, code ?? String(error), error);
    throw new GantryError('input-not-found', `${path} is not there any more`, {
      file: path,
      mend: 'Put it back, remove the link that points to it, or leave the folder alone while it is read.',
      cause: error,
    });
  }
}
