/**
 * Reads the directories (IFDs) of a TIFF or BigTIFF: what libvips does not tell, such as the description,
 * whether it is tiled, and whether the file is as long as its directories promise.
 * Decoding pixels is left to libvips. Source: TIFF 6.0 (Adobe, 1992) and the BigTIFF design (libtiff).
 */
import { open, type FileHandle } from 'node:fs/promises';
import { GantryError } from '@gantry/model';

export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  subIfds: 330,
  sampleFormat: 339,
} as const;

/** Bytes per value of the TIFF field types, by number. */
const TYPE_SIZE: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4 },
  ...{ 16: 8, 17: 8, 18: 8 },
};

/** Only these tags are of interest; colour maps, thumbnails' bytes and private tags are left unread. */
const WANTED: ReadonlySet<number> = new Set(Object.values(TAG));

export interface TiffDirectory {
  readonly numbers: ReadonlyMap<number, readonly number[]>;
  readonly description: string | undefined;
  readonly tiled: boolean;
  /** A lower-resolution copy of another page (bit 0 of NewSubfileType). */
  readonly reduced: boolean;
  /** Where the last strip or tile ends, in bytes from the file's start. */
  readonly dataEnd: number;
}

export interface TiffFile {
  /** The chain of pages; sub-directories are not among them. */
  readonly directories: readonly TiffDirectory[];
  readonly size: number;
}

interface Source {
  handle: FileHandle;
  path: string;
  size: number;
  little: boolean;
  big: boolean;
}

/**
 * Reads all pages' directories; undefined if the file does not begin as a TIFF does.
 * @throws GantryError `image-truncated` if a directory or pixel data lies beyond the file's end
 */
export async function readTiffDirectories(path: string): Promise<TiffFile | undefined> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(16);
    const { bytesRead } = await handle.read(head, 0, 16, 0);
    const little = head.toString('latin1', 0, 2) === 'II';
    if (bytesRead < 8 || (!little && head.toString('latin1', 0, 2) !== 'MM')) return undefined;
    const magic = little ? head.readUInt16LE(2) : head.readUInt16BE(2);
    if (magic !== 42 && magic !== 43) return undefined;
    const source: Source = { handle, path, size, little, big: magic === 43 };
    const directories: TiffDirectory[] = [];
    const seen = new Set<number>();
    let offset = readUint(source, head, source.big ? 8 : 4, source.big ? 8 : 4);
    while (offset !== 0 && !seen.has(offset)) {
      seen.add(offset); // a chain that bites its own tail ends here
      const { directory, next } = await readDirectory(source, offset);
      directories.push(directory);
      offset = next;
    }
    return { directories, size };
  } finally {
    await handle.close();
  }
}

/** @throws GantryError `image-truncated`, saying how much of the file is missing */
export function checkNotTruncated(file: TiffFile, path: string): void {
  const end = Math.max(0, ...file.directories.map((directory) => directory.dataEnd));
  if (end > file.size) throw truncated(path, file.size, end);
}

async function readDirectory(
  source: Source,
  offset: number,
): Promise<{ directory: TiffDirectory; next: number }> {
  const [countSize, entrySize, word] = source.big ? [8, 20, 8] : [2, 12, 4];
  const count = readUint(source, await readBytes(source, offset, countSize), 0, countSize);
  if (count > 65_535) throw damaged(source.path, `a directory of ${count} entries`);
  const body = await readBytes(source, offset + countSize, count * entrySize + word);
  const numbers = new Map<number, readonly number[]>();
  let description: string | undefined;
  for (let i = 0; i < count; i++) {
    const at = i * entrySize;
    const tag = readUint(source, body, at, 2);
    const type = readUint(source, body, at + 2, 2);
    const size = TYPE_SIZE[type];
    if (!WANTED.has(tag) || size === undefined) continue;
    const values = readUint(source, body, at + 4, word);
    const bytes = values * size;
    const inline = at + 4 + word;
    const raw =
      bytes <= word
        ? body.subarray(inline, inline + bytes)
        : await readBytes(source, readUint(source, body, inline, word), bytes);
    if (tag === TAG.imageDescription) description = raw.toString('utf8').replace(/\0[\s\S]*$/, '');
    else numbers.set(tag, readNumbers(source, raw, type, values));
  }
  const tiled = numbers.has(TAG.tileOffsets);
  const offsets = numbers.get(tiled ? TAG.tileOffsets : TAG.stripOffsets) ?? [];
  const counts = numbers.get(tiled ? TAG.tileByteCounts : TAG.stripByteCounts) ?? [];
  const dataEnd = offsets.reduce((end, start, i) => Math.max(end, start + (counts[i] ?? 0)), 0);
  const reduced = ((numbers.get(TAG.newSubfileType)?.[0] ?? 0) & 1) === 1;
  const next = readUint(source, body, count * entrySize, word);
  return { directory: { numbers, description, tiled, reduced, dataEnd }, next };
}

function readNumbers(source: Source, raw: Buffer, type: number, count: number): number[] {
  const size = TYPE_SIZE[type] ?? 1;
  const rational = type === 5 || type === 10;
  return Array.from({ length: count }, (_, i) =>
    rational
      ? readUint(source, raw, i * 8, 4) / readUint(source, raw, i * 8 + 4, 4)
      : readUint(source, raw, i * size, size),
  );
}

async function readBytes(source: Source, offset: number, length: number): Promise<Buffer> {
  if (offset + length > source.size) throw truncated(source.path, source.size, offset + length);
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await source.handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) throw truncated(source.path, source.size, offset + length);
    done += bytesRead;
  }
  return buffer;
}

function readUint(source: Source, buffer: Buffer, at: number, size: number): number {
  switch (size) {
    case 1:
      return buffer.readUInt8(at);
    case 2:
      return source.little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at);
    case 4:
      return source.little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at);
    default:
      return Number(source.little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
  }
}

function truncated(path: string, size: number, needed: number): GantryError {
  return new GantryError(
    'image-truncated',
    `${path} is truncated: it has ${size} bytes, and its directory points to byte ${needed}`,
    { file: path, mend: 'Copy or export the file again; its transfer was probably cut short.' },
  );
}

function damaged(path: string, what: string): GantryError {
  return new GantryError('image-damaged', `${path} is damaged: it claims ${what}`, {
    file: path,
    mend: 'Copy or export the file again.',
  });
}
