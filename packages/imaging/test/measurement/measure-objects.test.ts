import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readImage } from '../../src/formats/read-image.ts';
import { writeImage } from '../../src/formats/write-image.ts';
import type { ImageMetadata } from '../../src/formats/ome-metadata.ts';
import type { Pixels } from '../../src/formats/pixels.ts';
import type { FeatureUnits } from '../../src/measurement/feature-table.ts';
import { measureObjects } from '../../src/measurement/measure-objects.ts';
import { pixelSizeOf } from '../../src/measurement/pixel-size.ts';
import { labelMask } from '../../src/segmentation/label-mask.ts';
import { measureWithSkimage } from './skimage-oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-measure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nist = join(import.meta.dirname, '../../../../../shared/data/nist-otsu');
if (!existsSync(nist))
  process.stderr.write(`SKIPPED: no real image to measure, because ${nist} is not there\n`);

const PIXEL_COLUMNS =
  'id,area,centroid_x,centroid_y,bbox_min_x,bbox_min_y,bbox_max_x,bbox_max_y,mean,sd,min,max,skewness,kurtosis,' +
  'perimeter,circularity,eccentricity,major_axis_length,minor_axis_length,orientation';

let files = 0;
async function save(data: Pixels, width: number, metadata: ImageMetadata = {}): Promise<string> {
  const path = join(folder, `${++files}.ome.tif`);
  const bitDepth = (data.BYTES_PER_ELEMENT * 8) as 8 | 16 | 32;
  const sampleFormat = data instanceof Float32Array ? 'float' : 'uint';
  await writeImage(path, { width, height: data.length / width, bitDepth, sampleFormat, data }, { metadata });
  return path;
}

async function measure(image: string, labels: string, which: string[] = [], memory = 2 ** 28) {
  const log: string[] = [];
  const table = join(folder, `${++files}.csv`);
  const units = join(folder, `${files}.json`);
  const options = { image, labels, table, units, which, scratch: folder, memory };
  const objects = await measureObjects({ ...options, log: (line) => log.push(line) });
  const text = readFileSync(table, 'utf8');
  const [header = '', ...rows] = text.trimEnd().split('\r\n');
  const sidecar = JSON.parse(readFileSync(units, 'utf8')) as FeatureUnits;
  return { objects, text, header, rows: rows.map((row) => row.split(',')), sidecar, log: log.join('\n') };
}

const L_SHAPE = {
  labels: Uint8Array.of(1, 0, 0, 1, 0, 0, 1, 1, 0),
  image: Uint16Array.of(5, 0, 0, 6, 0, 0, 7, 8, 0),
};

