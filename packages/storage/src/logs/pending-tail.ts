/**
 * What an attempt wrote after its head was full and that is not in its live tail yet. Only the last bytes count, so
 * it holds no more than these, however fast a tool prints.
 */
import { RecordBuffer, recordHeaderBytes } from './log-record.ts';
import type { LogStream } from './log-record.ts';
import type { TailPieces } from './live-tail.ts';

export class PendingTail {
  readonly #limit: number;
  readonly #pieceBytes: number;
  #sealed: { readonly records: Buffer; readonly payload: number }[] = [];
  #sealedBytes = 0;
  #open = new RecordBuffer();
  #gap = false;
  #end: number;

  /** `limit`: bytes to hold; `start`: the position in the attempt's output where its tail begins. */
  constructor(limit: number, start: number) {
    this.#limit = limit;
    // A piece goes into one half of the live tail; small ones waste little of it.
    this.#pieceBytes = Math.max(64, Math.min(64 * 1024, Math.floor(limit / 4)));
    this.#end = start;
  }

  get isEmpty(): boolean {
    return this.#sealed.length === 0 && this.#open.length === 0;
  }

  append(stream: LogStream, time: number, bytes: Uint8Array): void {
    this.#end += bytes.length;
    if (bytes.length >= this.#limit) {
      this.#sealed = [];
      this.#sealedBytes = 0;
      this.#open = new RecordBuffer();
      this.#gap = true;
    }
    const partBytes = this.#pieceBytes - recordHeaderBytes;
    for (let at = Math.max(0, bytes.length - this.#limit); at < bytes.length; at += partBytes) {
      const part = bytes.subarray(at, at + partBytes);
      if (this.#open.length + recordHeaderBytes + part.length > this.#pieceBytes) this.#seal();
      this.#open.append(stream, time, part);
    }
    while (this.#sealed.length > 0 && this.#sealedBytes - this.#sealed[0]!.records.length >= this.#limit) {
      this.#sealedBytes -= this.#sealed.shift()!.records.length;
      this.#gap = true;
    }
  }

  /** Hands out what is held. */
  take(): TailPieces {
    this.#seal();
    const taken = { pieces: this.#sealed, end: this.#end, gap: this.#gap };
    this.#sealed = [];
    this.#sealedBytes = 0;
    this.#gap = false;
    return taken;
  }

  /** Takes back what could not be written; how much of it was is not known, so it is written apart. */
  putBack(taken: TailPieces): void {
    this.#sealed = [...taken.pieces, ...this.#sealed];
    this.#sealedBytes = this.#sealed.reduce((sum, { records }) => sum + records.length, 0);
    this.#gap = true;
  }

  #seal(): void {
    if (this.#open.length === 0) return;
    const { payload } = this.#open;
    const records = this.#open.take();
    this.#sealed.push({ records, payload });
    this.#sealedBytes += records.length;
  }
}
