import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildDeepZoom,
  buildOmePyramid,
  cropImage,
  describeView,
  openView,
  readImage,
  writeImage,
  type Image,
} from '../../src/index.ts';
import { countDifferences, largestDifference, makeImage } from '../formats/make-image.ts';
import { hasTifffile, hasVips, tifffile, vips } from '../formats/oracles.ts';
import { decode, greysOf, reduce } from './pictures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-viewing-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const metadata = { physicalSizeX: { value: 500, unit: 'nm' }, physicalSizeY: { value: 0.25, unit: 'µm' } };
const own = (name: string): Promise<string> => mkdtemp(join(folder, `${name}-`));

/** From 1000 to 5000 with steps that no stretch to 8 bits keeps. */
function ramp(width: number, height: number, bitDepth: 8 | 16 | 32 = 16): Image {
  const image = makeImage(width, height, bitDepth);
  const [low, span] = bitDepth === 8 ? [0, 255] : [1000, 4000];
  for (let i = 0; i < image.data.length; i++) {
    const share = ((i % width) / (width - 1) + Math.floor(i / width) / (height - 1)) / 2;
    image.data[i] = low + span * share;
  }
  return image;
}

function tileOf(image: Image, tileSize: number, x: number, y: number): Image {
  const [left, top] = [x * tileSize, y * tileSize];
  const width = Math.min(tileSize, image.width - left);
  const height = Math.min(tileSize, image.height - top);
  return cropImage(image, { left, top, width, height });
}

