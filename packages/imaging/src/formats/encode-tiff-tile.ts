/**
 * Turns the pixels of one tile into deflated bytes, on libuv's threads so that every core works.
 * Where the bytes go in the file is left to the writer.
 */
import { promisify } from 'node:util';
import { constants, deflate, deflateSync, type ZlibOptions } from 'node:zlib';
import { releasePixels, type Pixels } from './pixels.ts';

const deflateAsync = promisify<Uint8Array, ZlibOptions, Buffer<ArrayBuffer>>(deflate);

// Microscope noise has few repeats to find: on two of NIST's 16-bit images, differenced, run-length matching alone
// gave 2 and 11 % more bytes at 1.7 and 1.5 times the speed (one noisy run each). Masks and labels do repeat, so
// each tile is tried on a sample.
const THOROUGH: ZlibOptions = { level: 1, memLevel: 9 };
const QUICK: ZlibOptions = { level: 1, memLevel: 9, strategy: constants.Z_RLE };
const QUICK_MAY_COST = 1.08;
const SAMPLE_BYTES = 16 * 1024;

/**
 * Whether horizontal differencing (TIFF's predictor 2) makes a tile's sample smaller. Never for floats, whose
 * predictor (3) few readers know.
 */
export function predictorPays(pixels: Pixels, width: number): boolean {
  if (pixels instanceof Float32Array) return false;
  const rows = Math.max(1, Math.floor(SAMPLE_BYTES / (width * pixels.BYTES_PER_ELEMENT)));
  const start = Math.floor(pixels.length / width / 2) * width;
  const plain = pixels.slice(start, start + rows * width);
  const differenced = plain.slice();
  differenceRows(differenced, width);
  return deflateSync(bytesOf(differenced), THOROUGH).length <= deflateSync(bytesOf(plain), THOROUGH).length;
}

/** Deflates a tile, with `predictor` by its differences, and releases `pixels`. */
export async function encodeTile(
  pixels: Pixels,
  width: number,
  predictor: boolean,
): Promise<Buffer<ArrayBuffer>> {
  if (predictor) differenceRows(pixels, width);
  const bytes = bytesOf(pixels);
  const middle = Math.floor((bytes.length - SAMPLE_BYTES) / 2);
  const sample = middle <= 0 ? bytes : bytes.subarray(middle, middle + SAMPLE_BYTES);
  const quick = deflateSync(sample, QUICK).length <= QUICK_MAY_COST * deflateSync(sample, THOROUGH).length;
  // One output chunk for all: by default the work goes back to the event loop for every 16 KiB.
  const deflated = await deflateAsync(bytes, {
    ...(quick ? QUICK : THOROUGH),
    chunkSize: bytes.length + (bytes.length >> 8) + 64,
  });
  releasePixels(pixels);
  return deflated;
}

/** Replaces each value by its difference from its left neighbour, modulo the type's range. */
function differenceRows(pixels: Pixels, width: number): void {
  for (let row = 0; row < pixels.length; row += width) {
    let left = 0;
    for (let i = row; i < row + width; i++) {
      const value = pixels[i] as number;
      pixels[i] = value - left;
      left = value;
    }
  }
}

function bytesOf(pixels: Pixels): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}
