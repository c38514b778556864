/**
 * Reads an attempt's log out of a log folder, while it is written or after, in the writer's process or another.
 * Nothing is locked: frames are only ever appended, and one that is not whole yet is not seen.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GantryError, isGantryError } from '@gantry/model';
import { readLiveTails } from './live-tail.ts';
import {
  decodeFinish,
  decodeFrame,
  decodeFrameHeader,
  encodeName,
  frameHeaderBytes,
  hashName,
  searchEntries,
} from './log-frame.ts';
import type { Frame, FramePlace } from './log-frame.ts';
import { countPayload, decodeRecords } from './log-record.ts';
import type { LogRecord } from './log-record.ts';
import type { LogReference } from './log-reference.ts';
import { indexPath, listSegments, segmentPath } from './segment-file.ts';

/**
 * The log of an attempt, as far as it is written; nothing if there is none. With its reference it takes a few
 * reads, without it the indexes of all segments (16 bytes per frame) are searched. Where bytes were left out a
 * `system` record says how many.
 *
 * @throws GantryError `log-segment-missing` if a segment was dropped, `log-damaged` if a frame is not what was
 *   written.
 */
export async function* readLog(
  folder: string,
  attempt: string | number,
  reference?: LogReference,
): AsyncGenerator<LogRecord> {
  const cursor = new LogCursor(folder, String(attempt));
  if (reference !== undefined) {
    yield* cursor.readFinished([reference.segment, reference.offset]);
    return;
  }
  yield* cursor.readNew();
  // It may have finished, and left its live tail, while we read.
  if (!cursor.finished) yield* cursor.readNew();
}

/**
 * The last records of a log: of one that is finished, `bytes` of them at least, if it has as many, and of its segments
 * only what holds these. Without a reference all of it is read, which is bounded by what is kept of a log.
 * @returns `whole` where nothing comes before them
 * @throws GantryError as `readLog`
 */
export async function readLogEnd(
  folder: string,
  attempt: string | number,
  bytes: number,
  reference?: LogReference,
): Promise<{ readonly records: readonly LogRecord[]; readonly whole: boolean }> {
  if (reference === undefined) {
    const records: LogRecord[] = [];
    for await (const record of readLog(folder, attempt)) records.push(record);
    return { records, whole: true };
  }
  const place: FramePlace = [reference.segment, reference.offset];
  const frame = await readFrame(folder, place);
  if (frame.name !== String(attempt) || frame.kind !== 'finish') throw damaged(folder, place);
  const finish = decodeFinish(frame.payload);
  let records = [...decodeRecords(finish.records)];
  let size = countPayload(finish.records);
  const before = [...finish.record.chunks];
  // Where bytes were left out, they lie before the last records: what is behind them joins nothing.
  while (size < bytes && before.length > 0 && finish.record.omitted === 0) {
    const { payload } = await readFrame(folder, before.pop() ?? place);
    records = [...decodeRecords(payload), ...records];
    size += countPayload(payload);
  }
  return { records, whole: before.length === 0 && finish.record.omitted === 0 };
}

/**
 * The log from its beginning, and what comes, until the attempt has finished or `signal` says enough. Where it is
 * `over` that does, nothing more will be written: what is there is read once more.
 */
export async function* followLog(
  folder: string,
  attempt: string | number,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly over?: AbortSignal | undefined;
    readonly pollMs?: number | undefined;
  } = {},
): AsyncGenerator<LogRecord> {
  const cursor = new LogCursor(folder, String(attempt));
  while (options.signal?.aborted !== true) {
    yield* cursor.readNew();
    if (cursor.finished) return;
    // Polled, because watching folders is neither reliable nor the same on all systems.
    await delay(
      options.pollMs ?? 100,
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    ).catch(() => {});
  }
  if (options.over?.aborted === true) yield* cursor.readNew();
}

/** Where an attempt's whole chunks are, and how many bytes they hold. */
export async function findChunks(
  folder: string,
  attempt: string,
): Promise<{ readonly chunks: readonly FramePlace[]; readonly payload: number }> {
  const chunks: FramePlace[] = [];
  let payload = 0;
  for (const segment of await listSegments(folder)) {
    for (const offset of (await searchSegment(folder, segment, encodeName(attempt), 0)).offsets) {
      const frame = await readFrame(folder, [segment, offset]).catch((error: unknown) => {
        // After a power cut an entry may have outlived its frame.
        if (isGantryError(error) && error.code === 'log-damaged') return undefined;
        throw error;
      });
      if (frame?.name !== attempt || frame.kind !== 'chunk') continue;
      chunks.push([segment, offset]);
      payload += countPayload(frame.payload);
    }
  }
  return { chunks, payload };
}

/** Reads on from where it was. */
class LogCursor {
  readonly #folder: string;
  readonly #attempt: string;
  readonly #name: Buffer;
  /** Bytes of each segment's index that were searched. */
  readonly #searched = new Map<number, number>();
  readonly #seen = new Set<string>();
  /** The position in the attempt's output up to which it was handed out. */
  #position = 0;
  finished = false;

  constructor(folder: string, attempt: string) {
    this.#folder = folder;
    this.#attempt = attempt;
    this.#name = encodeName(attempt);
  }

