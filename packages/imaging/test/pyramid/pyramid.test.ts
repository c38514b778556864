import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDeepZoom, buildOmePyramid, readImage, writeImage, type Image } from '../../src/index.ts';
import { countDifferences, largestDifference, makeImage } from '../formats/make-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-pyramid-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pixelSize = { physicalSizeX: { value: 0.5, unit: 'µm' }, physicalSizeY: { value: 0.5, unit: 'µm' } };

/** Smooth, so that JPEG keeps it; from 2000 to 6000 with a few dead and saturated pixels. */
function gradient(bitDepth: 8 | 16): Image {
  const image = makeImage(600, 500, bitDepth);
  for (let i = 0; i < image.data.length; i++) {
    const share = ((i % 600) / 599 + Math.floor(i / 600) / 499) / 2;
    image.data[i] = bitDepth === 8 ? 255 * share : 2000 + 4000 * share;
  }
  if (bitDepth === 16) {
    image.data.fill(0, 0, 50);
    image.data.fill(65_535, 600 * 500 - 50);
  }
  return image;
}

async function deepZoom(image: Image, depth: 8 | 16, tileSize = 128): Promise<string> {
  const input = join(await mkdtemp(join(folder, 'in-')), 'image.ome.tif');
  await writeImage(input, image, { metadata: pixelSize });
  const output = join(await mkdtemp(join(folder, 'out-')), 'pyramid');
  await buildDeepZoom({ input, output, tileSize, depth, threads: 2 });
  return output;
}

/** One level put together from its tiles. */
async function levelOf(
  pyramid: string,
  level: number,
  width: number,
  height: number,
  extension: string,
  tileSize = 128,
): Promise<Image> {
  const parts: Image[] = [];
  const columns = Math.ceil(width / tileSize);
  const names = await readdir(join(pyramid, 'image_files', String(level)));
  expect(names.length).toBe(columns * Math.ceil(height / tileSize));
  for (let i = 0; i < names.length; i++) {
    parts.push(
      await readImage(
        join(pyramid, 'image_files', String(level), `${i % columns}_${Math.floor(i / columns)}.${extension}`),
      ),
    );
  }
  const [first] = parts;
  if (first === undefined) throw new Error('no tiles');
  const whole = makeImage(width, height, first.bitDepth);
  parts.forEach((part, i) => {
    const [left, top] = [(i % columns) * tileSize, Math.floor(i / columns) * tileSize];
    for (let y = 0; y < part.height; y++) {
      whole.data.set(part.data.subarray(y * part.width, (y + 1) * part.width), (top + y) * width + left);
    }
  });
  return whole;
}

