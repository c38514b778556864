import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexFiles, isGantryError, parsePattern, requireFiles, suggestPattern } from '../src/index.ts';

const grid = parsePattern('img_r{row:ddd}_c{col:ddd}.ome.tif');

function problemOf(
  pattern: string,
  names: readonly string[],
): { code: string; message: string; mend: string | undefined } {
  const parsed = parsePattern(pattern);
  try {
    requireFiles(indexFiles(parsed, names), parsed, '/data/tiles');
  } catch (error) {
    if (isGantryError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('indexing files', () => {
  it('sorts by place and lists what does not fit', () => {
    const index = indexFiles(grid, [
      'img_r002_c001.ome.tif',
      'notes.txt',
      'img_r001_c010.ome.tif',
      'img_r001_c002.ome.tif',
    ]);
    expect(index.items.map((item) => item.place)).toEqual([
      { row: 1, col: 2 },
      { row: 1, col: 10 },
      { row: 2, col: 1 },
    ]);
    expect(index.unmatched).toEqual(['notes.txt']);
    expect(() => requireFiles(index, grid, '/data')).not.toThrow();
  });

  it('keeps a place that comes twice out of the items', () => {
    const index = indexFiles(parsePattern('{z:d+}.tif'), ['1.tif', '01.tif', '2.tif']);
    expect(index.items).toEqual([{ name: '2.tif', place: { z: 2 } }]);
    expect(index.duplicates).toEqual([{ place: { z: 1 }, names: ['1.tif', '01.tif'] }]);
  });

  it('says which files are at one place, and a pattern that tells them apart', () => {
    const error = problemOf('img_r{row:d+}_t{_:d+}.tif', ['img_r1_t1.tif', 'img_r1_t2.tif', 'img_r2_t1.tif']);
    expect(error.code).toBe('place-twice');
    expect(error.message).toBe('2 files of /data/tiles are at the place row 1: img_r1_t1.tif, img_r1_t2.tif');
    expect(error.mend).toContain('The pattern `img_r{row:d}_t{t:d}.tif` does.');
    // 01 and 1 are one number whatever the pattern: none is proposed.
    expect(problemOf('p{p:d+}.txt', ['p01.txt', 'p1.txt']).mend).not.toContain('does.');
  });

  it('says what a pattern that matches nothing was held against, and one that fits', () => {
    const names = ['img_r001_c001.tif', 'img_r001_c002.tif', 'img_r002_c001.tif', 'img_r002_c002.tif'];
    const error = problemOf('img_r{row:ddd}_c{col:ddd}.ome.tif', names);
    expect(error.code).toBe('pattern-matches-nothing');
    expect(error.message).toContain(
      'fits none of the 4 files of /data/tiles, such as img_r001_c001.tif, img_r001_c002.tif, img_r002_c001.tif, …',
    );
    expect(error.mend).toBe('The pattern `img_r{row:ddd}_c{col:ddd}.tif` fits 4 of them.');
  });

  it('says so where the folder is empty', () => {
    expect(problemOf('{z:d}.tif', []).message).toBe('the folder /data/tiles has no files');
  });
});

describe('suggesting a pattern', () => {
  it.each([
    [['img_r001_c001.ome.tif', 'img_r001_c002.ome.tif', 'notes.txt'], 'img_r{row:ddd}_c{col:ddd}.ome.tif'],
    [['tile_z9.tif', 'tile_z10.tif'], 'tile_z{z:d}.tif'],
    [['1.tif', '01.tif', '001.tif'], '{n:d+}.tif'],
    [['t01_c1.tif', 't01_c2.tif'], 't{t:dd}_c{channel:d}.tif'],
    [['a1_b1.h5', 'a1_b2.h5'], 'a1_b{b:d}.h5'],
    [['s{1}_z1.tif', 's{1}_z2.tif'], 's{{1}}_z{z:d}.tif'],
    [['t1/z01.tif', 't2/z01.tif'], 't{t:d}/z{z:dd}.tif'],
    [['z1_z1.tif', 'z1_z2.tif'], 'z{z:d}_z{z2:d}.tif'],
  ])('of %j is %s', (names, pattern) => {
    expect(suggestPattern(names)?.pattern).toBe(pattern);
  });

  it('is none where no number varies', () => {
    expect(suggestPattern(['mask.tif'])).toBeUndefined();
    expect(suggestPattern([])).toBeUndefined();
  });

  it('fits as many names as it says, whatever the names are', () => {
    const name = fc.stringMatching(/^[a-z_{}.]{0,3}[0-9]{0,3}[a-z_{}]{1,3}[0-9]{0,3}\.tif$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), (names) => {
        const suggested = suggestPattern(names);
        if (suggested === undefined) return;
        const pattern = parsePattern(suggested.pattern);
        expect(pattern.axes).toEqual(suggested.axes);
        expect(names.filter((one) => pattern.match(one) !== undefined).length).toBeGreaterThanOrEqual(
          suggested.matched,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
