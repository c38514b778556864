import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseVector, type StitchReport } from '@gantry/imaging';
import { renderTile, tilePositions, type SpecimenSpec } from '../../../bench/specimen.ts';
import { encodeTiff, writeSpecimen, type WrittenTile } from '../../../bench/write-specimen.ts';
import { callTool, type ToolCallResult } from '../../call-tool.ts';

const spec: SpecimenSpec = {
  seed: 5,
  rows: 3,
  columns: 3,
  tileWidth: 480,
  tileHeight: 400,
  bitDepth: 16,
  overlap: 12,
  jitter: 5,
  cellsPerMegapixel: 220,
  cellRadius: 14,
  cellBrightness: 1800,
  background: 900,
  noise: 25,
  vignetting: 0.3,
  bare: [[2, 2]],
};

let folder: string;
let tiles: WrittenTile[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-stitch-tool-'));
  tiles = await writeSpecimen(join(folder, 'tiles'), spec);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const vector = (): string => join(folder, 'img-global-positions.txt');
const report = (): string => join(folder, 'stitching-report.json');

function stitch(
  inputs: readonly { path: string; name?: string; place?: Record<string, number> }[],
  params: Record<string, unknown> = {},
): Promise<ToolCallResult> {
  const outputs = { vector: vector(), report: report() };
  return callTool('stitch', { inputs: { tiles: inputs }, params, outputs, resources: { cpu: 2 } });
}

/** The tiles with one of them replaced by a file of another making. */
async function withOdd(
  index: number,
  make: (path: string, original: string) => Promise<void>,
): Promise<WrittenTile[]> {
  const original = tiles[index];
  if (!original) throw new RangeError(`No tile ${index}`);
  const path = join(folder, `odd-${original.name}`);
  await make(path, original.path);
  return tiles.with(index, { ...original, path });
}

describe('stitch@1', () => {
  it('writes a vector that the assembler reads, and a report that names what was not trusted', async () => {
    const result = await stitch(tiles);
    expect(result.error).toBeUndefined();
    expect(result.exitCode).toBe(0);
    const entries = parseVector(await readFile(vector(), 'utf8'), vector());
    expect(entries.map(({ file }) => file)).toEqual(tiles.map(({ name }) => name));
    const truth = tilePositions(spec);
    for (const { row = 0, column = 0, x, y } of entries) {
      const reach = row === 2 && column === 2 ? 2 * spec.jitter : 1;
      // The bare tile does not lie at the left or upper border, so both origins are the same.
      expect(Math.abs(x - (truth[row]?.[column]?.x ?? NaN))).toBeLessThanOrEqual(reach);
      expect(Math.abs(y - (truth[row]?.[column]?.y ?? NaN))).toBeLessThanOrEqual(reach);
    }
    const read = JSON.parse(await readFile(report(), 'utf8')) as StitchReport;
    expect(read.pairs).toHaveLength(12);
    expect(read.stage.map(({ direction }) => direction)).toEqual(['horizontal', 'vertical']);
    for (const { overlapPercent } of read.stage) expect(Math.abs(overlapPercent - 12)).toBeLessThan(1);
    const untrusted = read.pairs.filter((pair) => !pair.trusted);
    expect(untrusted.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['tile_r002_c003.tif', 'tile_r003_c003.tif', 'featureless'],
      ['tile_r003_c002.tif', 'tile_r003_c003.tif', 'featureless'],
    ]);
    expect(read.islands).toEqual([{ island: 1, files: ['tile_r003_c003.tif'] }]);
    expect(result.log).toContain('10 of 12 pairs trusted');
    for (const { from, to } of untrusted) expect(result.log).toContain(`not trusted: ${from} and ${to}`);
  });

  it('takes one tile', async () => {
    const result = await stitch(tiles.slice(4, 5));
    expect(result.exitCode).toBe(0);
    expect(await readFile(vector(), 'utf8')).toBe(
      'file: tile_r002_c002.tif; corr: -1.0000000000; position: (0, 0); grid: (0, 0);\n',
    );
  });

  it('serves the next request after a failed one, in the same process', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts')], { cwd: folder });
    try {
      const outputs = { vector: vector(), report: report() };
      const odd = { ...tiles[3]!, path: join(folder, 'nowhere.tif') };
      for (const [id, list] of [
        ['first', tiles],
        ['second', tiles.with(3, odd)],
        ['third', tiles],
      ] as const) {
        child.stdin.write(`${JSON.stringify({ id, inputs: { tiles: list }, outputs })}\n`);
      }
      const closed = once(child, 'close');
      child.stdin.end();
      const answers: unknown[] = [];
      for await (const line of createInterface(child.stdout)) answers.push(JSON.parse(line));
      expect(answers.filter((answer) => !Object.hasOwn(answer as object, 'progress'))).toEqual([
        { id: 'first', exitCode: 0 },
        { id: 'second', exitCode: 1, error: expect.stringContaining('nowhere.tif') as string },
        { id: 'third', exitCode: 0 },
      ]);
      expect(await closed).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it.each<[string, (path: string, original: string) => Promise<void>, RegExp]>([
    [
      'is cut short',
      async (path, original) => {
        await copyFile(original, path);
        await truncate(path, 200_000);
      },
      /odd-tile_r002_c002\.tif .*(truncated|ends|incomplete|cut|short)/i,
    ],
    ['is no image', (path) => writeFile(path, 'not an image'), /odd-tile_r002_c002\.tif cannot be read/],
    [
      'has another size',
      (path) => writeFile(path, encodeTiff(renderTile({ ...spec, tileWidth: 470 }, 1, 1))),
      /tile_r002_c002\.tif is 470×400, 16-bit, but tile_r001_c001\.tif is 480×400, 16-bit.*size and depth/,
    ],
    [
      'has another depth',
      (path) => writeFile(path, encodeTiff(renderTile({ ...spec, bitDepth: 8 }, 1, 1))),
      /tile_r002_c002\.tif is 480×400, 8-bit, but tile_r001_c001\.tif is 480×400, 16-bit/,
    ],
    [
      'is a thumbnail',
      (path) => writeFile(path, encodeTiff(renderTile({ ...spec, tileWidth: 20, tileHeight: 16 }, 1, 1))),
      /tile_r002_c002\.tif is 20×16, 16-bit; stitching needs 32 pixels/,
    ],
  ])('names a tile that %s', async (_, make, message) => {
    const result = await stitch(await withOdd(4, make));
    expect(result.exitCode).toBe(1);
    expect(result.error).toMatch(message);
  });

  it('names all tiles that cannot be read, a few of them one by one', async () => {
    const bad = async (indexes: readonly number[]) => {
      const list = [...tiles];
      for (const index of indexes) {
        const tile = list[index]!;
        const path = join(folder, `bad-${tile.name}`);
        await writeFile(path, 'not an image');
        list[index] = { ...tile, path, name: tile.name };
      }
      return (await stitch(list)).error;
    };
    expect(await bad([1, 4])).toMatch(
      /^2 of 9 tiles cannot be read: tile_r001_c002\.tif and tile_r002_c002\.tif\. The first: .*tile_r001_c002\.tif cannot be read/,
    );
    expect(await bad([0, 1, 2, 3, 4, 5, 8])).toMatch(
      /^7 of 9 tiles cannot be read: tile_r001_c001\.tif, .*, tile_r002_c002\.tif and 2 more\. .*export them again, or leave them out\.$/,
    );
  });

  it('checks tiles without neighbours, too', async () => {
    const odd = await withOdd(8, (path) =>
      writeFile(path, encodeTiff(renderTile({ ...spec, tileWidth: 470 }, 2, 2))),
    );
    const result = await stitch([...odd.slice(0, 2), ...odd.slice(8)]);
    expect(result.error).toMatch(/tile_r003_c003\.tif is 470×400/);
  });

  it.each([
    ['no axes', () => [{ path: tiles[0]!.path, place: {} }], /tile_r001_c001\.tif has no row and no col/],
    [
      'one place twice',
      () => [tiles[0]!, { ...tiles[1]!, place: { row: 1, col: 1 } }],
      /tile_r001_c001\.tif and tile_r001_c002\.tif both lie at row 1, column 1/,
    ],
  ])('refuses %s', async (_, inputs, message) => {
    const result = await stitch(inputs());
    expect(result.exitCode).toBe(1);
    expect(result.error).toMatch(message);
  });

  it.each([
    [{ overlap: 0 }, /overlap/],
    [{ maxShift: -1 }, /maxShift/],
    [{ overlaps: 10 }, /overlaps/],
  ])('refuses the parameters %j', async (params, message) => {
    const result = await stitch(tiles.slice(0, 2), params);
    expect(result.exitCode).toBe(1);
    expect(result.error).toMatch(message);
  });
});

const NIST = join(import.meta.dirname, '../../../../shared/data/nist-tiles-4x4');
const hasNist = existsSync(NIST);
if (!hasNist) process.stderr.write(`NOT TESTED against NIST's tiles: ${NIST} is not there\n`);

describe.skipIf(!hasNist)("stitch@1 on NIST's tiles", () => {
  it('finds the published positions within a pixel and trusts every pair', async () => {
    const names = (await readdir(NIST)).filter((name) => name.endsWith('.ome.tif'));
    const result = await stitch(
      names.map((name) => {
        const [, row, col] = /_r(\d+)_c(\d+)/.exec(name) ?? [];
        return { path: join(NIST, name), name, place: { row: Number(row), col: Number(col) } };
      }),
    );
    expect(result.exitCode).toBe(0);
    const published = join(NIST, 'img-global-positions-1.txt');
    const theirs = parseVector(await readFile(published, 'utf8'), published);
    const ours = parseVector(await readFile(vector(), 'utf8'), vector());
    expect(ours.map(({ file, column, row }) => [file, column, row])).toEqual(
      theirs.map(({ file, column, row }) => [file, column, row]),
    );
    ours.forEach(({ file, x, y }, index) => {
      expect(Math.abs(x - (theirs[index]?.x ?? NaN)), file).toBeLessThanOrEqual(1);
      expect(Math.abs(y - (theirs[index]?.y ?? NaN)), file).toBeLessThanOrEqual(1);
    });
    expect(result.log).toContain('24 of 24 pairs trusted');
  });
});
