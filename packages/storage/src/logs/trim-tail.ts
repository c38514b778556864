/**
 * Cuts a tail to what is kept of it. Where the tail lies and goes is left to the writer.
 */
import type { TailContent } from './live-tail.ts';
import { decodeRecords, RecordBuffer } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

/** The last `limit` bytes of a tail, from the start of a line on where one is near; all of it where it fits. */
export function trimTail(
  content: TailContent,
  limit: number,
): { readonly records: Buffer; readonly payload: number } {
  const records = content.records.flatMap(decodeWhole);
  let surplus = content.end - content.start - limit;
  const kept = new RecordBuffer();
  let searching = surplus > 0;
  for (const { stream, time, bytes } of records) {
    let part = bytes;
    if (surplus > 0) {
      part = bytes.subarray(surplus);
      surplus -= bytes.length;
    }
    if (searching && part.length > 0) {
      const lineEnd = part.indexOf('\n');
      searching = false;
      if (lineEnd !== -1) part = part.subarray(lineEnd + 1);
    }
    if (part.length > 0) kept.append(stream, time, part);
  }
  const { payload } = kept;
  return { records: kept.take(), payload };
}

/** After a power cut a header may have outlived what it describes: then that half is left out. */
function decodeWhole(buffer: Buffer): readonly LogRecord[] {
  try {
    return [...decodeRecords(buffer)];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
