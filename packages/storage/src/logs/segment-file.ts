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
   * Writes the frames and tells where each is. Where it throws, none counts as written: the next call writes over
   * what there is.
   */
  async append(frames: readonly UnwrittenFrame[]): Promise<readonly FramePlace[]> {
    const places: FramePlace[] = [];
    for (let start = 0; start < frames.length;) {
      const segment = await this.#segmentWithRoom();
      const batch: UnwrittenFrame[] = [];
      const entries: Buffer[] = [];
      let offset = segment.logBytes;
      for (let at = start; at < frames.length && offset < this.#segmentBytes; at++) {
        const { nameHash, frame } = frames[at]!;
        batch.push(frames[at]!);
        entries.push(encodeEntry(nameHash, offset));
        places.push([segment.number, offset]);
        offset += frame.length;
      }
      const bytes = Buffer.concat(batch.map(({ frame }) => frame));
      const index = Buffer.concat(entries);
      // First the frames: an entry never points at nothing.
      await writeAll(segment.log, bytes, segment.logBytes);
      await writeAll(segment.index, index, segment.indexBytes);
      segment.logBytes += bytes.length;
      segment.indexBytes += index.length;
      start += batch.length;
    }
    return places;
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
