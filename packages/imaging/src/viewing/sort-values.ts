/**
 * Sorts a megapixel in a few milliseconds, so that a process that serves others is not held up: by counting, 32
 * bits in digits of 11 (H. H. Seward, 1954). The engine's own sort takes 55 to 110 ms for as many.
 */
import type { Pixels } from '../formats/pixels.ts';

/** Three digits make 33 bits; the counts of one stay in the fastest cache. */
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;

/** In ascending order, in place. Values are finite. */
export function sortValues<P extends Pixels>(values: P): P {
  if (values instanceof Uint8Array || values instanceof Uint16Array) countValues(values);
  else if (values instanceof Uint32Array) sortKeys(values);
  else sortFloats(values);
  return values;
}

function countValues(values: Uint8Array | Uint16Array): void {
  const counts = new Uint32Array(values instanceof Uint8Array ? 2 ** 8 : 2 ** 16);
  for (let i = 0; i < values.length; i++) counts[values[i]!]!++;
  let at = 0;
  for (let value = 0; at < values.length; value++) {
    const count = counts[value]!;
    if (count > 0) values.fill(value, at, at + count);
    at += count;
  }
}

/** Bits of floats in an order that is that of their values: of negative ones all bits turned, of others the sign. */
function sortFloats(values: Float32Array): void {
  const keys = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]!;
    keys[i] = bits >>> 31 === 1 ? ~bits : bits ^ 0x80000000;
  }
  sortKeys(keys);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    keys[i] = key >>> 31 === 1 ? key ^ 0x80000000 : ~key;
  }
}

function sortKeys(keys: Uint32Array): void {
  const other = new Uint32Array(keys.length);
  sortByDigit(keys, other, 0);
  sortByDigit(other, keys, DIGIT_BITS);
  sortByDigit(keys, other, 2 * DIGIT_BITS);
  keys.set(other);
}

/** Keeps the order of what is equal in the digit. */
function sortByDigit(from: Uint32Array, to: Uint32Array, shift: number): void {
  const places = new Uint32Array(DIGITS + 1);
  for (let i = 0; i < from.length; i++) places[((from[i]! >>> shift) & (DIGITS - 1)) + 1]!++;
  for (let digit = 1; digit < DIGITS; digit++) places[digit]! += places[digit - 1]!;
  for (let i = 0; i < from.length; i++) {
    const key = from[i]!;
    to[places[(key >>> shift) & (DIGITS - 1)]!++] = key;
  }
}
