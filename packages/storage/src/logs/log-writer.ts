/**
 * Writes the logs of many attempts into a few segment files: gathers what comes within some milliseconds, keeps the
 * head and the tail of a log that grows too long, and tells where a finished log is.
 * Reading is left to `log-reader`, shipping and dropping segments to their owner.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { lockFile } from '../file-lock.ts';
import { LiveTailFile, readLiveTails, removeLiveTails } from './live-tail.ts';
import { encodeFinish, encodeFrame, encodeName, hashName } from './log-frame.ts';
import type { FinishRecord, FramePlace } from './log-frame.ts';
import { findChunks } from './log-reader.ts';
import type { LogReference } from './log-reference.ts';
import { RecordBuffer, recordHeaderBytes } from './log-record.ts';
import type { LogStream } from './log-record.ts';
import { PendingTail } from './pending-tail.ts';
import { listSegments, SegmentAppender } from './segment-file.ts';
import { trimTail } from './trim-tail.ts';

const MiB = 1024 * 1024;

export interface LogWriterOptions {
  /** A segment that has this many bytes is followed by another; 64 MiB if absent. */
  readonly segmentBytes?: number | undefined;
  /** Bytes kept of a log's beginning (with 13 per record); 1 MiB if absent. */
  readonly headBytes?: number | undefined;
  /** Bytes kept of a log's end; 1 MiB if absent. */
  readonly tailBytes?: number | undefined;
  /** Milliseconds that output may wait in memory; 50 if absent. What waits is lost if the process is killed. */
  readonly flushMs?: number | undefined;
}

export interface LogWriter {
  /**
   * Logs that had outgrown their head when an earlier writer was killed: put together and finished on opening. The
   * others of that writer can be read without a reference.
   */
  readonly recovered: ReadonlyMap<string, LogReference>;
  /**
   * Takes a copy of the bytes; they are in the file within `flushMs`. Memory is bounded by head and tail of the
   * running attempts, so there is nothing to wait for. `time` in milliseconds since 1970; now if absent.
   */
  append(attempt: string | number, stream: LogStream, bytes: Uint8Array, time?: number): void;
  /**
   * Ends an attempt's log and tells where it is.
   * @throws GantryError `disk-full`, or what the file system throws; then it may be called again.
   */
  finish(attempt: string | number): Promise<LogReference>;
  /** Fulfilled when all that was appended is in the files. Throws as `finish` does. */
  flush(): Promise<void>;
  /** Writes what is left, syncs the files and gives the folder back. Unfinished logs stay readable. */
  close(): Promise<void>;
}

/** A log that is being written. */
interface OpenLog {
  readonly key: string;
  readonly name: Buffer;
  readonly nameHash: Buffer;
  readonly head: RecordBuffer;
  /** Bytes that the head has taken, with headers. */
  headBytes: number;
  bytes: number;
  /** Frames that are built and not written. */
  unwritten: Buffer[];
  readonly chunks: FramePlace[];
  tail: { readonly pending: PendingTail; slot: number | undefined; readonly start: number } | undefined;
  finishing: PromiseWithResolvers<LogReference> | undefined;
}

/** A log's last frame, to be written. */
interface LastFrame {
  readonly log: OpenLog;
  /** The records in it. */
  readonly inline: Buffer;
  readonly record: FinishRecord;
  readonly nameHash: Buffer;
  readonly frame: Buffer;
}

const flushBytes = 256 * 1024;

/**
 * Opens the folder for writing, which is made if need be. One writer at a time; readers come and go.
 *
 * @throws GantryError `log-folder-in-use` if another process writes there.
 */
export async function openLogWriter(folder: string, options: LogWriterOptions = {}): Promise<LogWriter> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const result = await lockFile(join(folder, 'writer.lock'));
  if (result.kind === 'held') {
    throw new GantryError(
      'log-folder-in-use',
      `Another process (${result.holder?.pid ?? 'unknown'}) writes ${folder}.`,
      {
        file: folder,
        mend: 'Stop it: an agent has a log folder of its own.',
      },
    );
  }
  try {
    const next = ((await listSegments(folder)).at(-1) ?? 0) + 1;
    const writer = new SegmentLogWriter(folder, options, next, () => result.lock.release());
    await writer.recover();
    return writer;
  } catch (error) {
    await result.lock.release();
    throw error;
  }
}

