import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGantryError } from '@gantry/model';
import { openImage, readImage, readImageHeader, writeImage } from '../../src/index.ts';
import { countDifferences, makeImage, meanOf } from './make-image.ts';
import { hasNist, hasTifffile, hasVips, NIST_TILES, tifffile, vips } from './oracles.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-read-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The code of the GantryError, which must name the file and say what to do. */
async function codeOf(path: string): Promise<string> {
  const error: unknown = await readImage(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isGantryError(error)) throw new Error(`No GantryError: ${String(error)}`);
  expect(error.message).toContain(path);
  expect(error.message).not.toContain('\n');
  expect(error.file).toBe(path);
  expect(error.mend).toMatch(/\w/);
  return error.code;
}

describe.skipIf(!hasNist)("NIST's tiles", () => {
  const tile = join(NIST_TILES, 'img_r002_c003.ome.tif');

  it('have their size, depth and pixel size', async () => {
    expect(await readImageHeader(tile)).toMatchObject({
      width: 376,
      height: 281,
      bitDepth: 16,
      sampleFormat: 'uint',
      pages: 1,
      metadata: { name: 'img_r002_c003.tif', physicalSizeX: { value: 352.77777777777777, unit: 'µm' } },
    });
  });

  it('keep every value through reading and writing', async () => {
    const image = await readImage(tile);
    const copy = join(folder, 'copy.ome.tif');
    await writeImage(copy, image, { metadata: image.header.metadata });
    const again = await readImage(copy);
    expect(countDifferences(again.data, image.data)).toBe(0);
    expect(again.header.metadata).toEqual(image.header.metadata);
    // Sums by an independent reader would catch a division by 256 on both ways.
    if (hasVips) {
      const mean = meanOf(image.data);
      expect(Number(vips('avg', tile))).toBeCloseTo(mean, 2);
    }
  });
});

describe('reading', () => {
  it('cuts a region out of a tiled file', async () => {
    const image = makeImage(600, 500, 16);
    const path = join(folder, 'region.ome.tif');
    await writeImage(path, image, { tileSize: 128 });
    const region = { left: 120, top: 250, width: 200, height: 140 };
    const part = await readImage(path, { region });
    for (let y = 0; y < 140; y++) {
      const start = (250 + y) * 600 + 120;
      expect(
        countDifferences(part.data.subarray(y * 200, y * 200 + 200), image.data.subarray(start, start + 200)),
      ).toBe(0);
    }
    await expect(readImage(path, { region: { ...region, left: 401 } })).rejects.toMatchObject({
      code: 'image-region',
    });
  });

  it.each([8, 16] as const)('takes PNGs of %i bits as they are', async (bitDepth) => {
    const image = makeImage(40, 30, bitDepth);
    const path = join(folder, `grey-${bitDepth}.png`);
    await sharp(image.data, { raw: { width: 40, height: 30, channels: 1 } })
      .toColourspace(bitDepth === 16 ? 'grey16' : 'b-w')
      .png()
      .toFile(path);
    const read = await readImage(path);
    expect(read.bitDepth).toBe(bitDepth);
    expect(countDifferences(read.data, image.data)).toBe(0);
  });

  it('sees new bytes under an old name', async () => {
    const path = join(folder, 'changing.ome.tif');
    await writeImage(path, makeImage(64, 64, 8));
    await readImage(path);
    const other = makeImage(80, 48, 16, 'uint', 9);
    await writeImage(path, other);
    expect(countDifferences((await readImage(path)).data, other.data)).toBe(0);
  });

  it.skipIf(!hasTifffile)('takes the pixel size from ImageJ files', async () => {
    const path = join(folder, 'imagej.tif');
    tifffile(
      `t.imwrite(sys.argv[1], np.zeros((20, 30), 'uint16'), imagej=True, resolution=(4, 2), metadata={'unit': 'um'}); print(1)`,
      path,
    );
    const { metadata } = await readImageHeader(path);
    expect(metadata.physicalSizeX).toEqual({ value: 0.25, unit: 'µm' });
    expect(metadata.physicalSizeY).toEqual({ value: 0.5, unit: 'µm' });
  });

  it.skipIf(!hasTifffile)(
    'reads the pages of a stack one by one, and says so if not asked which',
    async () => {
      const path = join(folder, 'stack.tif');
      tifffile(
        `t.imwrite(sys.argv[1], np.arange(24, dtype='uint16').reshape(2, 3, 4), photometric='minisblack'); print(1)`,
        path,
      );
      expect(await codeOf(path)).toBe('image-pages');
      const second = await readImage(path, { page: 1 });
      expect([...second.data]).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    },
  );
});