describe('measureObjects', () => {
  it.skipIf(!existsSync(nist))(
    'agrees with scikit-image on real objects, in strips of a row too',
    async () => {
      const labels = join(folder, 'nist-labels.ome.tif');
      await labelMask({
        input: join(nist, 'expected-mask.ome.tif'),
        output: labels,
        connectivity: 8,
        minSize: 0,
        scratch: folder,
        memory: 2 ** 28,
      });
      const image = join(nist, 'input.ome.tif');
      const found = await measure(image, labels);
      expect((await measure(image, labels, [], 1)).text).toBe(found.text);
      const planes = { labels: (await readImage(labels)).data, image: (await readImage(image)).data };
      const [expected] = measureWithSkimage([{ width: 696, ...planes }]);
      const names = found.header.split(',');
      expect(found.rows.length).toBe(expected!.length);
      const wrong: string[] = [];
      for (const [index, row] of found.rows.entries()) {
        for (const [column, name] of names.entries()) {
          const ours = row[column]!;
          const theirs = expected![index]![name];
          if (theirs === undefined) throw new Error(`the oracle has no ${name}`);
          if (name === 'orientation' && Math.abs(Math.abs(theirs ?? 0) - Math.PI / 4) < 1e-9) continue;
          const close =
            theirs === null
              ? ours === ''
              : Math.abs(Number(ours) - theirs) <= 1e-6 * Math.max(1, Math.abs(theirs));
          if (!close) wrong.push(`${row[0]} ${name}: ${ours}, ${theirs}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('writes a header and a row per object, and nothing that would need quoting', async () => {
    const found = await measure(await save(L_SHAPE.image, 3), await save(L_SHAPE.labels, 3));
    expect(found.header).toBe(PIXEL_COLUMNS);
    expect(found.objects).toBe(1);
    expect(found.text.endsWith('\r\n')).toBe(true);
    expect(found.text.slice(found.header.length + 2)).toMatch(
      /^1,4,0\.25,1\.25,0,0,2,3,6\.5,1\.118033988749895,5,8,0,/,
    );
  });

  it('adds µm where the image knows its pixel size, and says so in the sidecar', async () => {
    const microns = { physicalSizeX: { value: 500, unit: 'nm' }, physicalSizeY: { value: 0.5, unit: 'µm' } };
    const found = await measure(await save(L_SHAPE.image, 3, microns), await save(L_SHAPE.labels, 3));
    const extra =
      'area_um2,centroid_x_um,centroid_y_um,perimeter_um,major_axis_length_um,minor_axis_length_um';
    expect(found.header).toBe(`${PIXEL_COLUMNS},${extra}`);
    const row = Object.fromEntries(
      found.header.split(',').map((name, i) => [name, Number(found.rows[0]![i])]),
    );
    expect(row['area_um2']).toBe(1);
    expect(row['centroid_y_um']).toBe(0.625);
    for (const name of ['perimeter', 'major_axis_length', 'minor_axis_length']) {
      expect(row[`${name}_um`]).toBeCloseTo(row[name]! / 2, 12);
    }
    expect(found.sidecar.pixelSize).toEqual({ x: 0.5, y: 0.5, unit: 'µm' });
    expect(found.sidecar.columns['area_um2']).toEqual({
      unit: 'µm²',
      definition: 'Number of pixels; in µm²',
    });
  });

  it('stretches the ellipse of pixels that are not square, and leaves out the perimeter', async () => {
    const metadata = { physicalSizeX: { value: 3, unit: 'µm' }, physicalSizeY: { value: 1, unit: 'µm' } };
    const box = new Uint8Array(60).fill(1);
    const found = await measure(await save(box, 6, metadata), await save(box, 6), ['shape']);
    expect(found.header.split(',')).not.toContain('perimeter_um');
    expect(found.log).toContain('not square');
    const row = Object.fromEntries(
      found.header.split(',').map((name, i) => [name, Number(found.rows[0]![i])]),
    );
    // A box of 6 columns and 10 rows has the variances (6² − 1)/12 and (10² − 1)/12.
    expect(row['major_axis_length']).toBeCloseTo(4 * Math.sqrt(99 / 12), 12);
    expect(row['major_axis_length_um']).toBeCloseTo(4 * Math.sqrt((35 / 12) * 9), 12);
    expect(row['minor_axis_length_um']).toBeCloseTo(4 * Math.sqrt(99 / 12), 12);
  });

  it('describes exactly the columns of the table', async () => {
    const found = await measure(await save(L_SHAPE.image, 3), await save(L_SHAPE.labels, 3));
    expect(Object.keys(found.sidecar.columns)).toEqual(found.header.split(','));
    expect(found.sidecar).toMatchObject({ objects: 1, pixelSize: null });
    for (const { unit, definition } of Object.values(found.sidecar.columns)) {
      expect(unit).not.toBe('');
      expect(definition.length).toBeGreaterThan(8);
    }
  });

  it('makes the chosen columns only, with the same values', async () => {
    const [image, labels] = [await save(L_SHAPE.image, 3), await save(L_SHAPE.labels, 3)];
    const all = await measure(image, labels);
    for (const which of [['circularity', 'area'], ['intensity'], ['bbox', 'mean', 'centroid']]) {
      const some = await measure(image, labels, which);
      const names = some.header.split(',');
      expect(names[0]).toBe('id');
      expect(some.rows[0]).toEqual(names.map((name) => all.rows[0]![all.header.split(',').indexOf(name)]));
    }
    expect((await measure(image, labels, ['circularity', 'area'])).header).toBe('id,area,circularity');
  });

  it('names a feature that does not exist', async () => {
    const path = await save(L_SHAPE.labels, 3);
    await expect(measure(path, path, ['aera'])).rejects.toMatchObject({
      code: 'unknown-feature',
      message: expect.stringContaining('aera') as string,
      mend: expect.stringContaining('major_axis_length') as string,
    });
  });

  it('makes a table with a header only where there are no objects', async () => {
    const found = await measure(await save(L_SHAPE.image, 3), await save(new Uint16Array(9), 3));
    expect(found.text).toBe(`${PIXEL_COLUMNS}\r\n`);
    expect(found.log).toContain('header only');
    expect(found.sidecar.objects).toBe(0);
  });

  it('orders rows by id, whatever comes first in the image and however large ids are', async () => {
    const labels = await save(Uint32Array.of(4_000_000_000, 0, 70_000, 2, 0, 70_000), 3);
    const found = await measure(labels, labels, ['area']);
    expect(found.rows).toEqual([
      ['2', '1'],
      ['70000', '2'],
      ['4000000000', '1'],
    ]);
  });

  it('refuses labels of another size or of floats, naming both files', async () => {
    const image = await save(L_SHAPE.image, 3);
    const wide = await save(new Uint16Array(12), 4);
    await expect(measure(image, wide)).rejects.toMatchObject({
      code: 'labels-size',
      message: `${wide} is 4×3 pixels, and ${image} is 3×3`,
    });
    const floats = await save(new Float32Array(9), 3);
    await expect(measure(image, floats)).rejects.toMatchObject({ code: 'labels-depth', file: floats });
    await expect(measure(image, join(folder, 'absent.tif'))).rejects.toMatchObject({ code: 'image-missing' });
  });
});

describe('pixelSizeOf', () => {
  const sizes = (x: number, y: number, unit: string): ImageMetadata => ({
    physicalSizeX: { value: x, unit },
    physicalSizeY: { value: y, unit },
  });

  it('turns every fixed unit of length into µm', () => {
    const expected: Record<string, number> = {
      nm: 0.002,
      µm: 2,
      μm: 2,
      mm: 2000,
      Å: 0.0002,
      cm: 20_000,
      m: 2e6,
    };
    for (const [unit, microns] of Object.entries(expected)) {
      expect(pixelSizeOf(sizes(2, 4, unit))?.x).toBeCloseTo(microns, 12);
      expect(pixelSizeOf(sizes(2, 4, unit))?.y).toBeCloseTo(2 * microns, 12);
    }
  });

  it('knows none where it is missing, has no length or is not positive', () => {
    expect(pixelSizeOf({})).toBeUndefined();
    expect(pixelSizeOf({ physicalSizeX: { value: 1, unit: 'µm' } })).toBeUndefined();
    expect(pixelSizeOf(sizes(1, 1, 'pixel'))).toBeUndefined();
    expect(pixelSizeOf(sizes(0, 0, 'µm'))).toBeUndefined();
    expect(pixelSizeOf(sizes(1, 1, 'toString'))).toBeUndefined();
  });
});
