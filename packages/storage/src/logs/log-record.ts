/**
 * Records: what an attempt wrote to one stream at one time, in bytes. A sequence of records is what frames carry;
 * frames are left to `log-frame`.
 */

/** Where bytes came from; `system` is what Gantry itself has to say. */
export type LogStream = 'stdout' | 'stderr' | 'system';

const streams: readonly LogStream[] = ['stdout', 'stderr', 'system'];

/** A piece of a log. It may begin and end within a line, or within a character. */
export interface LogRecord {
  readonly stream: LogStream;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly bytes: Buffer;
}

/** Bytes before a record's own: stream (1), time (8), length (4). */
export const recordHeaderBytes = 13;

/** Gathers records in one growing buffer; pieces of the same stream and millisecond become one record. */
export class RecordBuffer {
  #buffer = Buffer.allocUnsafe(512);
  #length = 0;
  #last = -1;
  /** Bytes of the records themselves, without headers. */
  payload = 0;

  /** Bytes with headers. */
  get length(): number {
    return this.#length;
  }

  append(stream: LogStream, time: number, bytes: Uint8Array): void {
    const code = streams.indexOf(stream);
    const merges =
      this.#last >= 0 &&
      this.#buffer[this.#last] === code &&
      this.#buffer.readDoubleLE(this.#last + 1) === time;
    this.#reserve(bytes.length + (merges ? 0 : recordHeaderBytes));
    if (!merges) {
      this.#last = this.#length;
      this.#buffer[this.#last] = code;
      this.#buffer.writeDoubleLE(time, this.#last + 1);
      this.#buffer.writeUInt32LE(0, this.#last + 9);
      this.#length += recordHeaderBytes;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    this.payload += bytes.length;
    this.#buffer.writeUInt32LE(this.#length - this.#last - recordHeaderBytes, this.#last + 9);
  }

  /** Hands out what was gathered and begins anew. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(512);
    this.#length = 0;
    this.#last = -1;
    this.payload = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** The records in a buffer, in order; their bytes are views of it. @throws RangeError if it is cut or no records. */
export function* decodeRecords(buffer: Buffer): Generator<LogRecord> {
  for (let offset = 0; offset < buffer.length;) {
    const stream = streams[buffer.readUInt8(offset)];
    const time = buffer.readDoubleLE(offset + 1);
    const end = offset + recordHeaderBytes + buffer.readUInt32LE(offset + 9);
    if (stream === undefined || end > buffer.length) throw new RangeError('Not a sequence of log records.');
    yield { stream, time, bytes: buffer.subarray(offset + recordHeaderBytes, end) };
    offset = end;
  }
}

/** Bytes of the records in a buffer, without headers. */
export function countPayload(buffer: Buffer): number {
  let payload = 0;
  for (const { bytes } of decodeRecords(buffer)) payload += bytes.length;
  return payload;
}
