import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agrees,
  coordinates,
  declaredCoordinates,
  formatPlace,
  intersectBounds,
  isWithin,
  neighborAt,
  offsetVectors,
  placeAt,
  placeKey,
  project,
  step,
  unbounded,
} from '../src/index.ts';

describe('a place', () => {
  it('has coordinates in the order of the axes, and comes back from them', () => {
    expect(coordinates({ col: 2, row: 1 }, ['row', 'col'])).toEqual([1, 2]);
    expect(placeAt(['row', 'col'], [1, 2])).toEqual({ row: 1, col: 2 });
    expect(placeKey({ col: 2, row: 1 }, ['row', 'col'])).toBe('1,2');
  });

  it('is refused where a coordinate is missing', () => {
    expect(() => coordinates({ row: 1 }, ['row', 'col'])).toThrow(/row 1 has no axis col/);
    expect(() => placeAt(['row', 'col'], [1])).toThrow(RangeError);
  });

  it('agrees with another where both have an axis', () => {
    expect(agrees({ row: 1, col: 2 }, { row: 1, z: 9 })).toBe(true);
    expect(agrees({ row: 1, col: 2 }, { row: 2 })).toBe(false);
    expect(agrees({}, { row: 2 })).toBe(true);
  });

  it('is projected and written for people', () => {
    expect(project({ row: 1, col: 2 }, ['col', 'z'])).toEqual({ col: 2 });
    expect(formatPlace({ row: 1, col: 2 })).toBe('row 1, col 2');
    expect(formatPlace({})).toBe('the only place');
  });
});

describe('bounds', () => {
  const bounds = {
    extents: { row: [1, 4] },
    skip: { row: [2] },
    region: { row: [1, 3], z: [0, 9] },
  } as const;

  it('let through what is within extents and region and on no skipped plane', () => {
    expect([0, 1, 2, 3, 4].map((row) => isWithin(bounds, { row }))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(isWithin(bounds, { row: 1, z: 10 })).toBe(false);
    expect(isWithin(unbounded, { row: 10 ** 6 })).toBe(true);
  });

  it('list the coordinates that they declare', () => {
    expect(declaredCoordinates(bounds, 'row')).toEqual([1, 3]);
    expect(() => declaredCoordinates(bounds, 'z')).toThrow(/no declared extent/);
  });

  it('intersect to what both allow', () => {
    const both = intersectBounds(bounds, {
      extents: { row: [2, 9] },
      skip: { row: [3], z: [5] },
      region: {},
    });
    for (let row = 0; row <= 10; row++) {
      const other = { extents: { row: [2, 9] }, skip: { row: [3] }, region: {} } as const;
      expect(isWithin(both, { row })).toBe(isWithin(bounds, { row }) && isWithin(other, { row }));
    }
    expect(isWithin(both, { row: 4, z: 5 })).toBe(false);
  });
});

describe('steps', () => {
  it('pass over skipped planes', () => {
    expect(step(3, 1, [4, 5])).toBe(6);
    expect(step(6, -1, [4, 5])).toBe(3);
    expect(step(3, 0, [4])).toBe(3);
  });

  it('come back from planes that are not skipped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -20, max: 20 }),
        fc.integer({ min: -5, max: 5 }),
        fc.uniqueArray(fc.integer({ min: -20, max: 20 })),
        (from, steps, skipped) => {
          fc.pre(!skipped.includes(from));
          const there = step(from, steps, skipped);
          expect(skipped).not.toContain(steps === 0 ? undefined : there);
          expect(step(there, -steps, skipped)).toBe(from);
        },
      ),
    );
  });

  it('multiply over axes', () => {
    expect(offsetVectors({ z: [0, 1], t: [0, -1] })).toEqual([
      { z: 0, t: 0 },
      { z: 0, t: -1 },
      { z: 1, t: 0 },
      { z: 1, t: -1 },
    ]);
    expect(neighborAt({ z: 1, row: 7 }, { z: 1 }, { z: [2] })).toEqual({ z: 3, row: 7 });
  });
});
