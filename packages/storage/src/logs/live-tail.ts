/**
 * The last bytes of attempts that run and have filled their head: a slot each, of two halves that are written in
 * turn, in one file. Written in place, a flood of output costs the disk next to nothing; other processes can read
 * it; and it is there after a SIGKILL. What is kept when an attempt finishes is the writer's to put into a segment.
 */
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

const fileName = 'live-tail.bin';
const headerBytes = 4096;

interface Half {
  /** Bytes of records, with headers. */
  readonly length: number;
  /** Without headers. */
  readonly payload: number;
}

/** A slot's header. Written whole before and after what it describes, and checked by its CRC. */
export interface SlotState {
  readonly attempt: string;
  /** Rises whenever a half loses what it held: a reader that sees another number afterwards reads again. */
  readonly epoch: number;
  /** The half that is being filled. */
  readonly current: 0 | 1;
  readonly halves: readonly [Half, Half];
  /** The position, in the attempt's output, behind the last byte of the current half. */
  readonly end: number;
}

const emptyHalf: Half = { length: 0, payload: 0 };

/** Pieces of records to be written, none longer than a half; `end` is the position behind the last. */
export interface TailPieces {
  readonly pieces: readonly { readonly records: Buffer; readonly payload: number }[];
  readonly end: number;
  /** True if bytes before the pieces were dropped: what the slot holds does not join them. */
  readonly gap: boolean;
}

/** The records that are there, oldest first, and the position of their first byte. */
export interface TailContent {
  readonly records: readonly Buffer[];
  readonly start: number;
  readonly end: number;
}

/** The writer's side: slots are handed out and taken back. */
export class LiveTailFile {
  readonly #handle: FileHandle;
  readonly #halfBytes: number;
  readonly #slots: (SlotState | undefined)[] = [];

  private constructor(handle: FileHandle, halfBytes: number) {
    this.#handle = handle;
    this.#halfBytes = halfBytes;
  }

  /** Makes the file, anew if there is one. */
  static async create(folder: string, halfBytes: number): Promise<LiveTailFile> {
    const handle = await open(join(folder, fileName), 'w+', 0o600);
    const file = new LiveTailFile(handle, halfBytes);
    await file.#writeBlock(0, { halfBytes });
    return file;
  }

  /** A slot for the attempt, the first that is free. */
  claim(attempt: string): number {
    const free = this.#slots.findIndex((slot) => slot === undefined);
    const slot = free === -1 ? this.#slots.length : free;
    this.#slots[slot] = { attempt, epoch: Date.now(), current: 0, halves: [emptyHalf, emptyHalf], end: 0 };
    return slot;
  }

  async write(slot: number, { pieces, end, gap }: TailPieces): Promise<void> {
    let state = this.#slots[slot]!;
    const left = pieces.reduce((sum, { payload }) => sum + payload, 0);
    let position = end - left;
    if (gap)
      state = await this.#store(slot, {
        ...state,
        ...begin(state),
        halves: [emptyHalf, emptyHalf],
        end: position,
      });
    for (const { records, payload } of pieces) {
      if (state.halves[state.current].length + records.length > this.#halfBytes) {
        const current = state.current === 0 ? 1 : 0;
        const halves = replaceHalf(state.halves, current, emptyHalf);
        state = await this.#store(slot, { ...state, epoch: state.epoch + 1, current, halves, end: position });
      }
      const half = state.halves[state.current];
      await this.#handle.write(records, 0, records.length, this.#placeOf(slot, state.current) + half.length);
      position += payload;
      const grown = { length: half.length + records.length, payload: half.payload + payload };
      state = { ...state, halves: replaceHalf(state.halves, state.current, grown), end: position };
      this.#slots[slot] = state;
    }
    await this.#store(slot, state);
  }

  async read(slot: number): Promise<TailContent> {
    return readHalves(this.#handle, slot, this.#slots[slot]!, this.#halfBytes);
  }

  async release(slot: number): Promise<void> {
    this.#slots[slot] = undefined;
    await this.#writeBlock(slotPlace(slot, this.#halfBytes), { free: true });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #placeOf(slot: number, half: 0 | 1): number {
    return slotPlace(slot, this.#halfBytes) + headerBytes + half * this.#halfBytes;
  }

  async #store(slot: number, state: SlotState): Promise<SlotState> {
    this.#slots[slot] = state;
    await this.#writeBlock(slotPlace(slot, this.#halfBytes), state);
    return state;
  }

  async #writeBlock(position: number, value: object): Promise<void> {
    const text = Buffer.from(JSON.stringify(value));
    const block = Buffer.alloc(8 + text.length);
    block.writeUInt32LE(text.length, 0);
    block.writeUInt32LE(crc32(text), 4);
    block.set(text, 8);
    await this.#handle.write(block, 0, block.length, position);
  }
}

