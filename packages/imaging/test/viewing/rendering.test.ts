import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOmePyramid, openView, writeImage, type Image, type OpenView } from '../../src/index.ts';
import { labelColour } from '@gantry/model';
import { colourLabels } from '../../src/viewing/label-colours.ts';
import { ToneCurves } from '../../src/viewing/tone-curve.ts';
import { countDifferences, makeImage } from '../formats/make-image.ts';
import { decode, greysOf, reduce } from './pictures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-viewing-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function viewOf(image: Image): Promise<OpenView> {
  const path = join(await mkdtemp(join(folder, 'image-')), 'image.ome.tif');
  await writeImage(path, image);
  return await openView(path);
}

function withValues(image: Image, value: (i: number) => number): Image {
  for (let i = 0; i < image.data.length; i++) image.data[i] = value(i);
  return image;
}

describe('window and gamma', () => {
  it('are the documented formula for every value of 8, 16 and 32 bits', () => {
    const curves = new ToneCurves();
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
        fc.constantFrom(1, 0.3, 0.5, 2.2, 20),
        fc.constantFrom(
          new Uint8Array(256),
          new Uint16Array(65_536),
          new Uint32Array(300),
          new Float32Array(300),
        ),
        (low, width, gamma, pixels) => {
          const step =
            pixels instanceof Float32Array ? 611.3 : pixels instanceof Uint32Array ? 14_316_557 : 1;
          for (let i = 0; i < pixels.length; i++) pixels[i] = i * step;
          const window = { low, high: low + width };
          const greys = curves.apply(pixels, { window, gamma }) as Uint8Array<ArrayBuffer>;
          return countDifferences(greys, greysOf(pixels, window, gamma) as Uint8Array<ArrayBuffer>) === 0;
        },
      ),
      { numRuns: 60 },
    );
  });

  it('show the lower end black, the upper white, halves rounded up, and what is no number black', () => {
    const values = Float32Array.of(-Infinity, 9, 10, 10.1, 19.9, 20, 21, Infinity, NaN);
    const greys = new ToneCurves().apply(values, { window: { low: 10, high: 20 }, gamma: 1 });
    expect([...greys]).toEqual([0, 0, 0, 3, 252, 255, 255, 255, 0]);
  });

  it('come out of a tile in the hue that is asked for', async () => {
    const view = await viewOf(withValues(makeImage(256, 1, 8), (i) => i));
    const request = { level: 0, x: 0, y: 0, format: 'png' } as const;
    const at = async (lut: 'grey' | 'inverted' | 'magenta', gamma: number): Promise<number[]> => {
      const { data, channels } = await decode(await view.tile({ ...request, lut, gamma }));
      return [...data.slice(64 * channels, 65 * channels)];
    };
    expect(await at('grey', 1)).toEqual([64]);
    expect(await at('grey', 2)).toEqual([Math.floor(255 * Math.sqrt(64 / 255) + 0.5)]);
    expect(await at('inverted', 1)).toEqual([191]);
    expect(await at('magenta', 1)).toEqual([64, 0, 64]);
    await view.close();
  });

  it.each(['webp', 'jpeg'] as const)('come out as %s within its loss', async (format) => {
    const image = withValues(makeImage(256, 256, 16), (i) => 1000 + 10 * (i % 256));
    const view = await viewOf(image);
    const window = { low: 1000, high: 3550 };
    const { data, channels } = await decode(await view.tile({ level: 0, x: 0, y: 0, window, format }));
    const expected = greysOf(image.data, window);
    const worst = expected.reduce((most, grey, i) => Math.max(most, Math.abs(grey - data[i * channels]!)), 0);
    expect(worst).toBeLessThanOrEqual(8);
    await view.close();
  });
});

