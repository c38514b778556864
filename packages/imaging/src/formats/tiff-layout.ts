/**
 * Lays out a little-endian TIFF or BigTIFF directory (IFD) as bytes, and the file's head.
 * Which entries a directory has is the writer's part.
 * Source: TIFF 6.0 (Adobe, 1992), TIFF Technical Note 1 (SubIFDs), and the BigTIFF design (libtiff).
 */
export type TiffValue =
  | { readonly type: 'short' | 'long' | 'offset' | 'directory'; readonly values: readonly number[] }
  | { readonly type: 'ascii'; readonly text: string }
  | { readonly type: 'rational'; readonly value: number };

/** Bytes kept free at the file's start: enough for either form's head, so that the choice can wait. */
export const HEAD_BYTES = 16;

interface Field {
  number: number;
  count: number;
  bytes: Buffer;
}

/**
 * One directory with its out-of-line values behind it, to be written at `offset` (which must be even).
 * `offset` and `directory` values take 8 bytes in a BigTIFF, 4 in a TIFF.
 */
export function layoutDirectory(
  entries: ReadonlyMap<number, TiffValue>,
  offset: number,
  big: boolean,
): Buffer {
  const [countSize, entrySize, word] = big ? [8, 20, 8] : [2, 12, 4];
  const sorted = [...entries].sort(([a], [b]) => a - b);
  const body = Buffer.alloc(countSize + sorted.length * entrySize + word); // the last word: no next directory
  const behind: Buffer[] = [];
  let end = body.length;
  writeUint(body, 0, sorted.length, countSize);
  sorted.forEach(([tag, value], i) => {
    const at = countSize + i * entrySize;
    const field = encodeField(value, big);
    writeUint(body, at, tag, 2);
    writeUint(body, at + 2, field.number, 2);
    writeUint(body, at + 4, field.count, word);
    if (field.bytes.length <= word) field.bytes.copy(body, at + 4 + word);
    else {
      writeUint(body, at + 4 + word, offset + end, word);
      // Values begin at even offsets, as TIFF 6.0 asks.
      const padded =
        field.bytes.length % 2 === 0 ? field.bytes : Buffer.concat([field.bytes, Buffer.alloc(1)]);
      behind.push(padded);
      end += padded.length;
    }
  });
  return Buffer.concat([body, ...behind]);
}

/** The 16 bytes at the file's start. */
export function layoutHead(firstDirectory: number, big: boolean): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(big ? 43 : 42, 2);
  if (big) {
    head.writeUInt16LE(8, 4); // bytes per offset
    head.writeBigUInt64LE(BigInt(firstDirectory), 8);
  } else head.writeUInt32LE(firstDirectory, 4);
  return head;
}

function encodeField(value: TiffValue, big: boolean): Field {
  switch (value.type) {
    case 'short':
      return { number: 3, count: value.values.length, bytes: packed(value.values, 2) };
    case 'long':
      return { number: 4, count: value.values.length, bytes: packed(value.values, 4) };
    case 'offset':
      return { number: big ? 16 : 4, count: value.values.length, bytes: packed(value.values, big ? 8 : 4) };
    case 'directory':
      return { number: big ? 18 : 13, count: value.values.length, bytes: packed(value.values, big ? 8 : 4) };
    case 'ascii': {
      const bytes = Buffer.from(`${value.text}\0`, 'utf8');
      return { number: 2, count: bytes.length, bytes };
    }
    case 'rational':
      return { number: 5, count: 1, bytes: packed(toRational(value.value), 4) };
  }
}

function packed(values: readonly number[], size: 2 | 4 | 8): Buffer {
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => writeUint(bytes, i * size, value, size));
  return bytes;
}

function writeUint(buffer: Buffer, at: number, value: number, size: number): void {
  if (size === 2) buffer.writeUInt16LE(value, at);
  else if (size === 4) buffer.writeUInt32LE(value, at);
  else buffer.writeBigUInt64LE(BigInt(value), at);
}

/** Nearest fraction of 32-bit numbers, to nine digits or so. */
function toRational(value: number): [number, number] {
  const denominator = 10 ** Math.max(0, Math.min(9, 9 - Math.ceil(Math.log10(Math.max(value, 1e-9)))));
  return [Math.min(Math.round(value * denominator), 2 ** 32 - 1), denominator];
}