describe('a bad file is named, with what to do', () => {
  it('that is missing, empty, or no image', async () => {
    expect(await codeOf(join(folder, 'nowhere.tif'))).toBe('image-missing');
    const empty = join(folder, 'empty.tif');
    await writeFile(empty, '');
    expect(await codeOf(empty)).toBe('image-unreadable');
    const text = join(folder, 'text.tif');
    await writeFile(text, 'II is how a TIFF begins, and so does this sentence');
    expect(await codeOf(text)).toBe('image-unreadable');
  });

  it('that is truncated anywhere', async () => {
    const whole = join(folder, 'whole.ome.tif');
    await writeImage(whole, makeImage(300, 300, 16), { tileSize: 64 });
    const bytes = await readFile(whole);
    for (const share of [0.02, 0.3, 0.7, 0.95, 0.999]) {
      const path = join(folder, `cut-${share}.ome.tif`);
      await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(await codeOf(path)).toBe('image-truncated');
    }
  });

  it('that is truncated, of strips with the directory first or last', async () => {
    const tiff = sharp(makeImage(200, 200, 8).data, { raw: { width: 200, height: 200, channels: 1 } });
    const bytes = await tiff.toColourspace('b-w').tiff({ compression: 'lzw' }).toBuffer();
    const path = join(folder, 'cut-strips.tif');
    await writeFile(path, bytes.subarray(0, bytes.length >> 1));
    expect(await codeOf(path)).toBe('image-truncated');
    const png = await sharp(makeImage(200, 200, 8).data, { raw: { width: 200, height: 200, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const cutPng = join(folder, 'cut.png');
    await writeFile(cutPng, png.subarray(0, png.length >> 1));
    expect(await codeOf(cutPng)).toBe('image-unreadable');
  });

  it('whose compressed pixels are damaged', async () => {
    const path = join(folder, 'damaged.ome.tif');
    await writeImage(path, makeImage(300, 300, 16), { tileSize: 64 });
    const bytes = await readFile(path);
    bytes.fill(0xff, 2000, 40_000);
    await writeFile(path, bytes);
    expect(await codeOf(path)).toBe('image-unreadable');
  });

  it('that has colours, or signed pixels', async () => {
    const path = join(folder, 'colour.png');
    await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toFile(path);
    expect(await codeOf(path)).toBe('image-unsupported');
    if (!hasTifffile) return;
    const signed = join(folder, 'signed.tif');
    tifffile(`t.imwrite(sys.argv[1], np.zeros((20, 30), 'int16')); print(1)`, signed);
    expect(await codeOf(signed)).toBe('image-unsupported');
  });
});

describe('an open image', () => {
  it.each([
    [8, 'uint'],
    [16, 'uint'],
    [32, 'uint'],
    [32, 'float'],
  ] as const)(
    'reads regions of a %i-bit %s file in strips by way of a tiled copy, and removes it',
    async (bits, format) => {
      const image = makeImage(700, 600, bits, format);
      const tiled = join(folder, `tiled-${bits}-${format}.ome.tif`);
      const path = join(folder, `strips-${bits}-${format}.tif`);
      await writeImage(tiled, image);
      await sharp(tiled)
        .toColourspace(bits === 16 ? 'grey16' : 'b-w')
        .tiff({ compression: 'lzw', predictor: 'none' })
        .toFile(path);
      const scratch = await mkdtemp(join(folder, 'scratch-'));
      for (const keepInMemory of [0, 2 ** 30]) {
        const opened = await openImage(path, { scratch, keepInMemory });
        expect(opened.header.tiled).toBe(false);
        const strip = await opened.readRegion({ left: 0, top: 500, width: 700, height: 100 });
        expect(countDifferences(strip.data, image.data.subarray(500 * 700))).toBe(0);
        await opened.close();
      }
      expect(await readdir(scratch)).toEqual([]);
    },
  );

  it('is refused while opening if its copy cannot be made', async () => {
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    const png = join(folder, 'cut.png');
    await expect(openImage(png, { scratch, keepInMemory: 0 })).rejects.toMatchObject({
      code: 'image-unreadable',
      file: png,
    });
    expect(await readdir(scratch)).toEqual([]);
  });
});