describe('labels', () => {
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.hypot(...a.map((value, i) => value - b[i]!));

  it('have colours far from those of the numbers next to theirs', () => {
    for (const start of [1, 1000, 65_530, 2 ** 31 - 10, 2 ** 32 - 40]) {
      for (let id = start; id < start + 30; id++) {
        for (let next = id + 1; next <= id + 4; next++) {
          expect(distance(labelColour(id), labelColour(next)), `${id} and ${next}`).toBeGreaterThan(60);
        }
      }
    }
  });

  it('have a colour each among nine hundred that follow each other, always the same', () => {
    const colours = Array.from({ length: 900 }, (_, i) => labelColour(i + 1).join());
    expect(new Set(colours).size).toBe(900);
    expect(colours.slice(0, 3)).toEqual(['40,84,189', '195,251,116', '240,66,218']);
  });

  it.each([
    [16, 'png'],
    [32, 'webp'],
  ] as const)('of %i bits are an overlay as %s, 0 transparent', async (depth, format) => {
    const offset = depth === 32 ? 3_000_000_000 : 60_000;
    const image = withValues(makeImage(300, 200, depth), (i) => {
      const [x, y] = [Math.floor((i % 300) / 20), Math.floor(i / 300 / 20)];
      return (x + y) % 3 === 0 ? 0 : offset + y * 15 + x;
    });
    const view = await viewOf(image);
    const { data, channels } = await decode(
      await view.tile({ level: 0, x: 0, y: 0, lut: 'labels', ...(format === 'webp' ? { format } : {}) }),
    );
    expect(channels).toBe(4);
    for (let i = 0; i < 300 * 200; i += 37) {
      const id = image.data[i]!;
      const shown = [...data.slice(4 * i, 4 * i + 4)];
      if (id === 0) expect(shown[3]).toBe(0);
      else expect(shown).toEqual([...labelColour(id), 255]);
    }
    await view.close();
  });

  it('keep their numbers and their small objects at lower levels, of a pyramid of means, too', async () => {
    const image = withValues(makeImage(1100, 900, 16), (i) => (i % 97 === 0 ? 1 + (i % 5000) : 0));
    const place = await mkdtemp(join(folder, 'labels-'));
    const [input, output] = [join(place, 'labels.ome.tif'), join(place, 'pyramid.ome.tif')];
    await writeImage(input, image);
    await buildOmePyramid({ input, output, tileSize: 256, scratch: place });
    const expected = reduce(reduce(image, 'largest'), 'largest');
    for (const [path, tileSize] of [
      [input, 512],
      [output, 256],
    ] as const) {
      const view = await openView(path);
      const { data, width, height } = await decode(await view.tile({ level: 2, x: 0, y: 0, lut: 'labels' }));
      expect([width, height]).toEqual([Math.min(275, tileSize), 225]);
      const colours = colourLabels(expected.data);
      for (let y = 0; y < height; y++) {
        const row = data.subarray(4 * y * width, 4 * (y + 1) * width);
        expect(Buffer.compare(row, colours.subarray(4 * y * 275, 4 * (y * 275 + width)))).toBe(0);
      }
      await view.close();
    }
  });
});

describe('a thumbnail', () => {
  it('is the whole image, its longer side as asked', async () => {
    const image = withValues(makeImage(1500, 600, 16), (i) => (i % 1500 < 750 ? 1000 : 3000));
    const view = await viewOf(image);
    const shown = await decode(await view.thumbnail(100, { format: 'png', window: { low: 0, high: 4000 } }));
    expect([shown.width, shown.height]).toEqual([100, 40]);
    expect(Math.abs(shown.data[20 * 100 + 20]! - 64)).toBeLessThanOrEqual(1);
    expect(Math.abs(shown.data[20 * 100 + 80]! - 191)).toBeLessThanOrEqual(1);
    await view.close();
  });

  it('is never enlarged, and its default window is that of the tiles', async () => {
    const view = await viewOf(withValues(makeImage(60, 40, 16), (i) => 500 + i));
    const thumbnail = await view.thumbnail(256, { format: 'png' });
    const tile = await view.tile({ level: 0, x: 0, y: 0, format: 'png' });
    expect(await decode(thumbnail)).toEqual(await decode(tile));
    await view.close();
  });

  it('of labels has their colours alone', async () => {
    const view = await viewOf(withValues(makeImage(900, 900, 16), (i) => (i % 900 < 450 ? 7 : 0)));
    const { data, width } = await decode(await view.thumbnail(90, { lut: 'labels' }));
    expect(width).toBe(90);
    const colours = new Set(
      Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4).join()),
    );
    expect([...colours].sort()).toEqual(['0,0,0,0', [...labelColour(7), 255].join()].sort());
    await view.close();
  });
});

