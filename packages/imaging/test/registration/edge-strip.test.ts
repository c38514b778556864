import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { cutStrip, prepareStrip, shrink, type Edge } from '../../src/registration/edge-strip.ts';

const tiles = fc
  .tuple(fc.integer({ min: 5, max: 70 }), fc.integer({ min: 5, max: 70 }), fc.integer(), fc.boolean())
  .map(([width, height, seed, wide]) => {
    const data = wide ? new Uint16Array(width * height) : new Uint8Array(width * height);
    for (let index = 0; index < data.length; index++) data[index] = Math.imul(index + 1, seed | 1) >>> 9;
    return { width, height, data };
  });

describe('cutStrip', () => {
  it('takes the pixels next to each edge, rows running along it', () => {
    fc.assert(
      fc.property(
        tiles,
        fc.constantFrom<Edge>('left', 'right', 'top', 'bottom'),
        fc.integer({ min: 1, max: 5 }),
        (tile, edge, depth) => {
          const strip = cutStrip(tile, edge, depth);
          const isUpright = edge === 'left' || edge === 'right';
          expect(strip.rows).toBe(depth);
          expect(strip.columns).toBe(isUpright ? tile.height : tile.width);
          expect(strip.values.constructor).toBe(tile.data.constructor);
          const first = edge === 'right' ? tile.width - depth : edge === 'bottom' ? tile.height - depth : 0;
          for (let row = 0; row < strip.rows; row++) {
            for (let column = 0; column < strip.columns; column++) {
              const [x, y] = isUpright ? [first + row, column] : [column, first + row];
              expect(strip.values[row * strip.columns + column]).toBe(tile.data[y * tile.width + x]);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('prepareStrip', () => {
  const rows = 40;
  const columns = 300;
  const shading = (row: number, column: number): number =>
    3000 + 8 * row - 0.1 * row * row + 2 * column - 0.01 * column * column + 0.02 * row * column;

  it('leaves nothing of a quadratic shading', () => {
    const values = new Uint16Array(rows * columns);
    for (let index = 0; index < values.length; index++) {
      values[index] = Math.round(shading(Math.floor(index / columns), index % columns));
    }
    const { values: flat } = prepareStrip({ rows, columns, values });
    expect(Math.max(...flat.map(Math.abs))).toBeLessThan(1);
  });

  it('finds the shading of the background beside a bright object', () => {
    const values = new Uint16Array(rows * columns);
    for (let index = 0; index < values.length; index++) {
      const row = Math.floor(index / columns);
      const column = index % columns;
      const isObject = (row - 20) ** 2 + (column - 100) ** 2 < 15 ** 2;
      // Deterministic noise of ± 4, so that the deviation of the background is not nothing.
      values[index] = Math.round(shading(row, column)) + ((index * 7919) % 9) - 4 + (isObject ? 2000 : 0);
    }
    const { values: flat } = prepareStrip({ rows, columns, values });
    const background = flat.filter((_, index) => index % columns > 130);
    expect(Math.max(...background.map(Math.abs))).toBeLessThan(8);
    expect(flat[20 * columns + 100]).toBeGreaterThan(1950);
  });

  it('treats what is not a number as background', () => {
    const values = new Float32Array(rows * columns).fill(7);
    values[5000] = Number.NaN;
    const { values: flat } = prepareStrip({ rows, columns, values });
    expect(Math.max(...flat.map(Math.abs))).toBeLessThan(1e-3);
  });
});

describe('shrink', () => {
  it('averages squares and cuts what does not fill one', () => {
    const tile = {
      width: 5,
      height: 3,
      data: Uint8Array.from([1, 3, 5, 7, 9, 5, 7, 1, 3, 9, 9, 9, 9, 9, 9]),
    };
    expect(shrink(tile, 2)).toEqual({ width: 2, height: 1, data: Float32Array.from([4, 4]) });
  });
});
