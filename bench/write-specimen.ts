/**
 * Writes a synthetic specimen's tiles to a folder, as uncompressed TIFF with one strip: what many instruments
 * write, and quick to make. What the tiles show is `specimen.ts`'s.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exposure } from '../examples/microscope/camera.ts';
import { renderTile, type SpecimenSpec } from './specimen.ts';

/** A tile as the tools' requests have it; `row` and `col` count from 1. */
export interface WrittenTile {
  readonly path: string;
  readonly name: string;
  readonly place: { readonly row: number; readonly col: number };
}

/** File-name pattern of the tiles. */
export const SPECIMEN_PATTERN = 'tile_r{row:ddd}_c{col:ddd}.tif';

/** Renders and writes all tiles, row by row. */
export async function writeSpecimen(folder: string, spec: SpecimenSpec): Promise<WrittenTile[]> {
  await mkdir(folder, { recursive: true });
  const tiles: WrittenTile[] = [];
  for (let row = 1; row <= spec.rows; row++) {
    for (let col = 1; col <= spec.columns; col++) {
      const digits = (value: number): string => String(value).padStart(3, '0');
      const name = `tile_r${digits(row)}_c${digits(col)}.tif`;
      const path = join(folder, name);
      await writeFile(path, encodeTiff(renderTile(spec, row - 1, col - 1)));
      tiles.push({ path, name, place: { row, col } });
    }
  }
  return tiles;
}

const SHORT = 3;
const LONG = 4;

/** A baseline TIFF 6.0, little-endian: header, pixels, directory. */
export function encodeTiff({ width, height, bitDepth, data }: Exposure): Uint8Array {
  const bytes = (width * height * bitDepth) / 8;
  const directoryAt = 8 + bytes + (bytes % 2);
  const entries: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, bitDepth],
    [259, SHORT, 1], // no compression
    [262, SHORT, 1], // black is zero
    [273, LONG, 8], // where the strip starts
    [277, SHORT, 1], // samples per pixel
    [278, LONG, height], // rows per strip
    [279, LONG, bytes],
  ];
  const file = new Uint8Array(directoryAt + 2 + entries.length * 12 + 4);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directoryAt, true);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8);
  view.setUint16(directoryAt, entries.length, true);
  entries.forEach(([tag, type, value], index) => {
    const at = directoryAt + 2 + index * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, 1, true);
    if (type === SHORT) view.setUint16(at + 8, value, true);
    else view.setUint32(at + 8, value, true);
  });
  return file;
}
