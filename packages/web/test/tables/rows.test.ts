import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBins, selectRows, sortRows, stepRow, ticksOf } from '../../src/tables/rows.ts';

const all = (values: Float64Array): Uint32Array => Uint32Array.from(values, (_, row) => row);
const column = fc
  .array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(NaN)), { maxLength: 30 })
  .map((values) => Float64Array.from(values));

describe('rows of a table', () => {
  it('are those that lie in all ranges; what has no value lies in none', () => {
    const columns = new Map([
      ['area', Float64Array.of(1, 5, NaN, 9)],
      ['mean', Float64Array.of(3, 3, 3, 8)],
    ]);
    const ranges = [
      { column: 'area', from: 2, to: Infinity },
      { column: 'mean', from: -Infinity, to: 5 },
    ];
    expect([...selectRows(4, ranges, columns)]).toEqual([1]);
    expect([...selectRows(4, [], columns)]).toEqual([0, 1, 2, 3]);
  });

  it('are sorted with what is missing last, both ways, and equal ones in their order', () => {
    const values = Float64Array.of(2, NaN, 1, 2, 0);
    expect([...sortRows(all(values), values, false)]).toEqual([4, 2, 0, 3, 1]);
    expect([...sortRows(all(values), values, true)]).toEqual([0, 3, 2, 4, 1]);
    const words = ['b10', '', 'b9', 'a'];
    expect([...sortRows(Uint32Array.of(0, 1, 2, 3), words, false)]).toEqual([3, 2, 0, 1]);
  });

  it('are gone through by steps in the order that sorting gives, from the least to the greatest and back', () => {
    fc.assert(
      fc.property(column, (values) => {
        const rows = all(values);
        const order = [...sortRows(rows, values, false)].filter((row) => !Number.isNaN(values[row]!));
        const walk = (step: number): number[] => {
          const seen: number[] = [];
          for (let row = stepRow(rows, values, -1, step); row >= 0; row = stepRow(rows, values, row, step))
            seen.push(row);
          return seen;
        };
        expect(walk(1)).toEqual(order);
        expect(walk(-1)).toEqual(order.toReversed());
      }),
    );
  });

  it('fall into bins, each into one, the greatest value into the last', () => {
    const values = Float64Array.of(0, 1, 2, 3, 4, NaN, 9);
    expect(countBins(values, all(values), { from: 0, to: 4 }, 4)).toEqual([1, 1, 1, 2]);
  });
});

describe('ticks of an axis', () => {
  it('are round numbers within it, about as many as wanted', () => {
    expect(ticksOf(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticksOf(0.12, 0.31, 4)).toEqual([0.15, 0.2, 0.25, 0.3]);
    expect(ticksOf(3, 3, 5)).toEqual([3]);
  });
});
