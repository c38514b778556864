import { copyFile, cp, mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildDeepZoom,
  buildOmePyramid,
  describeView,
  openView,
  writeImage,
  type OpenView,
  type Rendering,
} from '../../src/index.ts';
import { layoutDirectory, layoutHead, type TiffValue } from '../../src/formats/tiff-layout.ts';
import { readTiffDirectories, TAG } from '../../src/formats/read-tiff-directory.ts';
import { makeImage } from '../formats/make-image.ts';

let folder: string;
let pyramid: string;
let deepZoom: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-viewing-'));
  const input = join(folder, 'input.ome.tif');
  pyramid = join(folder, 'pyramid.ome.tif');
  deepZoom = join(folder, 'deep-zoom');
  await writeImage(input, makeImage(700, 520, 16));
  await buildOmePyramid({ input, output: pyramid, tileSize: 256, scratch: folder });
  await buildDeepZoom({ input, output: deepZoom, tileSize: 256, depth: 8, threads: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is thrown has a code, names the file, and tells what to do. */
async function expectRefused(
  doing: Promise<unknown>,
  code: string,
  file: string,
  field?: string,
): Promise<void> {
  await expect(doing).rejects.toMatchObject({
    name: 'GantryError',
    code,
    file,
    mend: expect.stringMatching(/\w{3}.*\.$/) as unknown,
    message: expect.stringContaining(file) as unknown,
    ...(field === undefined ? {} : { field }),
  });
}

async function withView<T>(path: string, work: (view: OpenView) => Promise<T>): Promise<T> {
  const view = await openView(path);
  try {
    return await work(view);
  } finally {
    await view.close();
  }
}

/** The directory of a TIFF of 16 bits whose pixels are holes in the file. */
async function writeHollowTiff(path: string, width: number, height: number, tile?: number): Promise<void> {
  const long = (...values: number[]): TiffValue => ({ type: 'long', values });
  const tiles = tile === undefined ? 0 : Math.ceil(width / tile) * Math.ceil(height / tile);
  const zeros: TiffValue = { type: 'offset', values: new Array<number>(tiles).fill(0) };
  const entries = new Map<number, TiffValue>([
    [TAG.imageWidth, long(width)],
    [TAG.imageLength, long(height)],
    ...([TAG.bitsPerSample, TAG.compression, TAG.photometric, TAG.samplesPerPixel] as const).map(
      (tag, i) => [tag, { type: 'short', values: [[16, 1, 1, 1][i]!] }] as [number, TiffValue],
    ),
  ]);
  if (tile === undefined) {
    entries.set(TAG.stripOffsets, { type: 'offset', values: [4096] });
    entries.set(278, long(height)); // rows per strip
    entries.set(TAG.stripByteCounts, { type: 'offset', values: [width * height * 2] });
  } else {
    entries.set(TAG.tileWidth, long(tile)).set(TAG.tileLength, long(tile));
    entries.set(TAG.tileOffsets, zeros).set(TAG.tileByteCounts, zeros);
  }
  const file = await open(path, 'w');
  await file.write(layoutHead(16, true), 0, 16, 0);
  const directory = layoutDirectory(entries, 16, true);
  await file.write(directory, 0, directory.length, 16);
  if (tile === undefined) await file.truncate(4096 + width * height * 2);
  await file.close();
}

describe('what is no image that can be shown', () => {
  it('is refused where there is nothing', async () => {
    await expectRefused(openView(join(folder, 'nothing.tif')), 'image-missing', join(folder, 'nothing.tif'));
  });

  it.each([
    ['text', 'Not an image at all.'],
    ['nothing', ''],
    ['the head of a TIFF alone', 'II*\0'],
  ])('is refused for a file that holds %s', async (_name, text) => {
    const path = join(await mkdtemp(join(folder, 'no-')), 'file.tif');
    await writeFile(path, text);
    await expectRefused(openView(path), 'image-unreadable', path);
  });

  it('is refused in colour', async () => {
    const path = join(folder, 'colour.png');
    await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toFile(path);
    await expectRefused(openView(path), 'image-unsupported', path);
  });

  it('is refused for a folder without an image, or with several', async () => {
    const place = await mkdtemp(join(folder, 'folder-'));
    await expectRefused(openView(place), 'view-unclear', place);
    await copyFile(pyramid, join(place, 'a.tif'));
    await expect(describeView(place)).resolves.toMatchObject({ width: 700 });
    await copyFile(pyramid, join(place, 'b.tif'));
    await expectRefused(openView(place), 'view-unclear', place);
  });

  it('is refused when it is too large and not tiled', async () => {
    const path = join(folder, 'hollow.tif');
    await writeHollowTiff(path, 40_000, 20_000);
    await expectRefused(openView(path), 'view-too-large', path);
  });

  it('is refused below the full resolution when there is too much to make an overview of', async () => {
    const path = join(folder, 'hollow-tiled.tif');
    await writeHollowTiff(path, 65_536, 65_536, 1024);
    await withView(path, async (view) => {
      // A tile without bytes is black.
      expect((await view.pixel(65_535, 65_535)).values).toEqual([0]);
      await expectRefused(view.tile({ level: 1, x: 0, y: 0 }), 'view-too-large', path);
      await expectRefused(view.thumbnail(64), 'view-too-large', path);
    });
  });
});

describe('what is damaged', () => {
  it('is refused when it is cut anywhere', async () => {
    const { size } = await stat(pyramid);
    for (const share of [0.2, 0.5, 0.9, 0.999]) {
      const path = join(await mkdtemp(join(folder, 'cut-')), 'cut.ome.tif');
      await copyFile(pyramid, path);
      await truncate(path, Math.floor(size * share));
      await expectRefused(describeView(path), 'image-truncated', path);
    }
  });

  it('is told for the tile that is, and the others are shown', async () => {
    const path = join(await mkdtemp(join(folder, 'spoilt-')), 'image.ome.tif');
    await copyFile(pyramid, path);
    // Tiles lie in the order in which they were compressed. Each has 130 kB of noise.
    const first = (await readTiffDirectories(path))?.directories[0]?.numbers.get(TAG.tileOffsets)?.[0] ?? 0;
    expect(first).toBeGreaterThan(0);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(200, 0xff), 0, 200, first + 40_000);
    await file.close();
    await withView(path, async (view) => {
      const window = { low: 0, high: 9 };
      await expectRefused(view.tile({ level: 0, x: 0, y: 0, window }), 'image-unreadable', path);
      await expectRefused(view.tile({ level: 0, x: 0, y: 0, window }), 'image-unreadable', path);
      expect((await view.tile({ level: 0, x: 2, y: 1, window })).type).toBe('image/jpeg');
    });
  });

  it('is told of a PNG that ends too soon, and leaves no copy behind', async () => {
    const place = await mkdtemp(join(folder, 'png-'));
    const path = join(place, 'cut.png');
    await sharp(makeImage(400, 400, 8).data, { raw: { width: 400, height: 400, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
    await truncate(path, 60_000);
    await withView(path, (view) => expectRefused(view.pixel(399, 399), 'image-unreadable', path));
    await expectRefused(openView(path, { maxBytes: 2 ** 16, scratch: place }), 'image-unreadable', path);
    expect(await readdir(place)).toEqual(['cut.png']);
  });

  it('is told of a Deep Zoom folder: its description, its sidecar, a tile', async () => {
    const copy = async (): Promise<string> => {
      const place = join(await mkdtemp(join(folder, 'dzi-')), 'pyramid');
      await cp(deepZoom, place, { recursive: true });
      return place;
    };
    for (const text of [
      '',
      '<Image',
      '<Image TileSize="256" Overlap="0" Format="jpeg"/>',
      '<Image TileSize="0" Format="png"><Size Width="5" Height="5"/></Image>',
      '<Image TileSize="256" Format="../x"><Size Width="5" Height="5"/></Image>',
    ]) {
      const place = await copy();
      await writeFile(join(place, 'image.dzi'), text);
      await expectRefused(openView(place), 'pyramid-damaged', join(place, 'image.dzi'));
    }
    for (const text of ['{', 'null', '{"window":{"low":5,"high":5}}', '{"source":{"bitDepth":7}}']) {
      const place = await copy();
      await writeFile(join(place, 'image.json'), text);
      await expectRefused(openView(place), 'pyramid-damaged', join(place, 'image.json'));
    }
    const place = await copy();
    await withView(place, async (view) => {
      await rm(join(place, 'image_files', '10', '1_1.jpeg'));
      await truncate(join(place, 'image_files', '10', '0_1.jpeg'), 700);
      const dzi = join(place, 'image.dzi');
      const window = { low: 0, high: 9 };
      await expectRefused(view.tile({ level: 0, x: 1, y: 1 }), 'pyramid-damaged', dzi);
      await expectRefused(view.tile({ level: 0, x: 1, y: 1, window }), 'pyramid-damaged', dzi);
      const cut = join(place, 'image_files', '10', '0_1.jpeg');
      await expectRefused(view.tile({ level: 0, x: 0, y: 1, window }), 'image-unreadable', cut);
      expect((await view.tile({ level: 0, x: 0, y: 0, window })).type).toBe('image/jpeg');
    });
    const gone = await copy();
    await rm(join(gone, 'image_files'), { recursive: true });
    await expectRefused(openView(gone), 'pyramid-damaged', join(gone, 'image.dzi'));
  });
});

describe('what makes no sense to ask', () => {
  it('is a level, a tile or a pixel that is not there', async () => {
    await withView(pyramid, async (view) => {
      for (const [level, x, y] of [
        [3, 0, 0],
        [-1, 0, 0],
        [0.5, 0, 0],
        [0, 3, 0],
        [0, 0, 3],
        [1, -1, 0],
        [0, NaN, 0],
        [2, 1, 0],
      ] as const) {
        await expectRefused(view.tile({ level, x, y }), 'view-range', pyramid);
      }
      for (const [x, y] of [
        [700, 0],
        [0, 520],
        [-1, 0],
        [1.5, 2],
      ] as const) {
        await expectRefused(view.pixel(x, y), 'view-range', pyramid);
      }
    });
  });

  it.each([
    ['window', { window: { low: 5, high: 5 } }],
    ['window', { window: { low: NaN, high: 5 } }],
    ['window', { window: { low: 0, high: Infinity } }],
    ['gamma', { gamma: 0 }],
    ['gamma', { gamma: NaN }],
    ['lut', { lut: 'jet' }],
    ['format', { format: 'gif' }],
    ['format', { lut: 'labels', format: 'jpeg' }],
  ])('is a %s such as %j', async (field, rendering) => {
    await withView(pyramid, async (view) => {
      const asked = rendering as Rendering;
      await expectRefused(view.tile({ level: 0, x: 0, y: 0, ...asked }), 'bad-parameter', pyramid, field);
      await expectRefused(view.thumbnail(64, asked), 'bad-parameter', pyramid, field);
    });
  });

  it.each([0, 15, 1025, 64.5, NaN])('is a thumbnail of %d pixels', async (size) => {
    await withView(pyramid, (view) => expectRefused(view.thumbnail(size), 'bad-parameter', pyramid, 'size'));
  });

  it('is labels of floats, or of a pyramid of pictures', async () => {
    const path = join(folder, 'float.ome.tif');
    await writeImage(path, makeImage(40, 40, 32, 'float'));
    const labels = { level: 0, x: 0, y: 0, lut: 'labels' } as const;
    await withView(path, (view) => expectRefused(view.tile(labels), 'bad-parameter', path, 'lut'));
    const dzi = join(deepZoom, 'image.dzi');
    await withView(deepZoom, (view) => expectRefused(view.tile(labels), 'view-unsupported', dzi));
  });
});
