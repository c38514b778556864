/**
 * What the file of an item says of itself: the head of an image or pyramid, the columns and the number of rows of a
 * table. Answers are kept as long as the file is the same, since panels ask again and again.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { DatasetItem } from '@gantry/engine';
import type { ImageFacts } from '@gantry/imaging';
import { isGantryError, type ItemMetadata } from '@gantry/model';
import { countRows } from './count-rows.ts';

export interface FileLookedAt {
  readonly found: 'file' | 'folder' | 'missing';
  readonly metadata: ItemMetadata;
}

/** So many answers are kept. */
const mostKept = 500;
const kept = new Map<string, Promise<ItemMetadata>>();

export async function readMetadata({ dataset, name, path }: DatasetItem): Promise<FileLookedAt> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return { found: 'missing', metadata: { kind: 'none' } };
  const isTable = dataset.type === 'table' || /\.(?:csv|tsv)$/i.test(name);
  const isImage = dataset.type === 'image' || dataset.type === 'pyramid';
  const found = there.isDirectory() ? 'folder' : 'file';
  if (!isImage && !(isTable && found === 'file')) return { found, metadata: { kind: 'none' } };
  const key = [path, there.ino, there.size, there.mtimeMs].join('\0');
  let metadata = kept.get(key);
  if (metadata === undefined) {
    metadata = (isImage ? readImage(path) : readTable(path)).catch(explain);
    kept.set(key, metadata);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  }
  return { found, metadata: await metadata };
}

async function readImage(path: string): Promise<ItemMetadata> {
  // Only now: the library that decodes images takes a server's start a tenth of a second.
  const { readImageFacts } = await import('@gantry/imaging');
  const facts = await readImageFacts(path);
  const { width, height, bitDepth, sampleFormat, format, pages, levels, tiled, metadata } = facts;
  return {
    kind: 'image',
    ...{ width, height, bitDepth, sampleFormat, format, pages, levels, tiled },
    pixelSize: facts.pixelSize === undefined ? null : { ...facts.pixelSize, unit: 'µm' },
    channel: metadata.channel?.['Name'] ?? null,
    acquired: metadata.acquired ?? null,
    description: metadata.description ?? null,
    fields: listFields(facts),
    problem: facts.metadataProblem ?? null,
  };
}

/** Attributes with their units, as people read them. */
function listFields({ metadata }: ImageFacts): { name: string; value: string }[] {
  const attributes = { ...metadata.channel, ...metadata.plane };
  const depth = metadata.physicalSizeZ;
  return [
    ...(metadata.name === undefined ? [] : [{ name: 'Image name', value: metadata.name }]),
    ...(depth === undefined ? [] : [{ name: 'Distance of planes', value: `${depth.value} ${depth.unit}` }]),
    ...Object.entries(attributes)
      .filter(([name]) => name !== 'Name' && !name.endsWith('Unit'))
      .map(([name, value]) => {
        const unit = attributes[`${name}Unit`];
        return { name: inWords(name), value: unit === undefined ? value : `${value} ${unit}` };
      }),
  ];
}

/** `ExposureTime` → `Exposure time` */
function inWords(name: string): string {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.charAt(0) + words.slice(1).replace(/[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
}

async function readTable(path: string): Promise<ItemMetadata> {
  return { kind: 'table', ...(await countRows(createReadStream(path, { highWaterMark: 1 << 20 }))) };
}

function explain(error: unknown): ItemMetadata {
  // What is wrong with a file is no fault of the server's.
  if (isGantryError(error)) return { kind: 'unreadable', message: error.message, mend: error.mend ?? null };
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return { kind: 'unreadable', message: `It cannot be read (${code}).`, mend: null };
}