async function expectTiles(
  path: string,
  levels: readonly Image[],
  window: { low: number; high: number },
): Promise<void> {
  const view = await openView(path);
  const { tileSize } = await view.describe();
  let compared = 0;
  for (const [level, image] of levels.entries()) {
    for (let y = 0; y * tileSize < image.height; y++) {
      for (let x = 0; x * tileSize < image.width; x++) {
        const shown = await decode(await view.tile({ level, x, y, window, format: 'png' }));
        const expected = tileOf(image, tileSize, x, y);
        expect([shown.width, shown.height, shown.channels]).toEqual([expected.width, expected.height, 1]);
        expect(
          countDifferences(shown.data as Image['data'], greysOf(expected.data, window) as Image['data']),
        ).toBe(0);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(levels.length);
  await view.close();
}

describe('an OME-TIFF pyramid', () => {
  it('is described by the file and the folder that holds it', async () => {
    const place = await own('ome');
    const input = join(place, 'input.ome.tif');
    await writeImage(input, ramp(900, 700), { metadata });
    const output = join(place, 'pyramid', 'image.ome.tif');
    await mkdir(join(place, 'pyramid'));
    await buildOmePyramid({ input, output, tileSize: 256, scratch: place });
    const expected = {
      kind: 'ome-tiff',
      ...{ width: 900, height: 700, tileSize: 256, bitDepth: 16, sampleFormat: 'uint' },
      levels: [
        { width: 900, height: 700 },
        { width: 450, height: 350 },
        { width: 225, height: 175 },
      ],
      ...{ channels: 1, pages: 1, exact: true },
      pixelSize: { x: 0.5, y: 0.25, unit: 'µm' },
    };
    expect(await describeView(output)).toMatchObject(expected);
    expect(await describeView(join(place, 'pyramid'))).toEqual(await describeView(output));
  });

  it.each([
    [8, 'uint', { low: 10, high: 200 }],
    [16, 'uint', { low: 1500.5, high: 4200 }],
    [32, 'uint', { low: 1000, high: 4_000_000_000 }],
    [32, 'float', { low: -400_000, high: 300_000 }],
  ] as const)('of %i-bit %s shows every stored level by the formula', async (depth, format, window) => {
    const place = await own('levels');
    const [input, output] = [join(place, 'input.ome.tif'), join(place, 'image.ome.tif')];
    await writeImage(input, makeImage(700, 520, depth, format));
    await buildOmePyramid({ input, output, tileSize: 256, scratch: place });
    const levels = [await readImage(output)];
    for (const subifd of [0, 1]) levels.push(await readImage(output, { subifd }));
    expect(levels.map(({ width }) => width)).toEqual([700, 350, 175]);
    await expectTiles(output, levels, window);
  });

  it('whose tiles are small is shown several at a time', async () => {
    const place = await own('small');
    const [input, output] = [join(place, 'input.ome.tif'), join(place, 'image.ome.tif')];
    const image = makeImage(500, 300, 16);
    await writeImage(input, image);
    await buildOmePyramid({ input, output, tileSize: 80, scratch: place });
    expect(await describeView(output)).toMatchObject({ tileSize: 320, kind: 'ome-tiff' });
    await expectTiles(output, [image, await readImage(output, { subifd: 0 })], { low: 0, high: 65_535 });
  });

  it.skipIf(!hasVips)('that libvips wrote as chained pages has levels, too', async () => {
    const place = await own('chained');
    const [input, output] = [join(place, 'input.ome.tif'), join(place, 'chained.tif')];
    const image = ramp(600, 400);
    await writeImage(input, image);
    vips(
      'tiffsave',
      input,
      output,
      '--tile',
      '--pyramid',
      '--tile-width=256',
      '--tile-height=256',
      '--compression=lzw',
    );
    const description = await describeView(output);
    expect(description).toMatchObject({ kind: 'ome-tiff', pages: 1, tileSize: 256 });
    expect(description.levels.map(({ width }) => width)).toEqual([600, 300, 150]);
    const second = await readImage(output, { page: 1 });
    await expectTiles(output, [image, { ...second }], { low: 1000, high: 5000 });
  });
});

describe('a pyramid of another program', () => {
  it.skipIf(!hasTifffile).each(['<', '>'])('with SubIFDs, byte order %s, is read as it is', async (order) => {
    const path = join(await own('tifffile'), 'image.ome.tif');
    const script = `
a = (np.arange(600 * 500, dtype='uint32') * 7919 % 65536).astype('uint16').reshape(500, 600)
o = dict(tile=(256, 256), compression='zlib', photometric='minisblack')
with t.TiffWriter(sys.argv[1], byteorder=sys.argv[2], bigtiff=True) as w:
    w.write(a, subifds=1, **o)
    w.write(a[::2, ::2], subfiletype=1, **o)
print(json.dumps('written'))`;
    expect(tifffile(script, path, order)).toBe('written');
    const image = makeImage(600, 500, 16);
    for (let i = 0; i < image.data.length; i++) image.data[i] = (i * 7919) % 65_536;
    const below = makeImage(300, 250, 16);
    for (let i = 0; i < below.data.length; i++) {
      below.data[i] = image.data[Math.floor(i / 300) * 2 * 600 + (i % 300) * 2]!;
    }
    expect((await describeView(path)).kind).toBe('ome-tiff');
    await expectTiles(path, [image, below], { low: 0, high: 65_535 });
  });
});

describe('an image without lower resolutions', () => {
  const encodings = [
    [
      'tiled, deflate',
      { tile: true, tileWidth: 256, tileHeight: 256, compression: 'deflate', predictor: 'horizontal' },
    ],
    [
      'tiled, uncompressed',
      { tile: true, tileWidth: 128, tileHeight: 128, compression: 'none', predictor: 'none' },
    ],
    [
      'tiled, LZW',
      { tile: true, tileWidth: 256, tileHeight: 256, compression: 'lzw', predictor: 'horizontal' },
    ],
    [
      'tiles that are not square',
      { tile: true, tileWidth: 320, tileHeight: 96, compression: 'deflate', predictor: 'none' },
    ],
    [
      'large tiles',
      { tile: true, tileWidth: 2048, tileHeight: 2048, compression: 'deflate', predictor: 'none' },
    ],
    ['strips', { compression: 'lzw', predictor: 'horizontal' }],
    ['PNG', undefined],
  ] as const;

  it.each(encodings)('(%s) shows means of 2×2 pixels below', async (_name, tiff) => {
    const image = makeImage(1100, 700, 16);
    const path = join(await own('plain'), tiff === undefined ? 'image.png' : 'image.tif');
    const raw = sharp(image.data, { raw: { width: 1100, height: 700, channels: 1 } }).toColourspace('grey16');
    await (tiff === undefined ? raw.png() : raw.tiff(tiff)).toFile(path);
    expect((await describeView(path)).kind).toBe('image');
    const half = reduce(image, 'mean');
    await expectTiles(path, [image, half, reduce(half, 'mean')], { low: 3000, high: 61_000 });
  });

  it('is smaller than a tile, and one tile', async () => {
    const path = join(await own('tiny'), 'image.ome.tif');
    await writeImage(path, makeImage(1, 3, 8));
    const view = await openView(path);
    expect(await view.describe()).toMatchObject({ levels: [{ width: 1, height: 3 }] });
    expect(await decode(await view.tile({ level: 0, x: 0, y: 0, format: 'png' }))).toMatchObject({
      width: 1,
      height: 3,
    });
    await view.close();
  });

  it('that is too large for the memory is read from a copy, which goes when it is closed', async () => {
    const image = makeImage(900, 800, 16);
    const place = await own('copy');
    const path = join(place, 'strips.tif');
    await sharp(image.data, { raw: { width: 900, height: 800, channels: 1 } })
      .toColourspace('grey16')
      .tiff({ compression: 'lzw' })
      .toFile(path);
    const view = await openView(path, { scratch: place, maxBytes: 2 ** 20 });
    expect((await readdir(place)).filter((name) => name.startsWith('copy-'))).toHaveLength(1);
    expect((await view.pixel(899, 799)).values).toEqual([image.data.at(-1)]);
    const window = { low: 0, high: 65_535 };
    const shown = await decode(await view.tile({ level: 1, x: 0, y: 0, window, format: 'png' }));
    const expected = greysOf(reduce(image, 'mean').data, window);
    expect(countDifferences(shown.data as Image['data'], expected as Image['data'])).toBe(0);
    await view.close();
    expect(await readdir(place)).toEqual(['strips.tif']);
  });

  it('of several pages shows the one that is asked for', async () => {
    const path = join(await own('pages'), 'stack.tif');
    const [one, two] = [makeImage(64, 64, 8, 'uint', 1), makeImage(64, 64, 8, 'uint', 2)];
    const joined = new Uint8Array([...one.data, ...two.data]);
    await sharp(joined, { raw: { width: 64, height: 128, channels: 1, pageHeight: 64 } })
      .toColourspace('b-w')
      .tiff({ compression: 'none' })
      .toFile(path);
    expect(await describeView(path, { page: 1 })).toMatchObject({ pages: 2, height: 64 });
    const view = await openView(path, { page: 1 });
    expect((await view.pixel(5, 7)).values).toEqual([two.data[7 * 64 + 5]]);
    await view.close();
    await expect(openView(path, { page: 2 })).rejects.toMatchObject({ code: 'view-range', file: path });
  });
});

describe('a Deep Zoom pyramid', () => {
  async function pyramidOf(image: Image, depth: 8 | 16): Promise<string> {
    const place = await own('dzi');
    const input = join(place, 'input.ome.tif');
    await writeImage(input, image, { metadata });
    await buildDeepZoom({ input, output: join(place, 'pyramid'), tileSize: 256, depth, threads: 1 });
    return join(place, 'pyramid');
  }

  it('of 8 bits hands out its tiles as they lie on disk', async () => {
    const image = ramp(700, 600);
    const path = await pyramidOf(image, 8);
    const view = await openView(path);
    const { defaultWindow, ...description } = await view.describe();
    expect(description).toMatchObject({
      kind: 'dzi',
      ...{ width: 700, height: 600, tileSize: 256, bitDepth: 16, sampleFormat: 'uint', exact: false },
      levels: [{ width: 700 }, { width: 350 }, { width: 175 }],
      pixelSize: { x: 0.5, y: 0.25, unit: 'µm' },
    });
    const onDisk = await readFile(join(path, 'image_files', '9', '1_0.jpeg'));
    for (const request of [{}, { window: defaultWindow }, { format: 'jpeg' as const }]) {
      const { bytes, type } = await view.tile({ level: 1, x: 1, y: 0, ...request });
      expect(type).toBe('image/jpeg');
      expect(onDisk.equals(bytes)).toBe(true);
    }
    expect((await view.tile({ level: 1, x: 1, y: 0, format: 'webp' })).type).toBe('image/webp');
    await view.close();
  });

  it('of 8 bits is windowed and told in the values of the image that it was made of', async () => {
    const image = ramp(700, 600);
    const view = await openView(await pyramidOf(image, 8));
    const window = { low: 2000, high: 3000 };
    const shown = await decode(await view.tile({ level: 0, x: 1, y: 1, window, format: 'png' }));
    const expected = greysOf(tileOf(image, 256, 1, 1).data, window);
    // One step of the stored 8 bits is four here, and JPEG adds some.
    expect(largestDifference(shown.data as Image['data'], expected as Image['data'])).toBeLessThanOrEqual(16);
    const { values, exact } = await view.pixel(300, 400);
    expect(exact).toBe(false);
    expect(Math.abs(values[0]! - image.data[400 * 700 + 300]!)).toBeLessThan(60);
    const histogram = await view.histogram();
    expect(histogram.minimum).toBeGreaterThan(900);
    expect(histogram.maximum).toBeLessThan(5100);
    expect(histogram.counts.reduce((sum, count) => sum + count)).toBe(700 * 600);
    await view.close();
  });

  it('of 16 bits keeps every value', async () => {
    const image = makeImage(600, 500, 16);
    const path = await pyramidOf(image, 16);
    expect(await describeView(path)).toMatchObject({ bitDepth: 16, exact: true });
    await expectTiles(path, [image], { low: 100, high: 50_000 });
    const view = await openView(path);
    expect(await view.pixel(599, 499)).toEqual({ values: [image.data.at(-1)], exact: true });
    await view.close();
  });

  it('of another program, with tiles that overlap, has none of it twice', async () => {
    const image = makeImage(600, 500, 8);
    const place = await own('overlap');
    await sharp(image.data, { raw: { width: 600, height: 500, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .tile({ size: 254, overlap: 1, layout: 'dz' })
      .toFile(join(place, 'other.dz'));
    expect(await describeView(place)).toMatchObject({
      tileSize: 254,
      bitDepth: 8,
      defaultWindow: { low: 0, high: 255 },
    });
    await expectTiles(join(place, 'other.dzi'), [image], { low: 0, high: 255 });
  });
});
