import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Strip } from '../../src/registration/edge-strip.ts';
import { StripCorrelation, type Shift } from '../../src/registration/strip-correlation.ts';

/** Pearson's correlation, as its definition says. */
function pearson(first: Strip, second: Strip, shift: Shift): number {
  const pairs: [number, number][] = [];
  for (let row = 0; row < second.rows; row++) {
    for (let column = 0; column < second.columns; column++) {
      const r = row + shift.row;
      const c = column + shift.column;
      if (r < 0 || c < 0 || r >= first.rows || c >= first.columns) continue;
      pairs.push([
        first.values[r * first.columns + c] ?? 0,
        second.values[row * second.columns + column] ?? 0,
      ]);
    }
  }
  const meanA = pairs.reduce((sum, [a]) => sum + a, 0) / pairs.length;
  const meanB = pairs.reduce((sum, [, b]) => sum + b, 0) / pairs.length;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [a, b] of pairs) {
    ab += (a - meanA) * (b - meanB);
    aa += (a - meanA) ** 2;
    bb += (b - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (state >>> 0) / 4294967296;
  };
}

function noise(rows: number, columns: number, seed: number): Strip {
  const next = random(seed);
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, () => next() * 100) };
}

/** A window of a field of soft blobs; neighbouring windows share what they show. */
function scene(rows: number, columns: number, top: number, left: number, noiseLevel: number): Strip {
  const next = random(top * 1000 + left + 7);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const y = row + top;
      const x = column + left;
      const blob = Math.sin(x * 0.21 + Math.sin(y * 0.13) * 2) * Math.cos(y * 0.17 + Math.sin(x * 0.07) * 3);
      values[row * columns + column] = 100 * blob + noiseLevel * (next() - 0.5);
    }
  }
  return { rows, columns, values };
}

describe('StripCorrelation', () => {
  it("is Pearson's correlation of what overlaps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 20 }),
        fc.integer({ min: 8, max: 40 }),
        fc.integer(),
        fc.integer({ min: -2, max: 2 }),
        fc.integer({ min: -5, max: 5 }),
        (rows, columns, seed, row, column) => {
          const first = noise(rows, columns, seed);
          const second = noise(rows, columns, seed + 1);
          const expected = pearson(first, second, { row, column });
          expect(new StripCorrelation(first, second).at({ row, column })).toBeCloseTo(expected, 5);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is 0 where a strip is constant and −1 where nothing overlaps', () => {
    const flat: Strip = { rows: 10, columns: 30, values: new Float32Array(300).fill(4) };
    const correlation = new StripCorrelation(flat, noise(10, 30, 3));
    expect(correlation.at({ row: 1, column: 1 })).toBe(0);
    expect(correlation.at({ row: 10, column: 0 })).toBe(-1);
  });

  it('climbs to the shift at which both show the same', () => {
    const correlation = new StripCorrelation(scene(40, 200, 0, 0, 10), scene(40, 200, 9, -4, 10));
    const range = { minRow: 0, maxRow: 20, minColumn: -15, maxColumn: 15 };
    const top = correlation.climb({ row: 6, column: -2 }, range);
    expect(top).toEqual({ row: 9, column: -4 });
    expect(correlation.isMaximum(top)).toBe(true);
    expect(correlation.significance(top)).toBeGreaterThan(5);
    expect(correlation.uncertainty(top)).toBeLessThan(0.05);
  });

  it('does not take the border of the range for a maximum', () => {
    const correlation = new StripCorrelation(scene(40, 200, 0, 0, 10), scene(40, 200, 9, -4, 10));
    const top = correlation.climb(
      { row: 6, column: -2 },
      { minRow: 4, maxRow: 7, minColumn: -9, maxColumn: 9 },
    );
    expect(top.row).toBe(7);
    expect(correlation.isMaximum(top)).toBe(false);
  });

  it('sees no significance in noise', () => {
    const correlation = new StripCorrelation(noise(40, 300, 1), noise(40, 300, 2));
    const top = correlation.climb(
      { row: 5, column: 0 },
      { minRow: 0, maxRow: 20, minColumn: -20, maxColumn: 20 },
    );
    expect(correlation.at(top)).toBeLessThan(0.15);
    expect(correlation.significance(top)).toBeLessThan(5);
    expect(correlation.uncertainty(top)).toBeGreaterThan(0.15);
  });

  it('sees no significance in rows that are brighter at every shift across', () => {
    // A camera's row offsets: the same in both strips, whatever the stage did.
    const next = random(5);
    const offsets = Float32Array.from({ length: 300 }, () => 50 * next());
    const striped = (seed: number): Strip => {
      const strip = noise(60, 300, seed);
      strip.values.forEach((value, index) => {
        strip.values[index] = value + (offsets[index % 300] ?? 0);
      });
      return strip;
    };
    const correlation = new StripCorrelation(striped(8), striped(9));
    expect(correlation.at({ row: 12, column: 0 })).toBeGreaterThan(0.1);
    expect(correlation.significance({ row: 12, column: 0 })).toBeLessThan(5);
  });
});
