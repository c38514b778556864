import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correctTile, estimateFlatField, writeImage, type Image } from '../../src/index.ts';
import { combineTiles, medianOf } from '../../src/illumination/combine-tiles.ts';
import { smoothSurface } from '../../src/illumination/smooth-surface.ts';
import { countDifferences, largestDifference, makeImage, meanOf } from '../formats/make-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-flat-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const [WIDTH, HEIGHT] = [160, 120];

/** Light that falls to some 60 % in the corners, mean 1. */
function vignette(): Float32Array<ArrayBuffer> {
  const profile = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [(i % WIDTH) / WIDTH - 0.45, Math.floor(i / WIDTH) / HEIGHT - 0.55];
    return 1 - 0.8 * (x * x + y * y);
  });
  const mean = profile.reduce((a, b) => a + b, 0) / profile.length;
  return profile.map((value) => value / mean);
}

/** A tile under that light: background with noise, bright cells at random places, its own exposure. */
function litTile(profile: Float32Array, seed: number, bitDepth: 8 | 16): Image {
  const noise = makeImage(WIDTH, HEIGHT, 32, 'uint', seed).data;
  const full = bitDepth === 16 ? 20_000 : 120;
  const exposure = 0.7 + 0.6 * (noise[0]! / 2 ** 32);
  const cells = Array.from(
    { length: 8 },
    (_, k) => [noise[100 + k]! % WIDTH, noise[200 + k]! % HEIGHT] as const,
  );
  const tile = makeImage(WIDTH, HEIGHT, bitDepth);
  for (let i = 0; i < tile.data.length; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    const bright = cells.some(([cx, cy]) => (x - cx) ** 2 + (y - cy) ** 2 < 64) ? 2 : 1;
    tile.data[i] = full * exposure * bright * profile[i]! * (1 + 0.02 * (noise[i]! / 2 ** 32 - 0.5)) + 0.5;
  }
  return tile;
}

async function writeTiles(count: number, bitDepth: 8 | 16): Promise<{ path: string }[]> {
  const own = await mkdtemp(join(folder, 'tiles-'));
  const profile = vignette();
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const path = join(own, `t${i}.ome.tif`);
      await writeImage(path, litTile(profile, 1000 + i, bitDepth));
      return { path };
    }),
  );
}

async function estimate(
  tiles: { path: string }[],
  changes: Partial<Parameters<typeof estimateFlatField>[0]> = {},
): ReturnType<typeof estimateFlatField> {
  const scratch = await mkdtemp(join(folder, 'scratch-'));
  const common = { tiles, smoothing: 6, estimator: 'median', memory: 2 ** 28, scratch } as const;
  const made = await estimateFlatField({ ...common, ...changes });
  expect(await readdir(scratch)).toEqual([]);
  return made;
}

describe('a flat field', () => {
  it.each([
    ['median', 16, 0.01],
    // Where more than a quarter of the tiles have a cell at a pixel, some cells stay in the mean.
    ['trimmed-mean', 16, 0.03],
    ['median', 8, 0.02],
  ] as const)(
    'by the %s of %i-bit tiles with cells recovers the light to %f',
    async (estimator, bitDepth, most) => {
      const { flat } = await estimate(await writeTiles(31, bitDepth), { estimator });
      const profile = vignette();
      const ratio = Float32Array.from(flat.data, (value, i) => value / profile[i]!);
      expect(largestDifference(ratio, new Float32Array(ratio.length).fill(1))).toBeLessThan(most);
      expect(meanOf(flat.data)).toBeCloseTo(1, 5);
    },
  );

  it('is the same in bands of one row as in one piece', async () => {
    const tiles = await writeTiles(5, 16);
    const whole = await estimate(tiles);
    const bands = await estimate(tiles, { memory: 1 });
    expect(countDifferences(bands.flat.data, whole.flat.data)).toBe(0);
  });

  it('leaves black tiles out and names them; of nothing but black it is refused', async () => {
    const tiles = await writeTiles(3, 16);
    const black = join(folder, 'black.ome.tif');
    await writeImage(black, { ...makeImage(WIDTH, HEIGHT, 16), data: new Uint16Array(WIDTH * HEIGHT) });
    const without = await estimate(tiles);
    const made = await estimate([{ path: black }, ...tiles]);
    expect(made.black).toEqual([black]);
    expect(countDifferences(made.flat.data, without.flat.data)).toBe(0);
    await expect(estimate([{ path: black }])).rejects.toMatchObject({
      code: 'flat-field-black',
      file: black,
    });
  });

  it('is never zero or negative, where a pixel is dead', async () => {
    const tiles = await writeTiles(3, 16);
    for (const { path } of tiles) {
      const tile = litTile(vignette(), 5, 16);
      tile.data[777] = 0;
      await writeImage(path, tile);
    }
    const made = await estimate(tiles, { smoothing: 0 });
    expect(made.raised).toBe(1);
    expect(made.flat.data[777]).toBeCloseTo(0.01, 5);
  });

  it('needs tiles of one size', async () => {
    const tiles = await writeTiles(2, 16);
    const other = join(folder, 'other.ome.tif');
    await writeImage(other, makeImage(10, 10, 16));
    await expect(estimate([...tiles, { path: other }])).rejects.toMatchObject({
      code: 'flat-field-tile-differs',
      file: other,
    });
  });
});

