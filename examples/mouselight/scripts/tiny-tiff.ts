/** Images of eight bits as TIFF files of one strip: all that this example needs of the format. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Picture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly values: Uint8Array;
}

const tags = { width: 256, height: 257, offset: 273, bytes: 279 };
const headerBytes = 8;

export function writeTiff(path: string, { width, height, values }: Picture): void {
  // Tag and value; all of them are 32-bit numbers. 1 sample of 8 bits, uncompressed, black is zero.
  const entries: readonly (readonly [tag: number, value: number])[] = [
    [tags.width, width],
    [tags.height, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [tags.offset, headerBytes],
    [277, 1],
    [278, height],
    [tags.bytes, values.length],
  ];
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length, 0);
  for (const [index, [tag, value]] of entries.entries()) {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(4, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  const pad = values.length % 2;
  const header = Buffer.alloc(headerBytes);
  header.write('II*\0', 'latin1');
  header.writeUInt32LE(headerBytes + values.length + pad, 4);
  writeFileSync(path, Buffer.concat([header, values, Buffer.alloc(pad), directory]));
}

export function readTiff(path: string): Picture {
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 0, 4) !== 'II*\0') throw new Error(`${path} is no TIFF file of this example`);
  const directory = bytes.readUInt32LE(4);
  const found = new Map<number, number>();
  for (let index = 0; index < bytes.readUInt16LE(directory); index++) {
    const at = directory + 2 + 12 * index;
    found.set(bytes.readUInt16LE(at), bytes.readUInt32LE(at + 8));
  }
  const value = (tag: number): number => {
    const number = found.get(tag);
    if (number === undefined) throw new Error(`${path} lacks the tag ${tag}`);
    return number;
  };
  const start = value(tags.offset);
  return {
    width: value(tags.width),
    height: value(tags.height),
    values: bytes.subarray(start, start + value(tags.bytes)),
  };
}
