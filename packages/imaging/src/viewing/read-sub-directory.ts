/**
 * Reads a TIFF directory at a given offset, such as a SubIFD: whole numbers only, which is what the layout of
 * its tiles takes. The chain of pages and the descriptions are `formats/read-tiff-directory.ts`'s.
 * Source: TIFF 6.0 (Adobe, 1992), TIFF Technical Note 1 (SubIFDs), and the BigTIFF design (libtiff).
 */
import type { FileHandle } from 'node:fs/promises';
import { GantryError } from '@gantry/model';

/** A TIFF that is open for reading. */
export interface TiffHandle {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly little: boolean;
  readonly big: boolean;
}

/** Whole numbers by tag. */
export type TiffNumbers = ReadonlyMap<number, readonly number[]>;

/** Bytes per value of the field types that hold unsigned whole numbers: BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const SIZES: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };

/** @throws the system's errors, and `image-truncated` for a file of less than a head */
export async function describeHandle(handle: FileHandle, path: string): Promise<TiffHandle> {
  const { size } = await handle.stat();
  const head = await readBytes({ handle, path, size }, 0, 4);
  const little = head.toString('latin1', 0, 2) === 'II';
  const magic = little ? head.readUInt16LE(2) : head.readUInt16BE(2);
  return { handle, path, size, little, big: magic === 43 };
}

/** @throws GantryError `image-truncated` if it, or one of its values, lies beyond the file's end */
export async function readSubDirectory(file: TiffHandle, offset: number): Promise<TiffNumbers> {
  const [countSize, entrySize, word] = file.big ? ([8, 20, 8] as const) : ([2, 12, 4] as const);
  const count = readUint(file, await readBytes(file, offset, countSize), 0, countSize);
  const body = await readBytes(file, offset + countSize, count * entrySize);
  const numbers = new Map<number, readonly number[]>();
  for (let at = 0; at < body.length; at += entrySize) {
    const size = SIZES[readUint(file, body, at + 2, 2)];
    if (size === undefined) continue;
    const values = readUint(file, body, at + 4, word);
    const inline = at + 4 + word;
    const raw =
      values * size <= word
        ? body.subarray(inline, inline + values * size)
        : await readBytes(file, readUint(file, body, inline, word), values * size);
    numbers.set(
      readUint(file, body, at, 2),
      Array.from({ length: values }, (_, i) => readUint(file, raw, i * size, size)),
    );
  }
  return numbers;
}

/** @throws GantryError `image-truncated` if the file ends before them */
export async function readBytes(
  file: Pick<TiffHandle, 'handle' | 'path' | 'size'>,
  offset: number,
  length: number,
): Promise<Buffer> {
  const buffer = offset + length > file.size ? undefined : Buffer.allocUnsafe(length);
  for (let done = 0; buffer !== undefined && done < length;) {
    const { bytesRead } = await file.handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
    if (done === length) return buffer;
  }
  if (buffer !== undefined && length === 0) return buffer;
  throw new GantryError(
    'image-truncated',
    `${file.path} is truncated: its directory points to byte ${offset + length}, and it has ${file.size}`,
    { file: file.path, mend: 'Copy or export the file again; its transfer was probably cut short.' },
  );
}

function readUint(file: Pick<TiffHandle, 'little'>, buffer: Buffer, at: number, size: 1 | 2 | 4 | 8): number {
  switch (size) {
    case 1:
      return buffer.readUInt8(at);
    case 2:
      return file.little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at);
    case 4:
      return file.little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at);
    case 8:
      return Number(file.little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
  }
}
