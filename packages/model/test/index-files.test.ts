import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  explainMismatch,
  indexFiles,
  isGantryError,
  parsePattern,
  requireFiles,
  suggestPattern,
} from '../src/index.ts';

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

  it.each([
    // Numbers without a word get the names that are looked for, in their order.
    [['tile_01_02.tif', 'tile_02_01.tif'], ['row', 'col'], 'tile_{row:dd}_{col:dd}.tif'],
    [['c1.tif', 'c2.tif'], ['col'], 'c{col:d}.tif'],
    [['s1_z3.tif', 's2_z3.tif'], ['position'], 's{position:d}_z3.tif'],
    // What never varies stays text where nobody wants it, and a field where it is wanted.
    [['t1_r1_c1.tif', 't1_r1_c2.tif'], ['row', 'col'], 't1_r{row:d}_c{col:d}.tif'],
    [['t1_r1_c1.tif', 't1_r1_c2.tif'], ['t', 'row', 'col'], 't{t:d}_r{row:d}_c{col:d}.tif'],
    // Across is the column, whatever comes first.
    [['x1_y1.tif', 'x2_y1.tif'], ['row', 'col'], 'x{col:d}_y{row:d}.tif'],
    // One number cannot be two axes: it says what it is.
    [['0001.tif', '0002.tif'], ['row', 'col'], '{n:dddd}.tif'],
    [['t1_r1_c1.tif', 't2_r1_c2.tif'], ['row', 'col'], 't{t:d}_r{row:d}_c{col:d}.tif'],
  ])('of %j for the axes %j is %s', (names, wanted, pattern) => {
    expect(suggestPattern(names, wanted)?.pattern).toBe(pattern);
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

describe('why a name does not fit', () => {
  const text = 'img_r{row:ddd}_c{col:ddd}.ome.tif';

  it.each([
    ['notes.txt', 'ends in `.txt`, not in `.ome.tif`'],
    ['img_r001_c001.tif', 'ends in `.tif`, not in `.ome.tif`'],
    ['mask_r001_c001.ome.tif', 'has `mask_r001_c001.ome.tif` where the pattern has `img_r`'],
    [
      'img_r01_c001.ome.tif',
      'has `01_c001.ome.tif` where the pattern has a number of 3 digits, `{row:ddd}`',
    ],
    ['img_r001_x001.ome.tif', 'has `_x001.ome.tif` where the pattern has `_c`'],
    ['img_r001_c001-2.ome.tif', 'has `-2.ome.tif` where the pattern has `.ome.tif`'],
  ])('%s %s', (name, why) => {
    expect(explainMismatch(text, name)).toBe(why);
  });

  it('tells labels, ends and contradictions', () => {
    expect(explainMismatch('{ch:(DAPI|GFP)}_{z:d}', 'RFP_1')).toBe(
      'has `RFP_1` where the pattern has one of DAPI, GFP, `{ch:(DAPI|GFP)}`',
    );
    expect(explainMismatch('a_{z:d+}', 'a_1b')).toBe('goes on with `b` where the pattern ends');
    expect(explainMismatch('z{z:d+}_z{z:d+}', 'z1_z2')).toBe(
      'has numbers that are too large, or that contradict each other',
    );
  });

  it('is said of every name that does not fit', () => {
    const pattern = parsePattern(text);
    const name = fc.stringMatching(/^(img)?_?r?[0-9]{0,4}_?c?[0-9]{0,4}(\.ome)?(\.tif)?$/);
    fc.assert(
      fc.property(name, (one) => {
        if (pattern.match(one) === undefined) expect(explainMismatch(text, one)).toMatch(/^(ends|has|goes) /);
      }),
    );
  });
});
