/**
 * Reads the files of a source once, for their checksums, a few at a time and in blocks, so that a folder of any size
 * takes little memory.
 */
import { realpath, stat } from 'node:fs/promises';
import { GantryError, isGantryError, type NewItemsBody } from '@gantry/model';
import { checksumFile, checksumFolder, type Checksum } from '@gantry/storage';
import { notReadable } from './list-names.ts';
import type { PlacedFile } from './index-source.ts';

export type NewItem = NewItemsBody['items'][number];

/** Files read at the same time, and files in a block. */
const atOnce = 4;
const blockSize = 1000;

/**
 * Yields the items of a block as soon as all its files were read.
 * @param onFile told the bytes of each file that was read
 * @throws GantryError `input-not-found` or `input-not-readable`; the signal's reason
 */
export async function* hashFiles(
  files: readonly PlacedFile[],
  signal: AbortSignal,
  onFile: (bytes: number) => void,
): AsyncGenerator<NewItem[], void, undefined> {
  for (let start = 0; start < files.length; start += blockSize) {
    const block = files.slice(start, start + blockSize);
    const items = new Array<NewItem>(block.length);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < block.length; index = next++) {
        const file = block[index]!;
        const { checksum, size } = await readChecksum(file.path, signal);
        items[index] = { place: [...file.place], name: file.name, path: file.path, size, checksum };
        onFile(size);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    yield items;
  }
}

async function readChecksum(path: string, signal: AbortSignal): Promise<Checksum> {
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
