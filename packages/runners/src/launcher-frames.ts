/**
 * The frames that pass between this process and its launcher: kind (1 byte), group (4 bytes), length (4 bytes),
 * payload. Bytes, because a tool's output passes through it.
 */
import type { Writable } from 'node:stream';

export const frameKinds = {
  // to the launcher
  start: 1, // payload: a JSON GroupStart
  terminate: 2,
  kill: 3,
  pauseStdout: 4,
  pauseStderr: 5,
  resumeStdout: 6,
  resumeStderr: 7,
  closeOutput: 8,
  // from the launcher
  started: 20, // payload: the process id, decimal
  startFailed: 21, // payload: the message
  stdout: 22,
  stderr: 23,
  stdoutClosed: 24,
  stderrClosed: 25,
  exited: 26, // payload: a JSON GroupExit
} as const;

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

const headerBytes = 9;

/** Writes frames; those of one turn of the loop go in one write. Returns false when the reader is behind. */
export class FrameWriter {
  readonly #stream: Writable;
  #corked = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(kind: FrameKind, group: number, payload: Uint8Array | string = ''): boolean {
    const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeUInt8(kind, 0);
    header.writeUInt32LE(group, 1);
    header.writeUInt32LE(body.length, 5);
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#stream.uncork();
      });
    }
    const more = this.#stream.write(header);
    return body.length === 0 ? more : this.#stream.write(body);
  }
}

/** Takes chunks as they come and calls back with whole frames. */
export class FrameReader {
  readonly #onFrame: (kind: number, group: number, payload: Buffer) => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(onFrame: (kind: number, group: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  take(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < headerBytes) return;
    let all = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    while (all.length >= headerBytes) {
      const end = headerBytes + all.readUInt32LE(5);
      if (all.length < end) break;
      this.#onFrame(all.readUInt8(0), all.readUInt32LE(1), all.subarray(headerBytes, end));
      all = all.subarray(end);
    }
    this.#parts = all.length === 0 ? [] : [all];
    this.#bytes = all.length;
  }
}
