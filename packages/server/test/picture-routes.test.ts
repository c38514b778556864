import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { allocatePixels, readImage, writeImage, type Image } from '@gantry/imaging';
import { pictureDescriptionSchema, type PictureDescription, type PictureValue } from '@gantry/model';
import { openPictureLaboratory, type PictureLaboratory } from './picture-laboratory.ts';

const nist = join(import.meta.dirname, '../../../../shared/data/nist-tiles-4x4');
if (!existsSync(nist))
  process.stderr.write(`SKIPPED: no real tile to look at, because ${nist} is not there\n`);

const database = testDatabase();
let lab: PictureLaboratory;
let images = 0;
let ramp: Image;

/** Values that rise along the rows: every pixel has one of its own, modulo 65,536. */
function makeRamp(width: number, height: number, first = 0): Image {
  const data = allocatePixels(16, 'uint', width * height);
  for (let i = 0; i < data.length; i++) data[i] = first + i * 7;
  return { width, height, bitDepth: 16, sampleFormat: 'uint', data };
}

beforeAll(async () => {
  lab = await openPictureLaboratory(database);
  ramp = makeRamp(700, 300);
  const path = join(lab.folder, 'ramp.ome.tif');
  const µm = (value: number) => ({ value, unit: 'µm' });
  await writeImage(path, ramp, { metadata: { physicalSizeX: µm(0.5), physicalSizeY: µm(0.25) } });
  const small = join(lab.folder, 'small.ome.tif');
  await writeImage(small, makeRamp(40, 30, 5));
  images = await lab.addDataset(
    'image',
    ['t', 'z'],
    [
      [path, 1, 2],
      [small, 2, 2],
    ],
  );
});
afterAll(() => lab.close());

const at = (t = 1, z = 2): string => `place=t=${t},z=${z}`;

async function describePicture(dataset = images, query = at()): Promise<PictureDescription> {
  const response = await lab.get(`/datasets/${dataset}/picture?${query}`);
  return pictureDescriptionSchema.parse(await response.json());
}

