import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWholeTiff } from '../../src/index.ts';
import { newFolder, startWatch, until } from './watched-folder.ts';

/** A page of one strip of 100 bytes behind its directory, in every dialect; `next` says where the next page is. */
function makeTiff(little: boolean, big: boolean, pages = 1): Buffer {
  const word = big ? 8 : 4;
  const head = big ? 16 : 8;
  const tags = 3;
  const directory = (big ? 8 : 2) + tags * (big ? 20 : 12) + word;
  const page = directory + 100;
  const bytes = Buffer.alloc(head + pages * page);
  const put = (value: number, at: number, size: number): void => {
    if (size === 8) {
      if (little) bytes.writeBigUInt64LE(BigInt(value), at);
      else bytes.writeBigUInt64BE(BigInt(value), at);
    } else if (little) bytes.writeUIntLE(value, at, size);
    else bytes.writeUIntBE(value, at, size);
  };
  bytes.write(little ? 'II' : 'MM', 0, 'latin1');
  put(big ? 43 : 42, 2, 2);
  if (big) put(8, 4, 2);
  put(head, big ? 8 : 4, word);
  for (let index = 0; index < pages; index++) {
    const start = head + index * page;
    put(tags, start, big ? 8 : 2);
    for (const [which, [tag, value]] of [
      [256, 10],
      [273, start + directory],
      [279, 100],
    ].entries() as Iterable<[number, [number, number]]>) {
      const at = start + (big ? 8 : 2) + which * (big ? 20 : 12);
      put(tag, at, 2);
      put(big ? 16 : 4, at + 2, 2);
      put(1, at + 4, word);
      put(value, at + 4 + word, word);
    }
    put(index + 1 < pages ? start + page : 0, start + directory - word, word);
  }
  return bytes;
}

async function check(bytes: Buffer): Promise<string> {
  const path = join(await newFolder(), 'a.tif');
  await writeFile(path, bytes);
  return checkWholeTiff(path);
}

describe('whether a TIFF file is whole', () => {
  for (const [little, big] of [
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ] as const) {
    it(`is told at every length, ${little ? 'little' : 'big'} endian${big ? ', BigTIFF' : ''}`, async () => {
      const bytes = makeTiff(little, big, 2);
      expect(await check(bytes)).toBe('whole');
      const folder = await newFolder();
      const path = join(folder, 'a.tif');
      for (let length = bytes.length - 1; length >= 4; length -= length > 40 ? 7 : 1) {
        await writeFile(path, bytes.subarray(0, length));
        expect(await checkWholeTiff(path), `${length} bytes`).toBe('incomplete');
      }
    });
  }

  it('is unknown of other files, and of one whose pages go round in a circle', async () => {
    for (const bytes of [Buffer.from(''), Buffer.from('II'), Buffer.from('words and words')])
      expect(await check(bytes)).toBe('unknown');
    const circle = makeTiff(true, false);
    circle.writeUInt32LE(8, 8 + 2 + 36);
    expect(await check(circle)).toBe('unknown');
  });

  it('is no, where a value of the directory lies beyond the end', async () => {
    const bytes = makeTiff(true, false);
    // The first tag becomes a description of 200 letters that begins at the file's end.
    const tag = 8 + 2;
    bytes.writeUInt16LE(270, tag);
    bytes.writeUInt16LE(2, tag + 2);
    bytes.writeUInt32LE(200, tag + 4);
    bytes.writeUInt32LE(bytes.length, tag + 8);
    expect(await check(bytes)).toBe('incomplete');
    expect(await check(Buffer.concat([bytes, Buffer.alloc(200)]))).toBe('whole');
  });

  it('is no, while the first directory is not written yet', async () => {
    const bytes = makeTiff(true, false);
    bytes.writeUInt32LE(0, 4);
    expect(await check(bytes)).toBe('incomplete');
  });

  it('holds a file back whose writer pauses, until the rest has come', async () => {
    const { folder, watch, told, events } = await startWatch({ settleMs: 50 });
    const bytes = makeTiff(true, false);
    const file = await open(join(folder, 'a.tif'), 'w');
    await file.write(bytes.subarray(0, 100));
    await until(() => [...watch.unsettled()][0]?.why === 'incomplete', 'incomplete');
    expect(events).toEqual([]);
    await file.write(bytes.subarray(100));
    await file.close();
    await told('counts', 'a.tif');
    expect(events).toMatchObject([{ look: { size: bytes.length } }]);
  });
});
