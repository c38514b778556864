/** Halves an image for the next resolution of a pyramid: each pixel the mean of (up to) four. */
import type { Pixels } from './pixels.ts';

/**
 * Means of 2×2 blocks, halves rounded up for whole numbers. With an odd width or height the last column or
 * row is averaged over the pixels that exist, so the result has ceil(width / 2) × ceil(height / 2) pixels.
 */
export function halve(pixels: Pixels, width: number): Pixels {
  const height = pixels.length / width;
  const outWidth = Math.ceil(width / 2);
  const outHeight = Math.ceil(height / 2);
  const out = new (pixels.constructor as new (length: number) => Pixels)(outWidth * outHeight);
  const rounding = pixels instanceof Float32Array ? 0 : 0.5;
  const evenWidth = width >> 1;
  for (let y = 0; y < outHeight; y++) {
    const upper = 2 * y * width;
    // Beyond the last row the upper one counts twice, which leaves the mean as it is.
    const lower = 2 * y + 1 < height ? upper + width : upper;
    const row = y * outWidth;
    for (let x = 0; x < evenWidth; x++) {
      const a = upper + 2 * x;
      const b = lower + 2 * x;
      const sum = pixels[a]! + pixels[a + 1]! + pixels[b]! + pixels[b + 1]!;
      out[row + x] = sum * 0.25 + rounding;
    }
    if (outWidth > evenWidth) {
      out[row + evenWidth] = (pixels[upper + width - 1]! + pixels[lower + width - 1]!) * 0.5 + rounding;
    }
  }
  return out;
}
