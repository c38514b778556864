/**
 * A camera behind an objective that vignettes: turns the light of a field of view into counts. What there is to see
 * is left to `specimen.ts` and to whoever renders something else.
 */
import { hash, normalCount, normalNumbers } from './random.ts';

/** Lengths are in pixels, intensities in counts. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  /** Standard deviation of the noise, new in every exposure. */
  readonly noise: number;
  /** Share of the light that is lost in the corners, 0 to 1. */
  readonly vignetting: number;
}

/** Pixels of one exposure, row by row. */
export interface Exposure {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
}

/**
 * Exposes the light of a field, row by row.
 * @param seed of the noise's distribution; `exposure` tells one exposure's noise from another's
 */
export function expose(
  camera: Camera,
  light: Float32Array,
  seed: number,
  exposure: readonly number[],
): Exposure {
  const { width, height, bitDepth, vignetting } = camera;
  const data = bitDepth === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  const most = bitDepth === 8 ? 255 : 65535;
  const noise = normalNumbers(seed);
  const lossX = falloff(width, vignetting);
  const lossY = falloff(height, vignetting);
  for (let y = 0; y < height; y++) {
    let at = Math.floor(hash(seed, ...exposure, y, 91) * normalCount);
    const lossOfRow = 1 - (lossY[y] ?? 0);
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      at = (at + 1) & (normalCount - 1);
      const value =
        (light[index] ?? 0) * (lossOfRow - (lossX[x] ?? 0)) + camera.noise * (noise[at] ?? 0) + 0.5;
      data[index] = value < 0 ? 0 : value > most ? most : value;
    }
  }
  return { width, height, bitDepth, data };
}

/** Loss of light by column and by row; their sum, taken from 1, is the vignetting at a pixel. */
function falloff(length: number, vignetting: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => {
    const away = (2 * index) / (length - 1) - 1;
    return (vignetting / 2) * away * away;
  });
}
