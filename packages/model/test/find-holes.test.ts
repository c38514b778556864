import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findHoles, unbounded, type Place } from '../src/index.ts';

const grid = (rows: readonly number[], cols: readonly number[]): Place[] =>
  rows.flatMap((row) => cols.map((col) => ({ row, col })));

describe('findHoles', () => {
  it('finds a tile, a row and nothing', () => {
    const places = grid([1, 2, 3, 4], [1, 2, 3, 4]);
    const axes = ['row', 'col'];
    expect(findHoles(axes, places, unbounded, 3)).toEqual({ places: 16, missing: 0, first: [] });
    const tile = places.filter(({ row, col }) => row !== 2 || col !== 3);
    expect(findHoles(axes, tile, unbounded, 3)).toEqual({
      places: 16,
      missing: 1,
      first: [{ row: 2, col: 3 }],
    });
    expect(findHoles(axes, grid([1, 3, 4], [1, 2]), unbounded, 1)).toEqual({
      places: 8,
      missing: 2,
      first: [{ row: 2, col: 1 }],
    });
  });

  it('counts in the steps that the coordinates have', () => {
    const places = [0, 5, 15].map((z) => ({ z }));
    expect(findHoles(['z'], places, unbounded, 3)).toEqual({ places: 4, missing: 1, first: [{ z: 10 }] });
  });

  it('holds to declared extents and skipped planes', () => {
    const bounds = { extents: { z: [1, 5] as const }, skip: { z: [2] }, region: {} };
    const places = [{ z: 1 }, { z: 4 }, { z: 9 }];
    expect(findHoles(['z'], places, bounds, 3)).toEqual({
      places: 4,
      missing: 2,
      first: [{ z: 3 }, { z: 5 }],
    });
  });

  it('has none without axes', () => {
    expect(findHoles([], [{}], unbounded, 3)).toMatchObject({ missing: 0 });
  });

  it('names just what was taken out of a grid', () => {
    const sizes = fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 }));
    fc.assert(
      fc.property(sizes, fc.nat(), ([rows, cols], which) => {
        const whole = grid([...Array(rows).keys()], [...Array(cols).keys()]);
        const gone = whole[which % whole.length];
        const left = whole.filter((place) => place !== gone);
        expect(findHoles(['row', 'col'], left, unbounded, 2).first).toEqual([gone]);
      }),
    );
  });
});
