/**
 * An image file becomes a mask file, strip by strip: one pass over the pixels for the histogram, one for
 * the mask. The threshold itself is `otsu-threshold`'s.
 */
import { GantryError } from '@gantry/model';
import { openImage, type OpenImage } from '../formats/open-image.ts';
import { describeDepth } from '../formats/pixels.ts';
import { TiffRowWriter } from '../formats/tiff-row-writer.ts';
import { applyThreshold } from './apply-threshold.ts';
import { countValues, createHistogram, otsuThreshold, type CountedPixels } from './otsu-threshold.ts';
import { readStrips, stripRowsFor } from './read-strips.ts';

/** How the threshold is found: by Otsu's method from the image itself, or given. */
export type ThresholdMethod = 'otsu' | 'value';

export interface ThresholdOptions {
  readonly input: string;
  /** The OME-TIFF to make. */
  readonly output: string;
  readonly method: ThresholdMethod;
  /** Gray value, for the method `value`; pixels above it are foreground. */
  readonly value?: number | undefined;
  /** A folder for a temporary copy of large images that are not tiled. */
  readonly scratch: string;
  /** Bytes for pixels. */
  readonly memory: number;
  readonly progress?: (fraction: number) => void;
  readonly log?: (line: string) => void;
}

export interface ThresholdResult {
  /** `undefined` where Otsu's method found none, because all pixels are equal. */
  readonly threshold: number | undefined;
  readonly foreground: number;
  readonly total: number;
}

/**
 * Writes a mask of the image's size: the type's maximum where `pixel > threshold`, and 0 elsewhere. It has
 * 16 bits for an image of 16 bits, and 8 for any other. An image of a single value has an empty mask.
 *
 * @throws GantryError `threshold-value` when the method `value` comes without a value,
 *   `threshold-depth` for Otsu's method on 32 bits, and as `openImage` does
 */
export async function thresholdImage(options: ThresholdOptions): Promise<ThresholdResult> {
  const { method, value } = options;
  if (method === 'value' && value === undefined) {
    throw new GantryError('threshold-value', 'The method "value" needs the parameter "value"', {
      field: 'params.value',
      mend: 'Give the gray value above which pixels are foreground, or use the method "otsu"',
    });
  }
  const image = await openImage(options.input, { scratch: options.scratch });
  try {
    if (method === 'value') return await writeMask(image, options, value, 0);
    if (value !== undefined) options.log?.(`the value ${value} is not used by the method "otsu"`);
    const found = await findOtsu(image, options);
    return await writeMask(image, options, found, 0.5);
  } finally {
    await image.close();
  }
}

async function findOtsu(image: OpenImage, options: ThresholdOptions): Promise<number | undefined> {
  const { bitDepth, width, height } = image.header;
  if (bitDepth === 32) {
    throw new GantryError(
      'threshold-depth',
      `Otsu's method counts the values of 8 or 16 bits, and ${options.input} has ${describeDepth(image.header)} pixels`,
      { file: options.input, mend: 'Use the method "value", or convert the image to 16 bits' },
    );
  }
  const counts = createHistogram(bitDepth);
  const rows = stripRowsFor(width, 2 * (bitDepth / 8), options.memory);
  for await (const strip of readStrips(image, rows)) {
    countValues(strip.data as CountedPixels, counts);
    options.progress?.((0.5 * (strip.top + strip.rows)) / height);
  }
  const found = otsuThreshold(counts);
  if (found === undefined) {
    const only = counts.findIndex((count) => count > 0);
    options.log?.(`every pixel has the value ${only}, so there are no two classes: the mask is empty`);
  }
  return found?.threshold;
}

async function writeMask(
  image: OpenImage,
  options: ThresholdOptions,
  threshold: number | undefined,
  done: number,
): Promise<ThresholdResult> {
  const { width, height, metadata } = image.header;
  const bitDepth = image.header.bitDepth === 16 ? 16 : 8;
  const rows = stripRowsFor(width, 2 * (image.header.bitDepth / 8) + 2 * (bitDepth / 8), options.memory);
  const total = width * height;
  let foreground = 0;
  const writer = await TiffRowWriter.create(options.output, {
    width,
    height,
    bitDepth,
    sampleFormat: 'uint',
    metadata,
  });
  try {
    const buffer = bitDepth === 16 ? new Uint16Array(width * rows) : new Uint8Array(width * rows);
    for await (const strip of readStrips(image, rows)) {
      const mask = buffer.subarray(0, strip.data.length);
      foreground += applyThreshold(strip.data, threshold ?? Infinity, mask, 2 ** bitDepth - 1);
      await writer.writeRows(mask);
      options.progress?.(done + ((1 - done) * (strip.top + strip.rows)) / height);
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  if (threshold !== undefined) {
    const percent = ((100 * foreground) / total).toFixed(2);
    options.log?.(
      `threshold ${threshold} (${options.method}): ${foreground} of ${total} pixels above it, ${percent} %`,
    );
  }
  return { threshold, foreground, total };
}
