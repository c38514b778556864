import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortValues } from '../../src/viewing/sort-values.ts';

describe('sorting values', () => {
  it('gives the order of their values, for every kind of pixel', () => {
    for (const values of [
      fc.uint8Array({ maxLength: 2000 }),
      fc.uint16Array({ maxLength: 2000 }),
      fc.uint32Array({ maxLength: 2000 }),
      fc.float32Array({ maxLength: 2000, noNaN: true, noDefaultInfinity: true }),
    ]) {
      fc.assert(
        fc.property(values as fc.Arbitrary<Uint16Array>, (given) => {
          expect([...sortValues(given.slice())]).toEqual([...given.slice().sort()]);
        }),
        { numRuns: 200 },
      );
    }
  });

  it('of floats keeps to the part of the memory that they lie in', () => {
    const all = Float32Array.of(9, 3, -1, -0, 2.5, -7e8, 9);
    sortValues(all.subarray(1, 6));
    expect([...all]).toEqual([9, -7e8, -1, -0, 2.5, 3, 9]);
  });
});
