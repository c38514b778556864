/**
 * Whether a TIFF file has all the bytes that its directories speak of. It reads directories and no pixels; what the
 * pixels mean is left to `imaging`.
 */
import { open, type FileHandle } from 'node:fs/promises';

/** After so many pages the rest is believed. */
const mostPages = 1000;
/** Entries of a directory, and values of a list of strips, beyond which a file is not understood. */
const mostEntries = 4096;
const mostValues = 1_000_000;

/** Strip and tile offsets, each with its list of byte counts. */
const offsetTags = new Map([
  [273, 279],
  [324, 325],
]);
/** Types of whole numbers, of which offsets and counts are, and their bytes. */
const numberBytes = new Map([
  [3, 2],
  [4, 4],
  [13, 4],
  [16, 8],
]);
/** Bytes of a value of the other types; 1 where it is not among them. */
const valueBytes = new Map([
  ...numberBytes,
  [5, 8],
  [8, 2],
  [9, 4],
  [10, 8],
  [11, 4],
  [12, 8],
  [17, 8],
  [18, 8],
]);

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where its values lie in the file, and how many bytes they are. */
  readonly at: number;
  readonly bytes: number;
}

/** Thrown within for bytes beyond the end. */
class BeyondTheEnd extends Error {}

/**
 * `whole`, `incomplete` where a directory, a value of it, a strip or a tile lies beyond the file's end or the first directory was not
 * written yet; `unknown` for what is no TIFF file, or one that is not understood. Sizes in bytes.
 * @throws what the file system throws
 */
export async function checkWholeTiff(path: string): Promise<'whole' | 'incomplete' | 'unknown'> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return await new TiffReader(handle, size).check();
  } catch (error) {
    if (error instanceof BeyondTheEnd) return 'incomplete';
    throw error;
  } finally {
    await handle.close();
  }
}

class TiffReader {
  readonly #handle: FileHandle;
  readonly #size: number;
  #little = true;
  #big = false;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  async check(): Promise<'whole' | 'incomplete' | 'unknown'> {
    if (this.#size < 4) return 'unknown';
    const start = await this.#read(0, 4);
    const order = start.toString('latin1', 0, 2);
    if (order !== 'II' && order !== 'MM') return 'unknown';
    this.#little = order === 'II';
    const version = this.#number(start, 2, 2);
    if (version !== 42 && version !== 43) return 'unknown';
    this.#big = version === 43;
    const word = this.#big ? 8 : 4;
    let at = this.#number(await this.#read(this.#big ? 8 : 4, word), 0, word);
    // Writers reserve the first offset and fill it in when the first page is done.
    if (at === 0) return 'incomplete';
    const seen = new Set<number>();
    for (let page = 0; at !== 0 && page < mostPages; page++) {
      if (seen.has(at)) return 'unknown';
      seen.add(at);
      const countBytes = this.#big ? 8 : 2;
      const entries = this.#number(await this.#read(at, countBytes), 0, countBytes);
      if (entries > mostEntries) return 'unknown';
      const entryBytes = this.#big ? 20 : 12;
      const directory = await this.#read(at + countBytes, entries * entryBytes + word);
      const found = new Map<number, Entry>();
      for (let index = 0; index < entries; index++) {
        const entry = this.#entry(directory, index * entryBytes, at + countBytes);
        if (entry.at + entry.bytes > this.#size) throw new BeyondTheEnd();
        found.set(this.#number(directory, index * entryBytes, 2), entry);
      }
      for (const [offsets, counts] of offsetTags) {
        const [from, length] = [found.get(offsets), found.get(counts)];
        if (from !== undefined && length !== undefined) await this.#checkPieces(from, length);
      }
      at = this.#number(directory, entries * entryBytes, word);
    }
    return 'whole';
  }

  #entry(directory: Buffer, start: number, folderAt: number): Entry {
    const word = this.#big ? 8 : 4;
    const type = this.#number(directory, start + 2, 2);
    const count = this.#number(directory, start + 4, word);
    const bytes = count * (valueBytes.get(type) ?? 1);
    const valueAt = start + 4 + word;
    return {
      type,
      count,
      bytes,
      at: bytes <= word ? folderAt + valueAt : this.#number(directory, valueAt, word),
    };
  }

  async #checkPieces(offsets: Entry, counts: Entry): Promise<void> {
    const [from, length] = [await this.#values(offsets), await this.#values(counts)];
    for (const [index, start] of from.entries()) {
      // A piece of no bytes is one that was left out on purpose.
      const bytes = length[index] ?? 0;
      if (bytes > 0 && start + bytes > this.#size) throw new BeyondTheEnd();
    }
  }

  async #values({ type, count, at }: Entry): Promise<number[]> {
    const bytes = numberBytes.get(type);
    if (bytes === undefined || count > mostValues) return [];
    const buffer = await this.#read(at, count * bytes);
    return Array.from({ length: count }, (_, index) => this.#number(buffer, index * bytes, bytes));
  }

  async #read(at: number, bytes: number): Promise<Buffer> {
    if (at + bytes > this.#size) throw new BeyondTheEnd();
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await this.#handle.read(buffer, 0, bytes, at);
    if (bytesRead < bytes) throw new BeyondTheEnd();
    return buffer;
  }

  #number(buffer: Buffer, at: number, bytes: number): number {
    if (bytes === 8) {
      return Number(this.#little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
    }
    return this.#little ? buffer.readUIntLE(at, bytes) : buffer.readUIntBE(at, bytes);
  }
}
