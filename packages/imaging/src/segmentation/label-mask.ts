/**
 * A mask file becomes a file of labels, strip by strip; the mask is read once. Finding the components is
 * `component-labeller`'s.
 */
import { GantryError } from '@gantry/model';
import { openImage, type OpenImage } from '../formats/open-image.ts';
import type { ImageMetadata } from '../formats/ome-metadata.ts';
import { describeDepth } from '../formats/pixels.ts';
import { TiffRowWriter } from '../formats/tiff-row-writer.ts';
import { ComponentLabeller, type ComponentCount, type Connectivity } from './component-labeller.ts';
import { readStrips, stripRowsFor } from './read-strips.ts';

export interface LabelOptions {
  /** Any pixel that is not 0 is foreground. */
  readonly input: string;
  /** The OME-TIFF to make. */
  readonly output: string;
  readonly connectivity: Connectivity;
  /** Pixels; smaller components are left out. */
  readonly minSize: number;
  /** A folder for a temporary copy of large images that are not tiled. */
  readonly scratch: string;
  /** Bytes for pixels; runs of foreground pixels come on top, 12 to 18 bytes each. */
  readonly memory: number;
  readonly progress?: (fraction: number) => void;
  readonly log?: (line: string) => void;
}

/** The largest number that a label of 16 bits can be. */
const MOST_16_BIT = 65_535;

/**
 * Writes labels of the mask's size: 0 is background, components are numbered from 1 in the raster order of
 * their first pixels. They have 16 bits, or 32 where there are more than 65,535 objects.
 *
 * @throws GantryError `mask-depth` for a mask of floats, and as `openImage` does
 */
export async function labelMask(options: LabelOptions): Promise<ComponentCount> {
  const { connectivity, minSize } = options;
  const mask = await openImage(options.input, { scratch: options.scratch });
  const { width, metadata } = mask.header;
  const labeller = new ComponentLabeller({ width, connectivity, minSize });
  try {
    await findComponents(mask, labeller, options);
  } finally {
    await mask.close();
  }
  const count = labeller.finish();
  await writeLabels(labeller, count, mask.header, metadata, options);
  const removed = count.removed === 0 ? '' : `, ${count.removed} smaller than ${minSize} pixels left out`;
  options.log?.(`${count.objects} objects (${connectivity}-connected)${removed}`);
  return count;
}

async function findComponents(
  mask: OpenImage,
  labeller: ComponentLabeller,
  options: LabelOptions,
): Promise<void> {
  const { width, height, bitDepth, sampleFormat } = mask.header;
  if (sampleFormat === 'float') {
    throw new GantryError(
      'mask-depth',
      `A mask has whole numbers, and ${options.input} has ${describeDepth(mask.header)} pixels`,
      { file: options.input, mend: 'Make a mask with threshold@1 first, or convert it to 8 bits' },
    );
  }
  for await (const strip of readStrips(mask, stripRowsFor(width, 2 * (bitDepth / 8), options.memory))) {
    labeller.addRows(strip.data);
    options.progress?.((0.5 * (strip.top + strip.rows)) / height);
  }
}

async function writeLabels(
  labeller: ComponentLabeller,
  count: ComponentCount,
  size: { readonly width: number; readonly height: number },
  metadata: ImageMetadata,
  options: LabelOptions,
): Promise<void> {
  const { width, height } = size;
  const bitDepth = count.objects > MOST_16_BIT ? 32 : 16;
  // The writer keeps a strip of its own.
  const rows = Math.min(height, stripRowsFor(width, 2 * (bitDepth / 8), options.memory));
  const buffer = bitDepth === 32 ? new Uint32Array(width * rows) : new Uint16Array(width * rows);
  const writer = await TiffRowWriter.create(options.output, {
    width,
    height,
    bitDepth,
    sampleFormat: 'uint',
    metadata,
  });
  try {
    for (let top = 0; top < height; top += rows) {
      const labels = buffer.subarray(0, Math.min(rows, height - top) * width);
      labeller.paintRows(top, labels);
      await writer.writeRows(labels);
      options.progress?.(0.5 + (0.5 * Math.min(top + rows, height)) / height);
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
