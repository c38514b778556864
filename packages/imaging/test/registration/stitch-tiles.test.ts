import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tilePositions, type SpecimenSpec } from '../../../../bench/specimen.ts';
import { writeSpecimen, type WrittenTile } from '../../../../bench/write-specimen.ts';
import { parseVector } from '../../src/mosaic/parse-vector.ts';
import { MatchPool } from '../../src/registration/match-pool.ts';
import { expectedTranslation } from '../../src/registration/stage-model.ts';
import { stitchTiles, type StitchOptions, type StitchResult } from '../../src/registration/stitch-tiles.ts';

const base: SpecimenSpec = {
  seed: 1,
  rows: 3,
  columns: 4,
  tileWidth: 512,
  tileHeight: 400,
  bitDepth: 16,
  overlap: 10,
  jitter: 6,
  cellsPerMegapixel: 180,
  cellRadius: 14,
  cellBrightness: 1800,
  background: 900,
  noise: 25,
  vignetting: 0.3,
};

let pool: MatchPool;
let folder: string;
beforeAll(async () => {
  pool = new MatchPool(2);
  folder = await mkdtemp(join(tmpdir(), 'gantry-stitch-'));
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

async function stitch(
  spec: SpecimenSpec,
  options: StitchOptions = {},
  keep: (tile: WrittenTile) => boolean = () => true,
): Promise<StitchResult> {
  const home = await mkdtemp(join(folder, 'tiles-'));
  const tiles = (await writeSpecimen(home, spec)).filter(keep);
  return stitchTiles(tiles, { pool, ...options });
}

/** Largest error of any tile in pixels, x or y, after the two origins are brought together by the median. */
function worstError(result: StitchResult, spec: SpecimenSpec, isCounted: Count = () => true): number {
  const truth = tilePositions(spec);
  const middle = (values: number[]): number =>
    values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
  const errors = result.tiles.map(({ tile, x, y }) => {
    const { row = 0, col = 0 } = tile.place;
    const at = truth[row - 1]?.[col - 1] ?? { x: NaN, y: NaN };
    return { row: row - 1, column: col - 1, x: x - at.x, y: y - at.y };
  });
  const shift = { x: middle(errors.map(({ x }) => x)), y: middle(errors.map(({ y }) => y)) };
  return Math.max(
    ...errors.filter(isCounted).map(({ x, y }) => Math.max(Math.abs(x - shift.x), Math.abs(y - shift.y))),
  );
}
type Count = (tile: { row: number; column: number }) => boolean;

const reasons = (result: StitchResult): (string | undefined)[] =>
  result.pairs.map(({ distrust }) => distrust);

describe('stitchTiles on a synthetic specimen', () => {
  it.each<[string, Partial<SpecimenSpec>, StitchOptions]>([
    ['10 % overlap, estimated', {}, {}],
    ['10 % overlap, given', {}, { overlap: 10 }],
    ['an overlap given 3 % too large, and a bound', {}, { overlap: 13, maxShift: 14 }],
    ['a bound that bounds nothing', {}, { maxShift: 1000 }],
    ['5 % overlap, estimated', { overlap: 5, jitter: 5 }, {}],
    ['15 % overlap, estimated', { overlap: 15 }, {}],
    ['30 % overlap, estimated', { overlap: 30, jitter: 12 }, {}],
    ['30 % overlap, given', { overlap: 30, jitter: 12 }, { overlap: 30 }],
    ['8 bits', { bitDepth: 8, background: 20, cellBrightness: 60, noise: 3 }, {}],
    [
      '8 bits, 5 % overlap given',
      { bitDepth: 8, background: 20, cellBrightness: 60, noise: 3, overlap: 5 },
      { overlap: 5 },
    ],
    ['strong vignetting on a bright background', { vignetting: 0.7, background: 3000 }, {}],
    ['noise of a third of the contrast', { noise: 400 }, {}],
    ['crowded cells', { cellsPerMegapixel: 1000 }, {}],
    ['a camera turned by a degree', { skew: 0.02 }, {}],
    ['a single row', { rows: 1, columns: 8 }, {}],
    ['a single column', { rows: 8, columns: 1 }, {}],
    ['two tiles', { rows: 1, columns: 2 }, {}],
    ['positions between pixels', { subpixel: true }, {}],
    ['another specimen', { seed: 77 }, {}],
  ])('finds every tile within a pixel: %s', async (_, change, options) => {
    const spec = { ...base, ...change };
    const result = await stitch(spec, options);
    expect(worstError(result, spec)).toBeLessThanOrEqual(1);
    expect(Math.min(...result.tiles.map(({ x }) => x))).toBe(0);
    expect(Math.min(...result.tiles.map(({ y }) => y))).toBe(0);
  });

  it('sets bare tiles near where the stage puts them, and names their pairs', async () => {
    const bare = [
      [1, 1],
      [2, 3],
    ] as const;
    const spec = { ...base, bare };
    const result = await stitch(spec);
    const isBare: Count = ({ row, column }) => bare.some(([r, c]) => r === row && c === column);
    expect(worstError(result, spec, (tile) => !isBare(tile))).toBeLessThanOrEqual(1);
    expect(worstError(result, spec, isBare)).toBeLessThanOrEqual(2 * spec.jitter);
    const names = bare.map(([row, column]) => `tile_r00${row + 1}_c00${column + 1}.tif`);
    for (const { pair, distrust } of result.pairs) {
      const touched = [pair.from, pair.to].some((index) =>
        names.includes(result.grid.cells[index]?.tile.name ?? ''),
      );
      if (touched) expect(distrust).toBe('featureless');
    }
  });

  it('lays out a wholly bare grid by the given overlap', async () => {
    const spec = { ...base, cellsPerMegapixel: 0 };
    const result = await stitch(spec, { overlap: 10 });
    expect(reasons(result).every((reason) => reason === 'featureless')).toBe(true);
    expect(result.tiles.map(({ x, y }) => [x, y])).toEqual(
      result.tiles.map(({ row, column }) => [Math.round(column * 460.8), row * 360]),
    );
  });

  it('asks for the overlap when nothing shows it', async () => {
    await expect(stitch({ ...base, rows: 2, columns: 2, cellsPerMegapixel: 0 })).rejects.toMatchObject({
      code: 'overlap-unknown',
      field: 'overlap',
      mend: expect.stringContaining('Give the parameter "overlap"') as string,
    });
  });

  it('bridges gaps in the grid', async () => {
    const missing = ['2,2', '1,1', '3,4'];
    const result = await stitch(base, {}, ({ place }) => !missing.includes(`${place.row},${place.col}`));
    expect(result.tiles).toHaveLength(9);
    expect(worstError(result, base)).toBeLessThanOrEqual(1);
  });

  it('sets tiles without any neighbour by the stage model', async () => {
    const result = await stitch(base, {}, ({ place: { row, col } }) => row === 1 || (row === 3 && col === 3));
    const lone = result.tiles.find(({ row }) => row === 2);
    const above = result.tiles.find(({ row, column }) => row === 0 && column === 2);
    expect(lone?.island).toBe(1);
    expect(Math.abs((lone?.y ?? 0) - (above?.y ?? 0) - 720)).toBeLessThanOrEqual(2 * base.jitter);
  });

  it('takes a single tile', async () => {
    const result = await stitch({ ...base, rows: 1, columns: 1 });
    expect(result.tiles).toEqual([
      expect.objectContaining({ x: 0, y: 0, correlation: -1, row: 0, column: 0 }),
    ]);
  });

  it('gives the same answer on every run', async () => {
    const [one, other] = [await stitch(base), await stitch(base)];
    expect(other.pairs).toEqual(one.pairs);
    expect(other.tiles.map(({ x, y }) => [x, y])).toEqual(one.tiles.map(({ x, y }) => [x, y]));
  });

  it('trusts no translation beyond a given bound', async () => {
    const result = await stitch({ ...base, jitter: 12 }, { maxShift: 3 });
    for (const { pair, distrust, translation } of result.pairs) {
      const model = result.models.get(pair.direction);
      if (distrust !== undefined || model === undefined) continue;
      const expected = expectedTranslation(model, pair);
      expect(Math.abs(translation.x - expected.x)).toBeLessThanOrEqual(3.5);
      expect(Math.abs(translation.y - expected.y)).toBeLessThanOrEqual(3.5);
    }
    expect(reasons(result)).toContain('implausible');
  });
});

const NIST = join(import.meta.dirname, '../../../../../shared/data/nist-tiles-4x4');
const hasNist = existsSync(NIST);
if (!hasNist) process.stderr.write(`NOT TESTED against NIST's tiles: ${NIST} is not there\n`);

describe.skipIf(!hasNist)("stitchTiles on NIST's tiles", () => {
  it.each<StitchOptions>([
    {},
    { overlap: 10 },
    { overlap: 13 },
    { overlap: 8, maxShift: 15 },
    { maxShift: 5 },
  ])('finds the published positions within a pixel, with %j', async (options) => {
    const names = (await readdir(NIST)).filter((name) => name.endsWith('.ome.tif'));
    const tiles = names.map((name) => {
      const [, row, col] = /_r(\d+)_c(\d+)/.exec(name) ?? [];
      return { path: join(NIST, name), name, place: { row: Number(row), col: Number(col) } };
    });
    const result = await stitchTiles(tiles, { pool, ...options });
    const file = join(NIST, 'img-global-positions-1.txt');
    const published = parseVector(await readFile(file, 'utf8'), file);
    expect(result.tiles).toHaveLength(published.length);
    for (const { file: name, x, y, column, row } of published) {
      const ours = result.tiles.find(({ tile }) => tile.name === name);
      expect([ours?.column, ours?.row], name).toEqual([column, row]);
      expect(Math.abs((ours?.x ?? NaN) - x), name).toBeLessThanOrEqual(1);
      expect(Math.abs((ours?.y ?? NaN) - y), name).toBeLessThanOrEqual(1);
    }
  });
});