  async *readNew(): AsyncGenerator<LogRecord> {
    // The tail before the frames: what it lacks, having been freed, is then in the frames.
    const [tail] = await readLiveTails(this.#folder, this.#attempt);
    const segments = await listSegments(this.#folder);
    // An older segment is not appended to once there is a newer one.
    const last = Math.max(0, ...this.#searched.keys());
    for (const segment of segments.filter((segment) => segment >= last)) {
      const from = this.#searched.get(segment) ?? 0;
      const { offsets, searched } = await searchSegment(this.#folder, segment, this.#name, from);
      this.#searched.set(segment, searched);
      for (const offset of offsets) {
        const place: FramePlace = [segment, offset];
        if (this.#seen.has(place.join())) continue;
        this.#seen.add(place.join());
        const frame = await readFrame(this.#folder, place);
        // Two names may share their hash's first bytes.
        if (frame.name !== this.#attempt) continue;
        if (frame.kind === 'finish') {
          yield* this.#finish(frame);
          return;
        }
        yield* this.#emit(this.#position, [...decodeRecords(frame.payload)]);
      }
    }
    if (tail !== undefined) {
      const records = tail.records.flatMap((buffer) => [...decodeRecords(buffer)]);
      yield* this.#emit(tail.start, records);
    }
  }

  async *readFinished(place: FramePlace): AsyncGenerator<LogRecord> {
    const frame = await readFrame(this.#folder, place);
    if (frame.name !== this.#attempt || frame.kind !== 'finish') throw damaged(this.#folder, place);
    const { record } = decodeFinish(frame.payload);
    for (const chunk of record.chunks) {
      yield* this.#emit(this.#position, [...decodeRecords((await readFrame(this.#folder, chunk)).payload)]);
    }
    yield* this.#finish(frame);
  }

  *#finish(frame: Frame): Generator<LogRecord> {
    const { record, records } = decodeFinish(frame.payload);
    yield* this.#emit(record.bytes - countPayload(records), [...decodeRecords(records)]);
    this.finished = true;
  }

  /** Hands out what of the records, the first of which is at `start`, was not handed out yet. */
  *#emit(start: number, records: readonly LogRecord[]): Generator<LogRecord> {
    const [first] = records;
    if (first !== undefined && start > this.#position) {
      const text = `\n[${start - this.#position} bytes left out]\n`;
      yield { stream: 'system', time: first.time, bytes: Buffer.from(text) };
      this.#position = start;
    }
    let at = start;
    for (const record of records) {
      const known = Math.max(0, this.#position - at);
      at += record.bytes.length;
      if (known >= record.bytes.length) continue;
      yield known === 0 ? record : { ...record, bytes: record.bytes.subarray(known) };
      this.#position = at;
    }
  }
}

/** Offsets of frames with that name's hash, rising: by the index from `from` on, and behind its last entry. */
async function searchSegment(
  folder: string,
  segment: number,
  name: Buffer,
  from: number,
): Promise<{ readonly offsets: readonly number[]; readonly searched: number }> {
  const index = await readFrom(indexPath(folder, segment), from);
  const { offsets, last, bytes } = searchEntries(index, hashName(name));
  const behind = last === undefined && from > 0 ? [] : await scanFrames(folder, segment, last, name);
  return { offsets: [...offsets, ...behind], searched: from + bytes };
}

/**
 * Frames that a writer which was killed has written and not indexed; those of the moment are among them, and come
 * again with their entries.
 */
async function scanFrames(
  folder: string,
  segment: number,
  last: number | undefined,
  name: Buffer,
): Promise<readonly number[]> {
  const handle = await openSegment(folder, segment);
  try {
    const { size } = await handle.stat();
    const found: number[] = [];
    const start = last ?? 0;
    for (let offset = start; offset + frameHeaderBytes <= size;) {
      const header = decodeFrameHeader(await readExactly(handle, offset, frameHeaderBytes));
      if (header === undefined || offset + header.length > size) break;
      if (offset !== start || last === undefined) {
        const frame = await readExactly(handle, offset, header.length);
        if (decodeFrame(frame) === undefined) break;
        const end = frameHeaderBytes + header.nameLength;
        if (frame.subarray(frameHeaderBytes, end).equals(name)) found.push(offset);
      }
      offset += header.length;
    }
    return found;
  } finally {
    await handle.close();
  }
}

async function readFrame(folder: string, place: FramePlace): Promise<Frame> {
  const [segment, offset] = place;
  const handle = await openSegment(folder, segment);
  try {
    // Most frames are whole within the first read.
    const first = await readExactly(handle, offset, 4096);
    const header = decodeFrameHeader(first);
    if (header === undefined) throw damaged(folder, place);
    const whole =
      header.length <= first.length
        ? first.subarray(0, header.length)
        : await readExactly(handle, offset, header.length);
    const frame = decodeFrame(whole);
    if (frame === undefined) throw damaged(folder, place);
    return frame;
  } finally {
    await handle.close();
  }
}

async function openSegment(folder: string, segment: number): Promise<FileHandle> {
  try {
    return await open(segmentPath(folder, segment), 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new GantryError('log-segment-missing', `Segment ${segment} of the logs in ${folder} was dropped.`, {
      file: segmentPath(folder, segment),
      mend: 'Read the log from the server, to which it was shipped.',
      cause,
    });
  }
}

/** Bytes from a position, fewer at the file's end. */
async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function readFrom(path: string, position: number): Promise<Buffer> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    // A segment's log is made before its index.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = await handle.stat();
    return await readExactly(handle, position, Math.max(0, size - position));
  } finally {
    await handle.close();
  }
}

function damaged(folder: string, [segment, offset]: FramePlace): GantryError {
  const file = segmentPath(folder, segment);
  return new GantryError('log-damaged', `${file} is damaged at byte ${offset}.`, {
    file,
    mend: 'The rest of the log can be read without a reference; check the disk.',
  });
}
