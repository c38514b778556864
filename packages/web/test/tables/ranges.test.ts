import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangesText, readRanges, withRange } from '../../src/tables/ranges.ts';

describe('ranges in addresses', () => {
  it('are read as they were written, whatever columns are called', () => {
    const end = fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 100);
    const range = fc.record({
      column: fc
        .string({ minLength: 1 })
        .filter((name) => name.isWellFormed() && !/[\n\r\u2028\u2029]/.test(name)),
      from: fc.oneof(end, fc.constant(-Infinity)),
      to: end,
    });
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (ranges) => {
        expect(readRanges(rangesText(ranges))).toEqual(
          ranges.map(({ from, ...rest }) => ({ ...rest, from: from === 0 ? 0 : from })),
        );
      }),
    );
  });

  it('leave out what is written otherwise', () => {
    expect(readRanges('area:10..50;nonsense;mean:..;sd:..3;x:1..e')).toEqual([
      { column: 'area', from: 10, to: 50 },
      { column: 'sd', from: -Infinity, to: 3 },
    ]);
    expect(readRanges(undefined)).toEqual([]);
    expect(rangesText([])).toBeUndefined();
  });

  it('are set per column, and one without ends is none', () => {
    const one = withRange([], 'area', { from: 1, to: 2 });
    expect(withRange(one, 'area', { from: 3, to: 4 })).toEqual([{ column: 'area', from: 3, to: 4 }]);
    expect(withRange(one, 'area', { from: -Infinity, to: Infinity })).toEqual([]);
    expect(withRange(one, 'area', undefined)).toEqual([]);
  });
});