function begin(state: SlotState): { readonly epoch: number; readonly current: 0 } {
  return { epoch: state.epoch + 1, current: 0 };
}

function replaceHalf(halves: readonly [Half, Half], which: 0 | 1, half: Half): readonly [Half, Half] {
  return which === 0 ? [half, halves[1]] : [halves[0], half];
}

function slotPlace(slot: number, halfBytes: number): number {
  return headerBytes + slot * (headerBytes + 2 * halfBytes);
}

/** The attempts that have a slot, by another process or after a kill. */
export async function readLiveTails(
  folder: string,
  attempt?: string,
): Promise<readonly (TailContent & { attempt: string })[]> {
  let handle;
  try {
    handle = await open(join(folder, fileName), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const file = (await readBlock(handle, 0)) as { readonly halfBytes?: number } | undefined;
    if (file?.halfBytes === undefined) return [];
    const { halfBytes } = file;
    const { size } = await handle.stat();
    const found: (TailContent & { attempt: string })[] = [];
    for (let slot = 0; slotPlace(slot, halfBytes) < size; slot++) {
      const content = await readSlot(handle, slot, halfBytes, attempt);
      if (content !== undefined) found.push(content);
    }
    return found;
  } finally {
    await handle.close();
  }
}

export async function removeLiveTails(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}

/** Reads a slot that may be written to meanwhile: again, until nothing was taken away while it was read. */
async function readSlot(
  handle: FileHandle,
  slot: number,
  halfBytes: number,
  attempt: string | undefined,
): Promise<(TailContent & { attempt: string }) | undefined> {
  const place = slotPlace(slot, halfBytes);
  for (let attempts = 0; attempts < 50; attempts++) {
    const before = (await readBlock(handle, place)) as Partial<SlotState> | undefined;
    if (before?.attempt === undefined || (attempt !== undefined && before.attempt !== attempt))
      return undefined;
    const state = before as SlotState;
    const content = await readHalves(handle, slot, state, halfBytes);
    const after = (await readBlock(handle, place)) as Partial<SlotState> | undefined;
    if (after?.attempt === state.attempt && after.epoch === state.epoch)
      return { ...content, attempt: state.attempt };
    await delay(2);
  }
  // Written faster than it can be read, for a tenth of a second: the next look will see what is there then.
  return undefined;
}

async function readHalves(
  handle: FileHandle,
  slot: number,
  state: SlotState,
  halfBytes: number,
): Promise<TailContent> {
  const order = state.current === 0 ? ([1, 0] as const) : ([0, 1] as const);
  const records: Buffer[] = [];
  let payload = 0;
  for (const half of order) {
    const { length } = state.halves[half];
    payload += state.halves[half].payload;
    const buffer = Buffer.allocUnsafe(length);
    const place = slotPlace(slot, halfBytes) + headerBytes + half * halfBytes;
    const { bytesRead } = await handle.read(buffer, 0, length, place);
    if (bytesRead === length) records.push(buffer);
  }
  return { records, start: state.end - payload, end: state.end };
}

/** A block whose checksum is right, or `undefined`: a writer may be at it, and is asked again by the caller. */
async function readBlock(handle: FileHandle, position: number): Promise<unknown> {
  for (let attempts = 0; attempts < 5; attempts++) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, position);
    if (bytesRead < 8) return undefined;
    const length = buffer.readUInt32LE(0);
    // Never written: a slot that is being filled for the first time.
    if (length === 0) return undefined;
    const text = buffer.subarray(8, Math.min(bytesRead, 8 + length));
    if (crc32(text) === buffer.readUInt32LE(4)) return JSON.parse(text.toString('utf8')) as unknown;
    await delay(1);
  }
  return undefined;
}
