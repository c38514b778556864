import { describe, expect, it } from 'vitest';
import { arrangeGrid, type GridTile } from '../../src/registration/grid.ts';

const tile = (row: number, col: number, name = `t${row}_${col}.tif`): GridTile => ({
  path: `/tiles/${name}`,
  name,
  place: { row, col },
});

describe('arrangeGrid', () => {
  it('counts rows and columns from the first that there is, and pairs neighbours', () => {
    const grid = arrangeGrid([tile(8, 3), tile(7, 3), tile(7, 5), tile(7, 4)]);
    expect([grid.rows, grid.columns]).toEqual([2, 3]);
    expect(grid.cells.map(({ tile: { name }, row, column }) => [name, row, column])).toEqual([
      ['t7_3.tif', 0, 0],
      ['t7_4.tif', 0, 1],
      ['t7_5.tif', 0, 2],
      ['t8_3.tif', 1, 0],
    ]);
    expect(grid.pairs).toEqual([
      { direction: 'horizontal', from: 0, to: 1, step: 0 },
      { direction: 'vertical', from: 0, to: 3, step: 0 },
      { direction: 'horizontal', from: 1, to: 2, step: 1 },
    ]);
    expect(grid.indexAt(1, 1)).toBeUndefined();
  });

  it('refuses a place without row and col, and names the file', () => {
    const lost = { path: '/tiles/x.tif', name: 'x.tif', place: { row: 1, z: 2 } };
    expect(() => arrangeGrid([tile(1, 1), lost])).toThrow(
      expect.objectContaining({
        code: 'grid-axes',
        file: '/tiles/x.tif',
        message: 'x.tif has no col in its place (its axes are row, z)',
      }),
    );
  });

  it('refuses two tiles at one place, and names both', () => {
    expect(() => arrangeGrid([tile(1, 1, 'a.tif'), tile(1, 1, 'b.tif')])).toThrow(
      expect.objectContaining({
        code: 'grid-duplicate',
        message: 'a.tif and b.tif both lie at row 1, column 1',
      }),
    );
  });

  it('refuses two tiles of one name, which a vector could not tell apart', () => {
    const other = { ...tile(1, 2, 'a.tif'), path: '/elsewhere/a.tif' };
    expect(() => arrangeGrid([tile(1, 1, 'a.tif'), other])).toThrow(
      expect.objectContaining({ code: 'grid-names', file: '/elsewhere/a.tif' }),
    );
  });
});