describe('combining', () => {
  it('agrees with sorting', () => {
    const stack = fc.array(fc.array(fc.nat(65_535), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        stack,
        fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 30, maxLength: 30 }),
        (tiles, factors) => {
          const arrays = tiles.map((tile) => Uint16Array.from(tile));
          const median = combineTiles(arrays, factors, 'median');
          const trimmed = combineTiles(arrays, factors, 'trimmed-mean');
          for (let i = 0; i < 3; i++) {
            const sorted = arrays.map((tile, t) => tile[i]! * factors[t]!).sort((a, b) => a - b);
            const n = sorted.length;
            const middle = (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
            expect(median[i]).toBeCloseTo(Math.fround(middle), 1);
            const kept = sorted.slice(Math.floor(n / 4), n - Math.floor(n / 4));
            const mean = kept.reduce((a, b) => a + b, 0) / kept.length;
            expect(Math.abs(trimmed[i]! - mean)).toBeLessThanOrEqual(mean * 1e-6);
          }
          const all = Uint16Array.from(tiles.flat());
          expect(medianOf(all)).toBe([...all].sort((a, b) => a - b)[Math.ceil(all.length / 2) - 1]);
        },
      ),
    );
  });
});

describe('smoothing', () => {
  it('leaves a tilted plane as it is, to its very corners', () => {
    const plane = Float32Array.from(
      { length: 60 * 40 },
      (_, i) => 5 + 0.3 * (i % 60) - 0.2 * Math.floor(i / 60),
    );
    for (const sigma of [0.5, 3, 50]) {
      smoothSurface(plane, 60, sigma).forEach((value, i) => expect(value).toBeCloseTo(plane[i]!, 3));
    }
  });

  it('spreads a point as a Gaussian of that sigma', () => {
    const point = new Float32Array(101 * 101);
    point[50 * 101 + 50] = 1;
    const spread = smoothSurface(point, 101, 4);
    let [sum, variance] = [0, 0];
    spread.forEach((value, i) => {
      sum += value;
      variance += value * ((i % 101) - 50) ** 2;
    });
    expect(sum).toBeCloseTo(1, 5);
    expect(Math.sqrt(variance)).toBeGreaterThan(3.8); // cut at three sigmas, so a little below 4
    expect(Math.sqrt(variance)).toBeLessThanOrEqual(4);
  });

  it('takes images of one row, one column and one pixel', () => {
    expect([...smoothSurface(Float32Array.of(2, 2, 2), 3, 5)]).toEqual(
      [2, 2, 2].map((v) => expect.closeTo(v, 5) as number),
    );
    expect(smoothSurface(Float32Array.of(7), 1, 5)[0]).toBeCloseTo(7, 5);
  });
});

describe('correcting', () => {
  const files = { tile: '/t.tif', flat: '/f.tif' };

  it('divides, rounds halves up and cuts off at the maximum', () => {
    const tile = { ...makeImage(4, 1, 8), data: Uint8Array.of(10, 5, 200, 0) };
    const flat = { ...makeImage(4, 1, 32, 'float'), data: Float32Array.of(1, 2, 0.5, 0.01) };
    expect([...correctTile(tile, flat, files).data]).toEqual([10, 3, 255, 0]);
    expect([...tile.data]).toEqual([10, 5, 200, 0]);
    const wide = { ...makeImage(4, 1, 16), data: Uint16Array.of(10, 5, 40_000, 999) };
    expect([...correctTile(wide, flat, files).data]).toEqual([10, 3, 65_535, 65_535]);
    const float = { ...makeImage(4, 1, 32, 'float'), data: Float32Array.of(1, 3, 1, 1) };
    expect([...correctTile(float, flat, files).data]).toEqual([1, 1.5, 2, expect.closeTo(100, 3)]);
  });

  it('undoes the light', () => {
    const profile = vignette();
    const flat: Image = { width: WIDTH, height: HEIGHT, bitDepth: 32, sampleFormat: 'float', data: profile };
    const even = litTile(
      profile.map(() => 1),
      3,
      16,
    );
    const fixed = correctTile(litTile(profile, 3, 16), flat, files);
    fixed.data.forEach((value, i) => expect(Math.abs(value - even.data[i]!)).toBeLessThanOrEqual(2));
  });

  it('refuses a flat field of another size, or with values that do not divide', () => {
    const tile = makeImage(4, 2, 8);
    const run = (flat: Image) => (): unknown => correctTile(tile, flat, files);
    expect(run(makeImage(2, 4, 32, 'float'))).toThrow(
      expect.objectContaining({ code: 'flat-size', file: '/t.tif' }),
    );
    for (const value of [0, -1, NaN, Infinity]) {
      const flat = { ...makeImage(4, 2, 32, 'float'), data: new Float32Array(8).fill(1) };
      flat.data[5] = value;
      expect(run(flat)).toThrow(expect.objectContaining({ code: 'flat-values', file: '/f.tif' }));
      expect(run(flat)).toThrow('(1, 1)');
    }
  });
});
