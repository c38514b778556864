import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assembleMosaic,
  BLENDS,
  readImage,
  writeImage,
  type Blend,
  type VectorEntry,
} from '../../src/index.ts';
import { blendStrip } from '../../src/mosaic/blend-rows.ts';
import { countDifferences, makeImage } from '../formats/make-image.ts';
import { naiveMosaic, type NaiveTile } from './naive-mosaic.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-mosaic-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(BLENDS)('blending by %s', (blend) => {
  it('agrees with the definition for any tiles and any cut into strips', () => {
    const tile = fc.record({ x: fc.nat(25), y: fc.nat(25), seed: fc.nat() });
    const shape = fc.record({
      width: fc.integer({ min: 1, max: 14 }),
      height: fc.integer({ min: 1, max: 14 }),
    });
    const tiles = fc.array(tile, { minLength: 1, maxLength: 8 });
    const bits = fc.constantFrom(8 as const, 16 as const);
    const cut = fc.record({
      left: fc.nat(20),
      top: fc.nat(20),
      width: fc.integer({ min: 1, max: 20 }),
      rows: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(tiles, shape, bits, cut, (places, size, bitDepth, strip) => {
        const naive: NaiveTile[] = places.map(({ x, y, seed }) => ({
          x,
          y,
          image: makeImage(size.width, size.height, bitDepth, 'uint', seed),
        }));
        const expected = naiveMosaic(naive, blend);
        const layers = naive.map(({ image, x, y }) => ({
          data: image.data,
          x,
          y,
          ...size,
          tile: { x, y, ...size },
        }));
        const data = expected.data.slice(0, 0).constructor as new (n: number) => typeof expected.data;
        const drawn = { ...strip, data: new data(strip.width * strip.rows).fill(7) };
        blendStrip(drawn, layers, blend);
        const wanted = Array.from(drawn.data, (_, i) => {
          const [x, y] = [strip.left + (i % strip.width), strip.top + Math.floor(i / strip.width)];
          return x < expected.width && y < expected.height ? expected.data[y * expected.width + x] : 0;
        });
        expect([...drawn.data]).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  });
});

interface Grid {
  tiles: { path: string; name: string }[];
  vector: VectorEntry[];
  naive: NaiveTile[];
}

/** 3×2 tiles that overlap, jitter, and leave a hole. */
async function makeGrid(name: string, bitDepth: 8 | 16, width = 420, height = 330): Promise<Grid> {
  const grid: Grid = { tiles: [], vector: [], naive: [] };
  const own = await mkdtemp(join(folder, `${name}-`));
  for (let i = 0; i < 6; i++) {
    const [column, row] = [i % 3, Math.floor(i / 3)];
    const image = makeImage(width, height, bitDepth, 'uint', 77 + i);
    const file = `t${i}.ome.tif`;
    const path = join(own, file);
    await writeImage(path, image, {
      metadata: {
        name: file,
        physicalSizeX: { value: 0.5, unit: 'µm' },
        physicalSizeY: { value: 0.25, unit: 'µm' },
        channel: { Name: 'GFP' },
        plane: { PositionX: '12' },
      },
    });
    const x = column * Math.round(width * 0.9) + ((row * 5) % 7);
    const y = row * (height + 3) + ((column * 3) % 4); // rows do not touch
    grid.tiles.push({ path, name: file });
    grid.vector.push({ file, correlation: 1, x, y, column, row, line: i + 1 });
    grid.naive.push({ image, x, y });
  }
  return grid;
}

async function assemble(
  grid: Grid,
  blend: Blend,
  memory = 2 ** 28,
): Promise<{ output: string; bands: number; reads: number }> {
  const output = join(await mkdtemp(join(folder, 'out-')), 'mosaic.ome.tif');
  const scratch = await mkdtemp(join(folder, 'scratch-'));
  const common = {
    tiles: grid.tiles,
    vector: grid.vector,
    vectorPath: '/v.txt',
    blend,
    output,
    memory,
    scratch,
  };
  const made = await assembleMosaic(common);
  expect(await readdir(scratch)).toEqual([]);
  return { output, ...made };
}

describe('a mosaic', () => {
  it.each(BLENDS.flatMap((blend) => [8, 16].map((bits) => [blend, bits as 8 | 16] as const)))(
    'by %s of %i-bit tiles has the values of the definition',
    async (blend, bitDepth) => {
      const grid = await makeGrid('values', bitDepth);
      const made = await assemble(grid, blend);
      expect(made).toMatchObject({ bands: 1, reads: 6 });
      const read = await readImage(made.output);
      const expected = naiveMosaic(grid.naive, blend);
      expect([read.width, read.height, read.bitDepth]).toEqual([expected.width, expected.height, bitDepth]);
      expect(countDifferences(read.data, expected.data)).toBe(0);
    },
  );

  it('carries the pixel size and the channel, not one tile’s name and position', async () => {
    const { output } = await assemble(await makeGrid('metadata', 16), 'overlay');
    expect((await readImage(output)).header.metadata).toEqual({
      name: 'mosaic.ome.tif',
      physicalSizeX: { value: 0.5, unit: 'µm' },
      physicalSizeY: { value: 0.25, unit: 'µm' },
      channel: { Name: 'GFP' },
    });
  });

  it('is the same under any limit of memory: in bands of columns, or with tiles read in parts', async () => {
    const grid = await makeGrid('memory', 16);
    const expected = naiveMosaic(grid.naive, 'linear');
    const tileBytes = 420 * 330 * 2;
    const banded = await assemble(grid, 'linear', 9 * tileBytes);
    const inParts = await assemble(grid, 'linear', 3 * tileBytes);
    expect(banded.bands).toBeGreaterThan(1);
    expect(banded.reads).toBeLessThan(2 * 6);
    for (const made of [banded, inParts]) {
      expect(countDifferences((await readImage(made.output)).data, expected.data)).toBe(0);
    }
  });

  it('begins at the smallest position where some are negative', async () => {
    const grid = await makeGrid('negative', 8, 60, 50);
    grid.vector = grid.vector.map((entry) => ({ ...entry, x: entry.x - 10, y: entry.y - 20 }));
    const { output } = await assemble(grid, 'overlay');
    expect(countDifferences((await readImage(output)).data, naiveMosaic(grid.naive, 'overlay').data)).toBe(0);
  });
});

describe('is refused, with the file and the mend, and leaves nothing:', () => {
  async function refusal(change: (grid: Grid) => Promise<void> | void): Promise<unknown> {
    const grid = await makeGrid('bad', 16, 60, 50);
    await change(grid);
    const own = await mkdtemp(join(folder, 'bad-out-'));
    const error: unknown = await assembleMosaic({
      ...{ tiles: grid.tiles, vector: grid.vector, vectorPath: '/v.txt', blend: 'overlay' },
      ...{ output: join(own, 'm.ome.tif'), memory: 2 ** 28, scratch: own },
    }).catch((reason: unknown) => reason);
    expect(await readdir(own)).toEqual([]);
    expect(error).toMatchObject({ mend: expect.stringMatching(/\w/) as string });
    return error;
  }

  it('a tile that the vector names and nobody gave', async () => {
    const error = await refusal((grid) => void grid.tiles.splice(2, 1));
    expect(error).toMatchObject({ code: 'mosaic-tile-missing', line: 3, file: '/v.txt' });
    expect(String(error)).toContain('t2.ome.tif');
  });

  it('a tile that the vector does not name', async () => {
    const error = await refusal((grid) => void grid.vector.splice(4, 1));
    expect(error).toMatchObject({ code: 'mosaic-tile-unplaced' });
    expect(String(error)).toContain('t4.ome.tif');
  });

  it('two tiles of one name', async () => {
    const error = await refusal(
      (grid) => void grid.tiles.push({ path: '/other/t1.ome.tif', name: 't1.ome.tif' }),
    );
    expect(error).toMatchObject({ code: 'mosaic-tile-repeats', file: '/other/t1.ome.tif' });
  });

  it('a tile of another size, or another depth', async () => {
    for (const other of [makeImage(61, 50, 16), makeImage(60, 50, 8)]) {
      let path = '';
      const error = await refusal(async (grid) => {
        path = grid.tiles[3]!.path;
        await writeImage(path, other);
      });
      expect(error).toMatchObject({ code: 'mosaic-tile-differs', file: path });
      expect(String(error)).toContain(path);
    }
  });

  it('a tile that is truncated', async () => {
    let path = '';
    const error = await refusal(async (grid) => {
      path = grid.tiles[5]!.path;
      await truncate(path, 900);
    });
    expect(error).toMatchObject({ code: 'image-truncated', file: path });
  });
});
