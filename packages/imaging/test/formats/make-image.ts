/** Images for tests: deterministic, with a gradient and noise, of any depth. */
import {
  allocatePixels,
  type BitDepth,
  type Image,
  type Pixels,
  type SampleFormat,
} from '../../src/index.ts';

export function makeImage(
  width: number,
  height: number,
  bitDepth: BitDepth,
  sampleFormat: SampleFormat = 'uint',
  seed = 1,
): Image {
  const data = allocatePixels(bitDepth, sampleFormat, width * height);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = sampleFormat === 'float' ? (state / 2 ** 32 - 0.5) * 1e6 : state >>> (32 - bitDepth);
  }
  return { width, height, bitDepth, sampleFormat, data };
}

/** How many values differ; `toEqual` takes seconds for a megapixel. A difference in length counts as all. */
export function countDifferences(a: Pixels, b: Pixels): number {
  if (a.length !== b.length || a.constructor !== b.constructor) return Math.max(a.length, b.length, 1);
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

export function meanOf(pixels: Pixels): number {
  let sum = 0;
  for (const value of pixels) sum += value;
  return sum / pixels.length;
}

/** The largest absolute difference of values at equal indices. */
export function largestDifference(a: Pixels, b: Pixels): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
