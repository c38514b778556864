import { closeSync, existsSync, openSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, realpath, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { writeImage } from '@gantry/imaging';
import { cellStates, readCells, type FolderLook, type LookBody } from '@gantry/model';
import { FolderListings, lookAtFolder } from '../../src/index.ts';

let folder: string;
let listings: FolderListings;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gantry-look-')));
  listings = new FolderListings();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const grid = ['row', 'col'];

async function look(body: Partial<LookBody> = {}): Promise<FolderLook> {
  return lookAtFolder(listings, { folder, axes: grid, type: 'file', ...body });
}

async function put(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(folder, name), name);
}

const tile = (row: number, col: number): string =>
  `img_r${String(row).padStart(3, '0')}_c${String(col).padStart(3, '0')}.tif`;

async function putImage(name: string, width = 32, height = 24): Promise<void> {
  const data = new Uint8Array(width * height).fill(7);
  await writeImage(join(folder, name), { width, height, bitDepth: 8, sampleFormat: 'uint', data });
}

/** The cells of the lattice in lines. */
function paint({ lattice }: FolderLook): string[] {
  if (lattice === null) return [];
  const signs = ' #2.!';
  const text = [...readCells(lattice)].map((cell) => signs[cell]).join('');
  return text.match(new RegExp(`.{${lattice.axes.at(-1)!.count}}`, 'g')) ?? [];
}

