/**
 * Segment files of a log folder: their names, and appending frames with their index entries.
 * What frames hold is left to the writer and the readers.
 */
import { open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeEntry } from './log-frame.ts';
import type { FramePlace } from './log-frame.ts';

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `segment-${String(segment).padStart(8, '0')}.log`);
}

export function indexPath(folder: string, segment: number): string {
  return join(folder, `segment-${String(segment).padStart(8, '0')}.index`);
}

/** The numbers of a folder's segments, rising. */
export async function listSegments(folder: string): Promise<readonly number[]> {
  try {
    const names = await readdir(folder);
    return names
      .flatMap((name) => /^segment-(\d{8,})\.log$/.exec(name)?.slice(1).map(Number) ?? [])
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The size of a segment and its index, in bytes. */
export async function measureSegment(folder: string, segment: number): Promise<number> {
  const [log, index] = await Promise.all([
    stat(segmentPath(folder, segment)),
    stat(indexPath(folder, segment)),
  ]);
  return log.size + index.size;
}

/** Removes a segment, once what it holds is elsewhere. The writer's own, the last, must be kept. */
export async function removeSegment(folder: string, segment: number): Promise<void> {
  await rm(segmentPath(folder, segment), { force: true });
  await rm(indexPath(folder, segment), { force: true });
}

/** A frame to be written, with its name's hash for the index. */
export interface UnwrittenFrame {
  readonly nameHash: Buffer;
  readonly frame: Buffer;
}

interface OpenSegment {
  readonly number: number;
  readonly log: FileHandle;
  readonly index: FileHandle;
  logBytes: number;
  indexBytes: number;
}

/**
 * Appends frames to the last segment and begins another when one has `segmentBytes`. An older segment is never
 * appended to: what a writer that was killed has left at its end stays as it is.
 */
export class SegmentAppender {
  readonly #folder: string;
  readonly #segmentBytes: number;
  #next: number;
  #open: OpenSegment | undefined;

  constructor(folder: string, segmentBytes: number, next: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#next = next;
  }

  /**
   * Writes the frames and tells where each is as soon as it is written. Where it throws, those that were not told
   * of do not count as written: what there is of them is cut off.
   */
  async append(
    frames: readonly UnwrittenFrame[],
    onWritten: (index: number, place: FramePlace) => void | Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < frames.length;) {
      const segment = await this.#segmentWithRoom();
      const batch: Buffer[] = [];
      const offsets: number[] = [];
      let end = segment.logBytes;
      for (let at = start; at < frames.length && end < this.#segmentBytes; at++) {
        const { frame } = frames[at]!;
        batch.push(frame);
        offsets.push(end);
        end += frame.length;
      }
      const index = Buffer.concat(
        offsets.map((offset, at) => encodeEntry(frames[start + at]!.nameHash, offset)),
      );
      try {
        // First the frames: an entry never points at nothing.
        await writeAll(segment.log, Buffer.concat(batch), segment.logBytes);
        await writeAll(segment.index, index, segment.indexBytes);
      } catch (error) {
        await segment.log.truncate(segment.logBytes);
        await segment.index.truncate(segment.indexBytes);
        throw error;
      }
      segment.logBytes = end;
      segment.indexBytes += index.length;
      for (const [at, offset] of offsets.entries()) await onWritten(start + at, [segment.number, offset]);
      start += batch.length;
    }
  }

  async close(): Promise<void> {
    const segment = this.#open;
    if (segment === undefined) return;
    this.#open = undefined;
    try {
      await segment.log.datasync();
      await segment.index.datasync();
    } finally {
      await segment.log.close();
      await segment.index.close();
    }
  }

  async #segmentWithRoom(): Promise<OpenSegment> {
    if (this.#open !== undefined && this.#open.logBytes < this.#segmentBytes) return this.#open;
    await this.close();
    const number = this.#next;
    const log = await open(segmentPath(this.#folder, number), 'w', 0o600);
    try {
      const index = await open(indexPath(this.#folder, number), 'w', 0o600);
      this.#open = { number, log, index, logBytes: 0, indexBytes: 0 };
    } catch (error) {
      await log.close();
      throw error;
    }
    this.#next += 1;
    return this.#open;
  }
}

/** `write` may write a part, on a disk that is getting full. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
