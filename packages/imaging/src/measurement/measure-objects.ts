/**
 * A file of labels and the image they belong to become a table of features and its sidecar, strip by
 * strip. What is computed is `object-measurer`'s, how it is written `feature-table`'s.
 */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { GantryError } from '@gantry/model';
import { openImage, type OpenImage } from '../formats/open-image.ts';
import { describeDepth } from '../formats/pixels.ts';
import { readStrips, stripRowsFor } from '../segmentation/read-strips.ts';
import { chooseColumns, isSquare, type FeatureColumn } from './feature-columns.ts';
import { describeUnits, formatFeatureTable } from './feature-table.ts';
import { ObjectMeasurer } from './object-measurer.ts';
import type { PixelSize } from './object-features.ts';
import type { LabelPixels } from './object-sums.ts';
import { pixelSizeOf } from './pixel-size.ts';

export interface MeasureOptions {
  readonly image: string;
  readonly labels: string;
  /** The CSV to make. */
  readonly table: string;
  /** The JSON to make, which says what the columns of the table mean. */
  readonly units: string;
  /** Names of features or groups of features; none means all. */
  readonly which: readonly string[];
  /** A folder for temporary copies of large images that are not tiled. */
  readonly scratch: string;
  /** Bytes for pixels; objects come on top. */
  readonly memory: number;
  readonly progress?: (fraction: number) => void;
  readonly log?: (line: string) => void;
}

/**
 * Writes a row per object, by rising id; none but the header where all labels are 0.
 *
 * @returns the number of objects
 * @throws GantryError `unknown-feature`; `labels-depth` for labels of floats; `labels-size` where labels
 *   and image differ in size; and as `openImage` does
 */
export async function measureObjects(options: MeasureOptions): Promise<number> {
  // Checked before anything is read, so that a misspelt name fails at once.
  chooseColumns(options.which, undefined);
  const { scratch } = options;
  const image = await openImage(options.image, { scratch });
  try {
    const labels = await openImage(options.labels, { scratch });
    try {
      checkMatch(image, labels, options);
      return await measureOpened(image, labels, options);
    } finally {
      await labels.close();
    }
  } finally {
    await image.close();
  }
}

async function measureOpened(image: OpenImage, labels: OpenImage, options: MeasureOptions): Promise<number> {
  const pixelSize = pixelSizeOf(image.header.metadata);
  const columns = chooseColumns(options.which, pixelSize);
  const has = (wanted: (column: FeatureColumn) => boolean): boolean => columns.some(wanted);
  const measurer = new ObjectMeasurer({
    width: image.header.width,
    perimeter: has(({ name }) => name === 'perimeter' || name === 'circularity'),
    pixelSize,
  });
  const withImage = has(({ group }) => group === 'intensity');
  await addStrips(measurer, labels, withImage ? image : undefined, options);
  const objects = measurer.finish();
  await writeFile(options.table, formatFeatureTable(measurer.objects(), columns, pixelSize));
  const units = describeUnits(basename(options.table), objects, columns, pixelSize);
  await writeFile(options.units, `${JSON.stringify(units, null, 2)}\n`);
  report(objects, image, pixelSize, options);
  return objects;
}

async function addStrips(
  measurer: ObjectMeasurer,
  labels: OpenImage,
  image: OpenImage | undefined,
  options: MeasureOptions,
): Promise<void> {
  const { width, height } = labels.header;
  const bytes =
    2 * (labels.header.bitDepth / 8) + (image === undefined ? 0 : 2 * (image.header.bitDepth / 8));
  const rows = stripRowsFor(width, bytes, options.memory);
  const grays = image === undefined ? undefined : readStrips(image, rows);
  try {
    for await (const strip of readStrips(labels, rows)) {
      const gray = (await grays?.next())?.value;
      measurer.addRows(strip.data as LabelPixels, gray?.data);
      options.progress?.((strip.top + strip.rows) / height);
    }
  } finally {
    await grays?.return();
  }
}

function checkMatch(image: OpenImage, labels: OpenImage, options: MeasureOptions): void {
  const [a, b] = [image.header, labels.header];
  if (b.sampleFormat === 'float') {
    throw new GantryError(
      'labels-depth',
      `Labels are whole numbers, and ${options.labels} has ${describeDepth(b)} pixels`,
      { file: options.labels, mend: 'Make labels with label@1, or convert them to 16 or 32 bits' },
    );
  }
  if (a.width !== b.width || a.height !== b.height) {
    throw new GantryError(
      'labels-size',
      `${options.labels} is ${b.width}×${b.height} pixels, and ${options.image} is ${a.width}×${a.height}`,
      { file: options.labels, mend: 'Give the labels that were made from this image' },
    );
  }
}

function report(
  objects: number,
  image: OpenImage,
  pixelSize: PixelSize | undefined,
  { log, image: path }: MeasureOptions,
): void {
  log?.(objects === 0 ? 'all labels are 0: the table has a header only' : `${objects} objects`);
  const { metadataProblem, metadata } = image.header;
  if (metadataProblem !== undefined) log?.(`no features in µm: ${path}: ${metadataProblem}`);
  else if (pixelSize !== undefined && !isSquare(pixelSize)) {
    log?.(`pixels of ${pixelSize.x}×${pixelSize.y} µm are not square: no perimeter in µm`);
  } else if (pixelSize === undefined && metadata.physicalSizeX !== undefined) {
    log?.(`no features in µm: the size of a pixel of ${path} is not a length along both axes`);
  }
}