/** The greys of a picture. */
async function greysOf(response: Response): Promise<{ width: number; height: number; data: Buffer }> {
  expect(response.status).toBe(200);
  const { data, info } = await sharp(await response.bytes())
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

describe('the description', () => {
  it('says size, levels, depth, size of a pixel, window and histogram of the item', async () => {
    const described = await describePicture();
    expect(described).toMatchObject({
      dataset: { id: images, type: 'image', axes: ['t', 'z'] },
      ...{ place: { t: 1, z: 2 }, name: 'ramp.ome.tif', revision: 1 },
      ...{ width: 700, height: 300, bitDepth: 16, sampleFormat: 'uint', pages: 1, exact: true },
      pixelSize: { x: 0.5, y: 0.25, unit: 'µm' },
    });
    expect(described.levels[0]).toEqual({ width: 700, height: 300 });
    expect(described.levels.at(-1)!.width).toBeLessThanOrEqual(described.tileSize);
    const counted = described.histogram.counts.reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(described.histogram.sampled);
    expect(described.defaultWindow.high).toBeGreaterThan(described.defaultWindow.low);
  });

  it('takes the axes of a place in any order', async () => {
    expect((await describePicture(images, 'place=z=2,t=2')).name).toBe('small.ome.tif');
  });
});

describe('a tile', () => {
  it('holds the pixels of its part in the window that is asked for', async () => {
    const { tileSize } = await describePicture();
    const [low, high] = [1000, 30_000];
    const tile = await greysOf(
      await lab.get(
        `/datasets/${images}/picture/tile?${at()}&level=0&x=1&y=0&low=${low}&high=${high}&format=png`,
      ),
    );
    expect(tile.width).toBe(700 - tileSize);
    for (const [x, y] of [
      [0, 0],
      [100, 120],
      [tile.width - 1, 299],
    ] as const) {
      const value = ramp.data[y * 700 + tileSize + x]!;
      const grey = Math.floor(255 * Math.min(1, Math.max(0, (value - low) / (high - low))) + 0.5);
      expect(tile.data[y * tile.width + x]).toBe(grey);
    }
  });

  it('is its values, where it is asked for raw', async () => {
    const tile = `/datasets/${images}/picture/tile?${at()}&format=raw`;
    const { tileSize } = await describePicture();
    const response = await lab.get(`${tile}&level=0&x=1&y=0`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const values = new Uint16Array(await response.arrayBuffer());
    const width = 700 - tileSize;
    expect(values.length).toBe(width * 300);
    expect(values[20 * width + 30]).toBe(ramp.data[20 * 700 + tileSize + 30]);
    // Four pixels of 0, 7, 4,900 and 4,907 by their mean, and by the largest.
    for (const [lut, expected] of [
      ['grey', 2454],
      ['ids', 4907],
    ] as const) {
      const half = new Uint16Array(await (await lab.get(`${tile}&level=1&x=0&y=0&lut=${lut}`)).arrayBuffer());
      expect([half.length, half[0]]).toEqual([350 * 150, expected]);
    }
  });

  it('tells ids as the bits of a colour, so that a browser can tell objects apart', async () => {
    const labels = join(lab.folder, 'labels.ome.tif');
    const data = new Uint32Array([0, 1, 70_000, 2 ** 24 - 1]);
    await writeImage(labels, { width: 2, height: 2, bitDepth: 32, sampleFormat: 'uint', data });
    const many = join(lab.folder, 'too-many.ome.tif');
    await writeImage(many, {
      ...{ width: 1, height: 1, bitDepth: 32, sampleFormat: 'uint' },
      data: new Uint32Array([2 ** 24]),
    });
    const dataset = await lab.addDataset(
      'image',
      ['n'],
      [
        [labels, 0],
        [many, 1],
      ],
    );
    const tile = `/datasets/${dataset}/picture/tile?level=0&x=0&y=0&lut=ids`;
    const response = await lab.get(`${tile}&place=n=0`);
    const bytes = await sharp(await response.bytes())
      .raw()
      .toBuffer();
    expect([...bytes]).toEqual([
      ...[0, 0, 0, 0],
      ...[0, 0, 1, 255],
      ...[1, 17, 112, 255],
      ...[255, 255, 255, 255],
    ]);
    expect(await lab.problem(`${tile}&place=n=1`)).toMatchObject({
      status: 422,
      code: 'view-unsupported',
      file: many,
    });
  });

  it('is kept for good where its address names the version, and else asked for again by ETag', async () => {
    const { version } = await describePicture();
    const tile = `/datasets/${images}/picture/tile?${at()}&level=0&x=0&y=0`;
    const kept = await lab.get(`${tile}&v=${version}`);
    expect(kept.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    await kept.bytes();
    const old = await lab.get(`${tile}&v=another`);
    expect(old.headers.get('cache-control')).toBe('no-store');
    await old.bytes();
    const plain = await lab.get(tile);
    expect(plain.headers.get('cache-control')).toBe('private, no-cache');
    await plain.bytes();
    const again = await lab.get(tile, { 'if-none-match': plain.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect((await again.bytes()).length).toBe(0);
  });

  it('is of the new file when the file was replaced', async () => {
    const path = join(lab.folder, 'replaced.ome.tif');
    await writeImage(path, makeRamp(20, 20, 0));
    const dataset = await lab.addDataset('image', [], [[path]]);
    const before = await describePicture(dataset, '');
    await writeImage(`${path}.new`, makeRamp(20, 20, 500));
    await rename(`${path}.new`, path);
    const after = await describePicture(dataset, '');
    expect(after.version).not.toBe(before.version);
    const response = await lab.get(`/datasets/${dataset}/picture/value?x=0&y=0`);
    expect(((await response.json()) as PictureValue).value).toBe(500);
  });
});

describe('a thumbnail', () => {
  it('is the whole image, at most as large as asked for', async () => {
    const { width, height } = await greysOf(
      await lab.get(`/datasets/${images}/picture/thumbnail?${at()}&size=64`),
    );
    expect([width, height]).toEqual([64, 27]);
  });
});

describe('a value', () => {
  it("is the file's own", async () => {
    for (const [x, y] of [
      [0, 0],
      [699, 299],
      [512, 17],
    ] as const) {
      const response = await lab.get(`/datasets/${images}/picture/value?${at()}&x=${x}&y=${y}`);
      expect(await response.json()).toEqual({ x, y, value: ramp.data[y * 700 + x], exact: true });
    }
  });

  it.skipIf(!existsSync(nist))('is that of a real tile from a microscope', async () => {
    const path = join(nist, 'img_r001_c001.ome.tif');
    const image = await readImage(path);
    const dataset = await lab.addDataset('image', ['row', 'col'], [[path, 1, 1]]);
    const { width, height } = await describePicture(dataset, 'place=row=1,col=1');
    expect([width, height]).toEqual([image.width, image.height]);
    const response = await lab.get(`/datasets/${dataset}/picture/value?place=row=1,col=1&x=612&y=345`);
    expect(((await response.json()) as PictureValue).value).toBe(image.data[345 * image.width + 612]);
  });
});

describe('items of runs', () => {
  it('are found in the store', async () => {
    const path = join('7', '1', '0', '5', 'fixed', 'made.ome.tif');
    await mkdir(join(lab.data.store, path, '..'), { recursive: true });
    await writeImage(join(lab.data.store, path), makeRamp(16, 16, 42));
    const dataset = await lab.addDataset('image', [], [[join(lab.data.store, path)]]);
    await database.pool.query('UPDATE item SET attempt = 5, path = $2 WHERE dataset = $1', [dataset, path]);
    expect((await describePicture(dataset, '')).path).toBe(join(lab.data.store, path));
  });
});

describe('what cannot be shown', () => {
  it('is said, with the file and the mend', async () => {
    const text = join(lab.folder, 'table.csv');
    await writeFile(text, 'id,area\r\n1,2\r\n');
    const colour = join(lab.folder, 'colour.png');
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a02040' } }).toFile(colour);
    const gone = join(lab.folder, 'gone.tif');
    await writeFile(gone, 'x');
    const tables = await lab.addDataset('table', [], [[text]]);
    const files = await lab.addDataset(
      'file',
      ['n'],
      [
        [text, 0],
        [colour, 1],
        [gone, 2],
      ],
    );
    await rename(gone, `${gone}.away`);
    for (const [path, status, code, file] of [
      [`/datasets/${tables}/picture`, 422, 'not-an-image', text],
      [`/datasets/${files}/picture?place=n=0`, 422, 'image-unreadable', text],
      [`/datasets/${files}/picture/thumbnail?place=n=1`, 422, 'image-unsupported', colour],
      [`/datasets/${files}/picture?place=n=2`, 404, 'image-missing', gone],
      [
        `/datasets/${images}/picture/tile?${at()}&level=0&x=9&y=0`,
        404,
        'view-range',
        join(lab.folder, 'ramp.ome.tif'),
      ],
      [`/datasets/${images}/picture?${at()}&page=3`, 404, 'view-range', join(lab.folder, 'ramp.ome.tif')],
    ] as const) {
      const problem = await lab.problem(path);
      expect(problem).toMatchObject({ status, code, file });
      expect(problem.mend, path).toBeTruthy();
    }
  });

  it('is said of places and requests, with the field', async () => {
    expect(await lab.problem(`/datasets/${images}/picture?${at(7)}`)).toMatchObject({
      status: 404,
      code: 'unknown-item',
    });
    expect(await lab.problem(`/datasets/${images}/picture?place=t=1`)).toMatchObject({
      status: 400,
      field: 'query.place',
      mend: 'Write the place as t=1,z=1.',
    });
    expect(await lab.problem('/datasets/999999/picture')).toMatchObject({ code: 'unknown-dataset' });
    const tile = `/datasets/${images}/picture/tile?${at()}&level=0&x=0&y=0`;
    expect(await lab.problem(`${tile}&low=3`)).toMatchObject({ status: 400, field: 'query.low' });
    expect(await lab.problem(`${tile}&lut=rainbow`)).toMatchObject({ status: 400, field: 'query.lut' });
    expect(await lab.problem(`${tile}&low=3&high=2`)).toMatchObject({ status: 400, field: 'window' });
  });

  it('needs the owner', async () => {
    const response = await fetch(`${lab.url}/api/v1/datasets/${images}/picture?${at()}`);
    expect(response.status).toBe(401);
  });
});