describe('the values of an image', () => {
  it.each([
    [8, 'uint'],
    [16, 'uint'],
    [32, 'uint'],
    [32, 'float'],
  ] as const)('of %i-bit %s are told one by one as they are stored', async (depth, format) => {
    const image = makeImage(700, 600, depth, format);
    const view = await viewOf(image);
    for (const [x, y] of [
      [0, 0],
      [699, 0],
      [511, 511],
      [512, 512],
      [699, 599],
    ] as const) {
      expect(await view.pixel(x, y)).toEqual({ values: [image.data[y * 700 + x]], exact: true });
    }
    await view.close();
  });

  it('are counted, each whole number in one bin where there are few', async () => {
    const view = await viewOf(withValues(makeImage(500, 400, 16), (i) => 2000 + (i % 100)));
    const histogram = await view.histogram();
    expect(histogram).toMatchObject({
      low: 2000,
      binWidth: 1,
      sampled: 200_000,
      total: 200_000,
      notFinite: 0,
    });
    expect(histogram.counts).toEqual(new Array(100).fill(2000));
    await view.close();
  });

  it('are counted in bins of as many whole numbers, all of them and at their places', async () => {
    const image = makeImage(500, 400, 16);
    const view = await viewOf(image);
    const { low, binWidth, counts } = await view.histogram();
    expect(Number.isInteger(binWidth)).toBe(true);
    const expected = new Array<number>(counts.length).fill(0);
    for (const value of image.data) expected[Math.floor((value - low) / binWidth)]!++;
    expect(counts).toEqual(expected);
    await view.close();
  });

  it('that are no numbers are counted apart and leave the window alone', async () => {
    const image = withValues(makeImage(100, 100, 32, 'float'), (i) =>
      i < 300 ? NaN : i < 400 ? Infinity : i,
    );
    const view = await viewOf(image);
    expect(await view.histogram()).toMatchObject({
      minimum: 400,
      maximum: 9999,
      notFinite: 400,
      sampled: 10_000,
    });
    const { defaultWindow } = await view.describe();
    expect(defaultWindow.low).toBeGreaterThanOrEqual(400);
    expect(defaultWindow.high).toBeLessThanOrEqual(9999);
    await view.close();
  });

  it('of large images are sampled evenly, and the same every time', async () => {
    // Every column holds its own number, so the sample's spread can be seen.
    const image = withValues(makeImage(6000, 1500, 16), (i) => i % 6000);
    const [one, two] = [await viewOf(image), await viewOf(image)];
    const histogram = await one.histogram();
    expect(histogram).toEqual(await two.histogram());
    expect(histogram.total).toBe(9_000_000);
    expect(histogram.sampled).toBeGreaterThan(400_000);
    expect(histogram.sampled).toBeLessThanOrEqual(2 ** 20);
    expect(histogram.minimum).toBeLessThan(10);
    expect(histogram.maximum).toBeGreaterThan(5990);
    const { defaultWindow } = await one.describe();
    expect(defaultWindow.low).toBeLessThan(100);
    expect(defaultWindow.high).toBeGreaterThan(5900);
    await one.close();
    await two.close();
  });

  it('of one value have a window of some width', async () => {
    const view = await viewOf(withValues(makeImage(64, 64, 16), () => 500));
    expect((await view.describe()).defaultWindow).toEqual({ low: 500, high: 501 });
    await view.close();
  });

  it('of a PNG are those that another reader finds', async () => {
    const image = makeImage(90, 70, 8);
    const path = join(await mkdtemp(join(folder, 'png-')), 'image.png');
    await sharp(image.data, { raw: { width: 90, height: 70, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
    const view = await openView(path);
    expect((await view.pixel(89, 69)).values).toEqual([image.data.at(-1)]);
    await view.close();
  });
});
