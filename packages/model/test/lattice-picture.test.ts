import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellStates, drawLattice, findHoles, readCells, unbounded, type Place } from '../src/index.ts';

const signs = { nothing: ' ', file: '#', twice: '2', hole: '.', outside: '!' } as const;

/** The cells in lines along the last axis. */
function paint(picture: ReturnType<typeof drawLattice>): string[] {
  if (picture === undefined) return [];
  const text = [...readCells(picture)].map((cell) => signs[cellStates[cell]!]).join('');
  const width = picture.axes.at(-1)!.count;
  return text.match(new RegExp(`.{${width}}`, 'g')) ?? [];
}

const at = (row: number, col: number): Place => ({ row, col });

describe('the picture of a lattice', () => {
  it('shows files, holes and places that come twice', () => {
    const picture = drawLattice(
      ['row', 'col'],
      [at(1, 1), at(1, 2), at(2, 1), at(3, 3)],
      [at(2, 3)],
      unbounded,
    );
    expect(picture?.axes[0]).toEqual({ name: 'row', first: 1, step: 1, count: 3 });
    expect(paint(picture)).toEqual(['##.', '#.2', '..#']);
  });

  it('goes in the steps that the coordinates have', () => {
    const picture = drawLattice(['z'], [{ z: 5 }, { z: 0 }, { z: 15 }], [], unbounded);
    expect(picture?.axes).toEqual([{ name: 'z', first: 0, step: 5, count: 4 }]);
    expect(paint(picture)).toEqual(['##.#']);
  });

  it('shows declared extents whole, and what lies outside of them or on skipped planes', () => {
    const bounds = { extents: { row: [1, 2] as const }, skip: { col: [2] }, region: {} };
    const places = [at(1, 1), at(3, 1), at(1, 2)];
    expect(paint(drawLattice(['row', 'col'], places, [], bounds))).toEqual(['#!', '. ', '! ']);
    const wide = { extents: { row: [1, 2] as const, col: [1, 3] as const }, skip: {}, region: {} };
    expect(paint(drawLattice(['row', 'col'], [at(1, 1)], [], wide))).toEqual(['#..', '...']);
  });

  it('is none without places or axes, and where places lie too far apart', () => {
    expect(drawLattice(['row'], [], [], unbounded)).toBeUndefined();
    expect(drawLattice([], [{}], [], unbounded)).toBeUndefined();
    const far = [at(0, 0), at(1, 1), at(2_000_000_000, 2_000_000_000)];
    expect(drawLattice(['row', 'col'], far, [], unbounded)).toBeUndefined();
  });

  it('has as many holes as are found', () => {
    const coordinate = fc.integer({ min: -3, max: 6 });
    const place = fc.record({ row: coordinate, col: coordinate, z: coordinate });
    const range = fc.tuple(coordinate, coordinate).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const bounds = fc.record({
      extents: fc.record({ row: range, z: range }, { requiredKeys: [] }),
      skip: fc.record({ z: fc.uniqueArray(coordinate, { maxLength: 2 }) }, { requiredKeys: [] }),
      region: fc.constant({}),
    });
    const axes = ['z', 'row', 'col'];
    const places = fc.uniqueArray(place, { selector: (one) => JSON.stringify(one), minLength: 1 });
    fc.assert(
      fc.property(places, bounds, (some, limits) => {
        const picture = drawLattice(axes, some, [], limits);
        const cells = [...readCells(picture!)];
        const count = (state: (typeof cellStates)[number]): number =>
          cells.filter((cell) => cellStates[cell] === state).length;
        expect(count('file') + count('outside')).toBe(some.length);
        expect(count('hole')).toBe(findHoles(axes, some, limits, 0).missing);
      }),
    );
  });
});