describe('a Deep Zoom pyramid', () => {
  it('of an 8-bit image shows its values, on levels down to one pixel', async () => {
    const image = gradient(8);
    const pyramid = await deepZoom(image, 8);
    const dzi = await readFile(join(pyramid, 'image.dzi'), 'utf8');
    for (const part of [/Format="jpeg"/, /Overlap="0"/, /TileSize="128"/, /Width="600"/, /Height="500"/]) {
      expect(dzi).toMatch(part);
    }
    expect((await readdir(join(pyramid, 'image_files'))).map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 11 }, (_, i) => i),
    );
    const full = await levelOf(pyramid, 10, 600, 500, 'jpeg');
    expect(largestDifference(full.data, image.data)).toBeLessThanOrEqual(4); // JPEG
    const half = await levelOf(pyramid, 9, 300, 250, 'jpeg');
    expect(Math.abs(half.data[125 * 300 + 150]! - image.data[250 * 600 + 300]!)).toBeLessThanOrEqual(4);
    expect(JSON.parse(await readFile(join(pyramid, 'image.json'), 'utf8'))).toEqual({
      width: 600,
      height: 500,
      source: { bitDepth: 8, sampleFormat: 'uint' },
      tiles: { bitDepth: 8, format: 'jpeg' },
      ...pixelSize,
    });
  });

  it('of a 16-bit image is stretched over the window that its sidecar records', async () => {
    const image = gradient(16);
    const pyramid = await deepZoom(image, 8);
    const { window } = JSON.parse(await readFile(join(pyramid, 'image.json'), 'utf8')) as {
      window: { low: number; high: number; percentiles: number[] };
    };
    const sorted = image.data.slice().sort();
    const percentile = (p: number): number => sorted[Math.round((p / 100) * (sorted.length - 1))]!;
    expect(window).toEqual({ low: percentile(0.1), high: percentile(99.9), percentiles: [0.1, 99.9] });
    expect(window.low).toBeGreaterThan(1999); // the dead pixels do not count
    const full = await levelOf(pyramid, 10, 600, 500, 'jpeg');
    for (let y = 20; y < 480; y += 7) {
      for (let x = 0; x < 600; x += 11) {
        const value = image.data[y * 600 + x]!;
        const expected = Math.min(
          255,
          Math.max(0, ((value - window.low) / (window.high - window.low)) * 255),
        );
        expect(Math.abs(full.data[y * 600 + x]! - expected)).toBeLessThanOrEqual(4);
      }
    }
  });

  it.each(['uint', 'float'] as const)('of a 32-bit %s image is stretched, too', async (sampleFormat) => {
    const image = makeImage(256, 256, 32, sampleFormat);
    for (let i = 0; i < image.data.length; i++) image.data[i] = 1_000_000 + 4000 * (i % 256);
    const pyramid = await deepZoom(image, 8, 256);
    const full = await readImage(join(pyramid, 'image_files', '8', '0_0.jpeg'));
    for (const x of [0, 64, 128, 192, 255]) {
      expect(Math.abs(full.data[128 * 256 + x]! - x)).toBeLessThanOrEqual(4);
    }
  });

  it('of depth 16 keeps every value in PNGs', async () => {
    const image = makeImage(600, 500, 16);
    const pyramid = await deepZoom(image, 16);
    const full = await levelOf(pyramid, 10, 600, 500, 'png');
    expect(full.bitDepth).toBe(16);
    expect(countDifferences(full.data, image.data)).toBe(0);
  });

  it('is the same bytes every time', async () => {
    const image = gradient(16);
    const [one, two] = [await deepZoom(image, 8), await deepZoom(image, 8)];
    const files = (await readdir(one, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(30);
    for (const entry of files) {
      const path = join(entry.parentPath, entry.name);
      expect(await readFile(path)).toEqual(await readFile(path.replace(one, two)));
    }
  });

  it('has a window of some width for an image of one value', async () => {
    const flat = { ...makeImage(64, 64, 16), data: new Uint16Array(64 * 64).fill(500) };
    const pyramid = await deepZoom(flat, 8, 64);
    expect(JSON.parse(await readFile(join(pyramid, 'image.json'), 'utf8'))).toMatchObject({
      window: { low: 500, high: 501 },
    });
  });

  it('is refused, and nothing left behind, for damaged pixels and for 16-bit tiles of 8-bit images', async () => {
    const own = await mkdtemp(join(folder, 'bad-'));
    const input = join(own, 'cut.png');
    await sharp(makeImage(400, 400, 8).data, { raw: { width: 400, height: 400, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(input);
    await truncate(input, 50_000);
    const output = join(own, 'pyramid');
    const options = { input, output, tileSize: 128, threads: 1 };
    await expect(buildDeepZoom({ ...options, depth: 8 })).rejects.toMatchObject({
      code: 'image-unreadable',
      file: input,
    });
    await expect(buildDeepZoom({ ...options, depth: 16 })).rejects.toMatchObject({
      code: 'bad-parameter',
      field: 'depth',
    });
    expect(await readdir(own)).toEqual(['cut.png']);
  });
});

describe('an OME-TIFF pyramid', () => {
  it('has the image and its halves, whether the source is tiled or not', async () => {
    const image = makeImage(1300, 1100, 16);
    const tiled = join(folder, 'tiled.ome.tif');
    const strips = join(folder, 'strips.tif');
    await writeImage(tiled, image, { metadata: pixelSize });
    await sharp(tiled).toColourspace('grey16').tiff({ compression: 'lzw' }).toFile(strips);
    const outputs: string[] = [];
    for (const input of [tiled, strips]) {
      const output = `${input}.pyramid.ome.tif`;
      const seen: number[] = [];
      await buildOmePyramid({
        input,
        output,
        tileSize: 256,
        scratch: folder,
        progress: (share) => seen.push(share),
      });
      expect(seen.at(-1)).toBe(1);
      outputs.push(output);
    }
    expect((await readImage(outputs[0]!)).header.metadata).toEqual(pixelSize);
    for (const subifd of [undefined, 0, 1, 2]) {
      const level = subifd === undefined ? {} : { subifd };
      const [one, two] = [await readImage(outputs[0]!, level), await readImage(outputs[1]!, level)];
      expect(countDifferences(one.data, two.data)).toBe(0);
      if (subifd === undefined) expect(countDifferences(one.data, image.data)).toBe(0);
      else
        expect([one.width, one.height]).toEqual([
          Math.ceil(1300 / 2 ** (subifd + 1)),
          Math.ceil(1100 / 2 ** (subifd + 1)),
        ]);
    }
    await expect(readImage(outputs[0]!, { subifd: 3 })).rejects.toMatchObject({ code: 'image-unreadable' });
  });
});
