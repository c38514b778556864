/**
 * Reads the files of a source once, for their checksums, a few at a time and in blocks, so that a folder of any size
 * takes little memory.
 */
import type { NewItemsBody } from '@gantry/model';
import { readChecksum, type PlacedFile } from '@gantry/storage';

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
