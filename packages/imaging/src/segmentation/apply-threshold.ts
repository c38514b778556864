/**
 * Turns pixels into a mask by one threshold. Finding the threshold is left to `otsu-threshold` or
 * to the caller, reading and writing to `formats`.
 */
import type { Pixels } from '../formats/pixels.ts';

/**
 * Writes `on` into `mask` where `pixel > threshold` and 0 elsewhere. A NaN pixel is not above any
 * threshold. `mask` has as many pixels as `pixels`; a strip at a time will do.
 *
 * @returns the number of foreground pixels
 */
export function applyThreshold(
  pixels: Pixels,
  threshold: number,
  mask: Uint8Array | Uint16Array,
  on: number,
): number {
  if (mask.length !== pixels.length) {
    throw new RangeError(`the mask has ${mask.length} pixels, the image ${pixels.length}`);
  }
  let foreground = 0;
  for (let i = 0; i < pixels.length; i++) {
    const above = pixels[i]! > threshold;
    mask[i] = above ? on : 0;
    if (above) foreground++;
  }
  return foreground;
}