describe('a look at a folder', () => {
  it('finds the pattern, the lattice with its holes, and what does not fit', async () => {
    await put(tile(1, 1), tile(1, 2), tile(2, 1), 'notes.txt');
    const found = await look();
    expect(found).toMatchObject({
      ...{ folder, real: null, files: 4, pattern: 'img_r{row:ddd}_c{col:ddd}.tif', problems: [] },
      suggestion: { axes: grid, matched: 3, missing: [] },
      axes: [
        { name: 'row', first: 1, last: 2, step: 1, values: 2 },
        { name: 'col', first: 1, last: 2, step: 1, values: 2 },
      ],
      matched: { count: 3 },
      unmatched: { count: 1, first: [{ name: 'notes.txt', why: 'ends in `.txt`, not in `.tif`' }] },
      holes: { places: 4, missing: 1, first: [{ row: 2, col: 2 }] },
      sizes: { looked: 3, total: 51, exact: true },
    });
    expect(paint(found)).toEqual(['##', '#.']);
    expect(found.samples.map(({ path }) => path)).toEqual([
      ...[tile(1, 1), tile(1, 2), tile(2, 1)].map((name) => join(folder, name)),
    ]);
    expect(cellStates[readCells(found.lattice!)[3]!]).toBe('hole');
  });

  it('looks with the pattern that is given, and with no other', async () => {
    await put(tile(1, 1), 'x_r1_c1.tif', 'x_r1_c2.tif');
    const found = await look({ pattern: 'x_r{row:d}_c{col:d}.tif' });
    expect(found.matched.count).toBe(2);
    expect(found.suggestion?.pattern).toBe('x_r{row:d}_c{col:d}.tif');
    const nothing = await look({ pattern: 'y_r{row:d}_c{col:d}.tif' });
    expect(nothing.problems).toMatchObject([{ code: 'pattern-matches-nothing', field: 'pattern' }]);
    expect(nothing.problems[0]?.mend).toContain('x_r{row:d}_c{col:d}.tif');
    const broken = await look({ pattern: 'y_r{row' });
    expect(broken.problems).toMatchObject([{ code: 'pattern-syntax', field: 'pattern' }]);
  });

  it('names places that come twice, with the files', async () => {
    await put('a_r1_c1.tif', 'b_r1_c1.tif', 'b_r1_c2.tif');
    const found = await look({ pattern: '{_:c+}_r{row:d}_c{col:d}.tif' });
    expect(found.twice).toEqual({
      count: 1,
      first: [{ place: { row: 1, col: 1 }, names: ['a_r1_c1.tif', 'b_r1_c1.tif'] }],
    });
    expect(found.problems).toMatchObject([{ code: 'place-twice', field: 'pattern' }]);
    expect(paint(found)).toEqual(['2#']);
  });

  it('names axes that the pattern lacks, or has besides, with the mend', async () => {
    await put('t1_r1.tif', 't2_r1.tif');
    const found = await look({ pattern: 't{t:d}_r{row:d}.tif' });
    expect(found).toMatchObject({ lacking: ['col'], besides: ['t'] });
    expect(found.problems).toMatchObject([{ code: 'pattern-axes', field: 'pattern' }]);
    expect(found.problems[0]?.mend).toContain('{col:d+}');
    const besides = await look({ axes: ['row'], pattern: 't{t:d}_r{row:d}.tif' });
    expect(besides.problems[0]?.mend).toContain('{_:d+}');
  });

  it('shows declared extents, and files outside of them', async () => {
    await put(tile(1, 1), tile(1, 2), tile(3, 1));
    const found = await look({ extents: { row: [1, 2], col: [1, 2] } });
    expect(found.outside).toMatchObject({ count: 1, first: [{ name: tile(3, 1) }] });
    expect(found.holes).toMatchObject({ places: 4, missing: 2 });
    expect(paint(found)).toEqual(['##', '..', '! ']);
  });

  it('takes the only image for a source without axes, and asks where there are several', async () => {
    await put('flat.tif', 'notes.txt');
    expect(await look({ axes: [], type: 'image' })).toMatchObject({ pattern: 'flat.tif', lattice: null });
    await put('flat {2}.tif');
    const several = await look({ axes: [], type: 'image' });
    expect(several).toMatchObject({ pattern: null, problems: [{ code: 'pattern-missing', field: 'pattern' }] });
    expect((await look({ axes: [], pattern: 'flat {{2}}.tif' })).matched.count).toBe(1);
  });

  it('goes into folders that the pattern names', async () => {
    await mkdir(join(folder, 'z1'));
    await put('z1/a1.tif', 'z1/a2.tif');
    const top = await look({ axes: ['a'] });
    expect(top.problems).toMatchObject([{ field: 'folder', code: 'pattern-missing' }]);
    const found = await look({ axes: ['z', 'a'], pattern: 'z{z:d}/a{a:d}.tif' });
    expect(found).toMatchObject({ matched: { count: 2 }, problems: [] });
  });

  it('says where a folder is empty, gone, or is named by half', async () => {
    expect((await look()).problems).toMatchObject([{ field: 'folder' }]);
    await expect(look({ folder: join(folder, 'gone') })).rejects.toMatchObject({
      ...{ code: 'input-not-found', field: 'folder' },
    });
    await expect(look({ folder: 'tiles' })).rejects.toMatchObject({ code: 'folder-not-absolute' });
  });

  it('says that links are followed, and where the folder really lies', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await put(`elsewhere/${tile(1, 1)}`, tile(1, 2));
    await symlink(join(folder, 'elsewhere', tile(1, 1)), join(folder, tile(1, 1)));
    const found = await look();
    expect(found.matched.count).toBe(2);
    expect(found.warnings).toEqual([expect.stringContaining('1 file is a symbolic link') as string]);
    await symlink(join(folder, 'elsewhere'), join(folder, 'alias'));
    expect(await look({ folder: join(folder, 'alias') })).toMatchObject({
      real: join(folder, 'elsewhere'),
    });
  });

  it('tells images of another size, and those that cannot be read', async () => {
    for (let col = 1; col <= 3; col++) await putImage(tile(1, col));
    await putImage(tile(2, 1), 16, 16);
    await copyFile(join(folder, tile(1, 1)), join(folder, tile(2, 2)));
    await truncate(join(folder, tile(2, 2)), (await stat(join(folder, tile(1, 1)))).size - 20);
    await put(tile(2, 3));
    const found = await look({ type: 'image' });
    expect(found.images).toMatchObject({
      looked: 6,
      kinds: [
        { width: 32, height: 24, bits: 8, files: 3 },
        { width: 16, height: 16, files: 1, first: tile(2, 1) },
      ],
    });
    expect(found.damaged).toMatchObject({ looked: 6, count: 2 });
    expect(found.damaged.first.map(({ name }) => name)).toEqual([tile(2, 2), tile(2, 3)]);
    expect(found.damaged.first[0]?.message).toContain('truncated');
  });

  it('looks at 100,000 files in little time, and at the next pattern in less', { timeout: 120_000 }, async () => {
    // Making them takes longer than looking at them, but in memory.
    const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    folder = await mkdtemp(join(memory, 'gantry-look-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const names = Array.from({ length: 100_000 }, (_, n) => tile(Math.floor(n / 400), n % 400)).slice(0, -1);
    for (const name of names) closeSync(openSync(join(folder, name), 'w'));
    const first = await look();
    expect(first).toMatchObject({
      ...{ files: 99_999, matched: { count: 99_999 }, holes: { missing: 1 } },
      sizes: { looked: 2000, exact: false },
    });
    expect(first.lattice?.runs).toEqual([1, 99_999, 3, 1]);
    expect(first.matched.first).toHaveLength(100);
    expect(JSON.stringify(first).length).toBeLessThan(30_000);
    expect(first.tookMs).toBeLessThan(10_000);
    const second = await look({ pattern: 'img_r{row:ddd}_c{_:d+}.tif' });
    expect(second.twice.count).toBe(250);
    expect(second.tookMs).toBeLessThan(5000);
  });
});
