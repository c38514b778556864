/**
 * Frames: the unit of a segment file. A frame is whole or it is not there, which its checksum tells; it names its
 * attempt, so that a segment can be read without its index. Also the index's entries, of fixed size.
 *
 * Frame:  magic u16, kind u8, length of name u8, length of payload u32, CRC-32 of all but magic u32, name, payload.
 * Entry:  first 8 bytes of SHA-256 of the name, offset of the frame u32, CRC-32 of these 12 bytes u32.
 * All numbers are little-endian.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GantryError } from '@gantry/model';

/** `chunk`: records. `finish`: the attempt's last frame, which says where the others are. */
export type FrameKind = 'chunk' | 'finish';

const kinds: readonly FrameKind[] = ['chunk', 'finish'];
const magic = 0x4c47;

export const frameHeaderBytes = 12;
const entryBytes = 16;
/** Larger lengths are a sign of damage. */
const largestPayload = 256 * 1024 * 1024;

export interface FrameHeader {
  readonly kind: FrameKind;
  readonly nameLength: number;
  readonly payloadLength: number;
  readonly check: number;
  /** Of the frame as a whole. */
  readonly length: number;
}

export interface Frame {
  readonly kind: FrameKind;
  readonly name: string;
  readonly payload: Buffer;
}

/** Where a frame is. */
export type FramePlace = readonly [segment: number, offset: number];

/** What a `finish` frame says before its records, which are the last of the log. */
export interface FinishRecord {
  /** All bytes that the attempt wrote. */
  readonly bytes: number;
  /** How many of them were left out, between the chunks and the records that follow. */
  readonly omitted: number;
  /** Where the chunks are, in order. */
  readonly chunks: readonly FramePlace[];
  /** True if the writer was killed, and what it had flushed was put together by the next. */
  readonly interrupted?: true;
}

/** An attempt's name in frames. @throws GantryError `log-name` if it is empty or longer than 200 bytes. */
export function encodeName(attempt: string | number): Buffer {
  const name = Buffer.from(String(attempt));
  if (name.length > 0 && name.length <= 200) return name;
  throw new GantryError('log-name', `"${String(attempt)}" cannot name a log: 1 to 200 bytes are allowed.`);
}

export function encodeFrame(kind: FrameKind, name: Buffer, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + name.length + payload.length);
  frame.writeUInt16LE(magic, 0);
  frame.writeUInt8(kinds.indexOf(kind), 2);
  frame.writeUInt8(name.length, 3);
  frame.writeUInt32LE(payload.length, 4);
  frame.set(name, frameHeaderBytes);
  frame.set(payload, frameHeaderBytes + name.length);
  frame.writeUInt32LE(checkOf(frame), 8);
  return frame;
}

function checkOf(frame: Buffer): number {
  return crc32(frame.subarray(frameHeaderBytes), crc32(frame.subarray(2, 8)));
}

/** The header at the start of a buffer, or `undefined` if there is none. The checksum is not looked at. */
export function decodeFrameHeader(buffer: Buffer): FrameHeader | undefined {
  if (buffer.length < frameHeaderBytes || buffer.readUInt16LE(0) !== magic) return undefined;
  const kind = kinds[buffer.readUInt8(2)];
  const nameLength = buffer.readUInt8(3);
  const payloadLength = buffer.readUInt32LE(4);
  if (kind === undefined || payloadLength > largestPayload) return undefined;
  const length = frameHeaderBytes + nameLength + payloadLength;
  return { kind, nameLength, payloadLength, check: buffer.readUInt32LE(8), length };
}

/** The frame that fills a buffer, or `undefined` if it is cut or its checksum is wrong. */
export function decodeFrame(buffer: Buffer): Frame | undefined {
  const header = decodeFrameHeader(buffer);
  if (header?.length !== buffer.length || header.check !== checkOf(buffer)) return undefined;
  const payloadStart = frameHeaderBytes + header.nameLength;
  const name = buffer.toString('utf8', frameHeaderBytes, payloadStart);
  return { kind: header.kind, name, payload: buffer.subarray(payloadStart) };
}

export function encodeFinish(record: FinishRecord, records: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(record));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, records]);
}

/** The parts of a `finish` frame's payload. */
export function decodeFinish(payload: Buffer): { readonly record: FinishRecord; readonly records: Buffer } {
  const end = 4 + payload.readUInt32LE(0);
  const record = JSON.parse(payload.toString('utf8', 4, end)) as FinishRecord;
  return { record, records: payload.subarray(end) };
}

/** The name's part of an index entry. */
export function hashName(name: Buffer): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 8);
}

export function encodeEntry(nameHash: Buffer, offset: number): Buffer {
  const entry = Buffer.allocUnsafe(entryBytes);
  entry.set(nameHash);
  entry.writeUInt32LE(offset, 8);
  entry.writeUInt32LE(crc32(entry.subarray(0, 12)), 12);
  return entry;
}

/** The offsets that an index has for a name, and that of its last frame. Ends at the first damaged entry. */
export function searchEntries(
  index: Buffer,
  nameHash: Buffer,
): { readonly offsets: readonly number[]; readonly last: number | undefined; readonly bytes: number } {
  const [first, second] = [nameHash.readInt32LE(0), nameHash.readInt32LE(4)];
  const offsets: number[] = [];
  let bytes = index.length - (index.length % entryBytes);
  // A torn write can only be at the end.
  while (bytes > 0 && !isWhole(index, bytes - entryBytes)) bytes -= entryBytes;
  for (let at = 0; at < bytes; at += entryBytes) {
    if (index.readInt32LE(at) === first && index.readInt32LE(at + 4) === second && isWhole(index, at)) {
      offsets.push(index.readUInt32LE(at + 8));
    }
  }
  return { offsets, last: bytes === 0 ? undefined : index.readUInt32LE(bytes - entryBytes + 8), bytes };
}

function isWhole(index: Buffer, at: number): boolean {
  return index.readUInt32LE(at + 12) === crc32(index.subarray(at, at + 12));
}
