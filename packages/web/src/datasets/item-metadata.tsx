/** What the file of an item says of itself. */
import type { ItemMetadata } from '@gantry/model';
import { formatCount } from '../parts/numbers.ts';
import task from '../tasks/task-panel.module.css';
import { Facts, type Fact } from './facts.tsx';
import classes from './item-panel.module.css';

type ImageMetadata = Extract<ItemMetadata, { kind: 'image' }>;

/** `1,392 × 1,040, 16-bit`; empty where there is nothing to say. */
export function describeMetadata(metadata: ItemMetadata): string {
  switch (metadata.kind) {
    case 'image':
      return `${formatCount(metadata.width)} × ${formatCount(metadata.height)}, ${metadata.bitDepth}-bit`;
    case 'table':
      return metadata.rows === null
        ? `${formatCount(metadata.columns.length)} columns`
        : `${formatCount(metadata.rows)} rows, ${formatCount(metadata.columns.length)} columns`;
    case 'unreadable':
    case 'none':
      return '';
  }
}

export function Metadata({ metadata }: { readonly metadata: ItemMetadata }) {
  switch (metadata.kind) {
    case 'none':
      return null;
    case 'unreadable':
      return (
        <section className={task['section']} aria-label="Metadata">
          <h3>Metadata</h3>
          <p className={classes['missing']}>
            <strong>{metadata.message}</strong> {metadata.mend}
          </p>
        </section>
      );
    case 'table':
      return (
        <section className={task['section']} aria-label="Table">
          <h3>Table</h3>
          <Facts
            facts={[
              {
                name: 'Rows',
                value: metadata.rows === null ? 'not counted: it is long' : formatCount(metadata.rows),
              },
              { name: 'Columns', value: metadata.columns.join(', ') },
            ]}
          />
        </section>
      );
    case 'image':
      return (
        <section className={task['section']} aria-label="Image">
          <h3>Image</h3>
          <Facts facts={listImageFacts(metadata)} />
          {metadata.problem !== null && <p className={classes['missing']}>{metadata.problem}</p>}
        </section>
      );
  }
}

function listImageFacts(image: ImageMetadata): Fact[] {
  const { width, height, pixelSize } = image;
  return [
    { name: 'Size', value: `${formatCount(width)} × ${formatCount(height)} px` },
    {
      name: 'Depth',
      value: `${image.bitDepth}-bit ${image.sampleFormat === 'float' ? 'float' : 'unsigned'}`,
    },
    ...(pixelSize === null
      ? [{ name: 'Pixel', value: <span className="quiet">its file does not say how large one is</span> }]
      : [
          {
            name: 'Pixel',
            value:
              pixelSize.x === pixelSize.y
                ? `${round(pixelSize.x)} µm`
                : `${round(pixelSize.x)} × ${round(pixelSize.y)} µm`,
          },
          { name: 'Field', value: `${lengthOf(width * pixelSize.x)} × ${lengthOf(height * pixelSize.y)}` },
        ]),
    { name: 'Format', value: describeFormat(image) },
    ...(image.pages > 1 ? [{ name: 'Planes', value: formatCount(image.pages) }] : []),
    ...(image.channel === null ? [] : [{ name: 'Channel', value: image.channel }]),
    ...(image.acquired === null ? [] : [{ name: 'Acquired', value: image.acquired.replace('T', ' ') }]),
    ...(image.description === null ? [] : [{ name: 'Description', value: image.description }]),
    ...image.fields,
  ];
}

function describeFormat({ format, levels, tiled }: ImageMetadata): string {
  const name = { tiff: 'TIFF', png: 'PNG', jpeg: 'JPEG', dzi: 'Deep Zoom' }[format] ?? format;
  const stored = levels > 1 ? `, ${levels} resolutions` : '';
  return `${name}${format === 'tiff' && tiled ? ', tiled' : ''}${stored}`;
}

/** At most four digits that count. */
function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** @param microns of the field */
function lengthOf(microns: number): string {
  return microns >= 1000 ? `${round(microns / 1000)} mm` : `${round(microns)} µm`;
}