class SegmentLogWriter implements LogWriter {
  readonly recovered = new Map<string, LogReference>();
  readonly #folder: string;
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #flushMs: number;
  readonly #appender: SegmentAppender;
  readonly #releaseLock: () => Promise<void>;
  readonly #logs = new Map<string, OpenLog>();
  #dirty = new Set<OpenLog>();
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #cycle: Promise<void> = Promise.resolve();
  #waitingCycle: Promise<void> | undefined;
  #tails: LiveTailFile | undefined;
  #closed = false;

  constructor(folder: string, options: LogWriterOptions, next: number, releaseLock: () => Promise<void>) {
    this.#folder = folder;
    this.#headLimit = options.headBytes ?? MiB;
    this.#tailLimit = options.tailBytes ?? MiB;
    this.#flushMs = options.flushMs ?? 50;
    this.#appender = new SegmentAppender(folder, options.segmentBytes ?? 64 * MiB, next);
    this.#releaseLock = releaseLock;
  }

  /** Finishes what a writer that was killed has left in the live tails. */
  async recover(): Promise<void> {
    for (const { attempt, ...content } of await readLiveTails(this.#folder)) {
      const { chunks, payload } = await findChunks(this.#folder, attempt);
      const tail = trimTail(content, this.#tailLimit);
      const record: FinishRecord = {
        bytes: content.end,
        omitted: content.end - payload - tail.payload,
        chunks,
        interrupted: true,
      };
      const name = encodeName(attempt);
      const frame = encodeFrame('finish', name, encodeFinish(record, tail.records));
      await this.#appender.append([{ nameHash: hashName(name), frame }], (_, place) => {
        this.recovered.set(attempt, refer(place, record));
      });
    }
    await removeLiveTails(this.#folder);
  }

  append(attempt: string | number, stream: LogStream, bytes: Uint8Array, time = Date.now()): void {
    if (this.#closed) throw new Error('The log writer is closed.');
    if (bytes.length === 0) return;
    const log = this.#open(attempt);
    let rest = bytes;
    if (log.tail === undefined) {
      const room = this.#headLimit - log.headBytes - recordHeaderBytes;
      const part = bytes.subarray(0, Math.max(0, room));
      if (part.length > 0) {
        const before = log.head.length;
        log.head.append(stream, time, part);
        log.headBytes += log.head.length - before;
        log.bytes += part.length;
        rest = bytes.subarray(part.length);
      }
    }
    if (rest.length > 0) {
      log.tail ??= {
        pending: new PendingTail(this.#tailLimit, log.bytes),
        slot: undefined,
        start: log.bytes,
      };
      log.tail.pending.append(stream, time, rest);
      log.bytes += rest.length;
    }
    this.#dirty.add(log);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= flushBytes) this.#flushInBackground();
    else this.#timer ??= setTimeout(() => this.#flushInBackground(), this.#flushMs);
  }

  finish(attempt: string | number): Promise<LogReference> {
    const log = this.#open(attempt);
    log.finishing ??= Promise.withResolvers<LogReference>();
    this.#dirty.add(log);
    this.#flushInBackground();
    return log.finishing.promise;
  }

  flush(): Promise<void> {
    // What comes while a cycle runs goes with the one that waits behind it.
    this.#waitingCycle ??= this.#cycle
      .catch(() => {})
      .then(() => {
        this.#waitingCycle = undefined;
        this.#cycle = this.#write();
        return this.#cycle;
      });
    return this.#waitingCycle;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      clearTimeout(this.#timer);
      await this.#appender.close();
      await this.#tails?.close();
      await this.#releaseLock();
    }
  }

  #flushInBackground(): void {
    if (this.#waitingCycle !== undefined) return;
    // A failure is told to those that finish, and to `flush` and `close`; what was not written is kept for the next.
    this.flush().catch(() => {
      if (!this.#closed) this.#timer ??= setTimeout(() => this.#flushInBackground(), 1000);
    });
  }

  #open(attempt: string | number): OpenLog {
    const key = String(attempt);
    const known = this.#logs.get(key);
    if (known !== undefined) return known;
    const name = encodeName(attempt);
    const log: OpenLog = {
      key,
      name,
      nameHash: hashName(name),
      head: new RecordBuffer(),
      headBytes: 0,
      bytes: 0,
      unwritten: [],
      chunks: [],
      tail: undefined,
      finishing: undefined,
    };
    this.#logs.set(key, log);
    return log;
  }

  /** One cycle: chunks and tails of all that has changed, then the last frames of what finishes. */
  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pendingBytes = 0;
    const logs = [...this.#dirty];
    this.#dirty = new Set();
    const finishing = logs.filter((log) => log.finishing !== undefined);
    try {
      await this.#writeChunks(logs);
      for (const log of logs) await this.#writeTail(log);
      await this.#writeLastFrames(finishing);
    } catch (cause) {
      for (const log of logs) if (this.#logs.has(log.key)) this.#dirty.add(log);
      const error = explain(cause, this.#folder);
      for (const log of finishing) {
        log.finishing?.reject(error);
        log.finishing = undefined;
      }
      throw error;
    }
  }

  async #writeChunks(logs: readonly OpenLog[]): Promise<void> {
    for (const log of logs) {
      // What finishes without a tail goes into its last frame, which is then the only one of a short log.
      const isLast = log.finishing !== undefined && log.tail === undefined && log.unwritten.length === 0;
      if (log.head.length > 0 && !isLast) log.unwritten.push(encodeFrame('chunk', log.name, log.head.take()));
    }
    const frames = logs.flatMap((log) =>
      log.unwritten.map((frame) => ({ log, nameHash: log.nameHash, frame })),
    );
    await this.#appender.append(frames, (index, place) => {
      const { log } = frames[index]!;
      log.unwritten.shift();
      log.chunks.push(place);
    });
  }

  async #writeTail(log: OpenLog): Promise<void> {
    const { tail } = log;
    if (tail === undefined || tail.pending.isEmpty) return;
    this.#tails ??= await LiveTailFile.create(this.#folder, this.#tailLimit);
    tail.slot ??= this.#tails.claim(log.key);
    const taken = tail.pending.take();
    try {
      await this.#tails.write(tail.slot, taken);
    } catch (error) {
      tail.pending.putBack(taken);
      throw error;
    }
  }

  async #writeLastFrames(logs: readonly OpenLog[]): Promise<void> {
    const lasts: LastFrame[] = [];
    const written = new Set<OpenLog>();
    try {
      for (const log of logs) lasts.push(await this.#buildLastFrame(log));
      await this.#appender.append(lasts, async (index, place) => {
        const { log, record } = lasts[index]!;
        written.add(log);
        this.#logs.delete(log.key);
        log.finishing?.resolve(refer(place, record));
        if (log.tail?.slot !== undefined) await this.#tails!.release(log.tail.slot);
      });
    } catch (error) {
      // Records that were taken for a last frame go into a chunk when it is tried again.
      for (const { log, inline } of lasts) {
        if (written.has(log) || log.tail !== undefined || inline.length === 0) continue;
        log.unwritten.push(encodeFrame('chunk', log.name, inline));
      }
      throw error;
    }
  }

  async #buildLastFrame(log: OpenLog): Promise<LastFrame> {
    await this.#writeTail(log);
    const { name, nameHash, bytes, chunks } = log;
    if (log.tail === undefined) {
      const inline = log.head.take();
      const record = { bytes, omitted: 0, chunks };
      return {
        log,
        inline,
        record,
        nameHash,
        frame: encodeFrame('finish', name, encodeFinish(record, inline)),
      };
    }
    const tail = trimTail(await this.#tails!.read(log.tail.slot!), this.#tailLimit);
    const record = { bytes, omitted: bytes - log.tail.start - tail.payload, chunks };
    const frame = encodeFrame('finish', name, encodeFinish(record, tail.records));
    return { log, inline: tail.records, record, nameHash, frame };
  }
}

function refer([segment, offset]: FramePlace, { bytes, omitted }: FinishRecord): LogReference {
  return { segment, offset, bytes, omitted };
}

function explain(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new GantryError('disk-full', `The disk of ${folder} is full: logs cannot be written.`, {
    file: folder,
    mend: 'Free some space; what is held in memory is written then.',
    cause: error,
  });
}
