import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { arrangeGrid, type TileGrid } from '../../src/registration/grid.ts';
import { placeTiles, type PairLink } from '../../src/registration/place-tiles.ts';
import { relaxPositions } from '../../src/registration/relax-positions.ts';
import type { Vector } from '../../src/registration/stage-model.ts';

const steps = { horizontal: { x: 100, y: 1 }, vertical: { x: -2, y: 80 } };

function gridOf(places: readonly (readonly [number, number])[]): TileGrid {
  return arrangeGrid(places.map(([row, col]) => ({ path: '', name: `${row},${col}`, place: { row, col } })));
}

function full(rows: number, columns: number): TileGrid {
  return gridOf(
    Array.from(
      { length: rows * columns },
      (_, index) => [Math.floor(index / columns), index % columns] as const,
    ),
  );
}

const nominal = ({ row, column }: { row: number; column: number }): Vector => ({
  x: column * 100 - row * 2,
  y: row * 80 + column,
});

function difference(one: Vector | undefined, other: Vector | undefined): Vector {
  return { x: (one?.x ?? NaN) - (other?.x ?? NaN), y: (one?.y ?? NaN) - (other?.y ?? NaN) };
}

describe('placeTiles', () => {
  it('gives back positions from any trusted pairs that reach every tile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ x: fc.integer({ min: -9, max: 9 }), y: fc.integer({ min: -9, max: 9 }) }), {
          minLength: 25,
          maxLength: 25,
        }),
        fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 40, maxLength: 40 }),
        (rows, columns, jitter, correlations) => {
          const grid = full(rows, columns);
          const truth = grid.cells.map((cell, index) => {
            const { x, y } = nominal(cell);
            return { x: x + (jitter[index]?.x ?? 0), y: y + (jitter[index]?.y ?? 0) };
          });
          const links = grid.pairs.map((pair, index): PairLink => ({
            pair,
            translation: difference(truth[pair.to], truth[pair.from]),
            correlation: correlations[index] ?? 0.5,
            rank: 'trusted',
          }));
          const placed = placeTiles(grid, links, steps);
          placed.forEach(({ position, island }, index) => {
            expect(difference(position, placed[0]?.position)).toEqual(difference(truth[index], truth[0]));
            expect(island).toBe(0);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('prefers closed pairs, then correlation: wrong pairs of less worth are left out', () => {
    const grid = full(2, 2);
    const links = grid.pairs.map((pair): PairLink => {
      const isWrong = pair.from === 0 && pair.direction === 'horizontal';
      const translation = pair.direction === 'horizontal' ? steps.horizontal : steps.vertical;
      return {
        pair,
        translation: isWrong ? { x: 55, y: 9 } : translation,
        correlation: isWrong ? 0.99 : 0.6,
        rank: isWrong ? 'trusted' : 'closed',
      };
    });
    expect(difference(placeTiles(grid, links, steps)[1]?.position, { x: 0, y: 0 })).toEqual(
      difference(placeTiles(grid, links, steps)[0]?.position, { x: -100, y: -1 }),
    );
  });

  it('sets a bare tile at the mean of what its neighbours expect', () => {
    const grid = full(3, 3);
    const bare = grid.indexAt(1, 1);
    const links = grid.pairs.map((pair): PairLink => {
      const translation = pair.direction === 'horizontal' ? steps.horizontal : steps.vertical;
      const isBare = pair.from === bare || pair.to === bare;
      // Only one of the four says 4 pixels more.
      const off = pair.to === bare && pair.direction === 'vertical' ? 4 : 0;
      return {
        pair,
        translation: { x: translation.x + off, y: translation.y },
        correlation: isBare ? 0.02 : 0.9,
        rank: isBare ? 'model' : 'trusted',
      };
    });
    const placed = placeTiles(grid, links, steps);
    expect(difference(placed[4]?.position, placed[0]?.position)).toEqual({ x: 99, y: 81 });
    expect(placed[4]).toMatchObject({ island: 1, correlation: 0 });
    expect(placed[0]).toMatchObject({ island: 0, correlation: -1 });
  });

  it('sets tiles without neighbours by the steps alone', () => {
    const grid = gridOf([
      [0, 0],
      [0, 1],
      [2, 3],
      [4, 0],
    ]);
    const links = grid.pairs.map((pair): PairLink => ({
      pair,
      translation: { x: 100, y: 1 },
      correlation: 0.9,
      rank: 'trusted',
    }));
    const placed = placeTiles(grid, links, steps).map(({ position }) => position);
    const [first] = placed;
    expect(placed.map((position) => difference(position, first))).toEqual(grid.cells.map(nominal));
  });
});

describe('relaxPositions', () => {
  it('spreads a misfit around a loop, by weight', () => {
    const start = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 20, y: 0 },
    ];
    const spring = (from: number, to: number, x: number, weight: number) => ({
      from,
      to,
      translation: { x, y: 0 },
      weight,
    });
    const relaxed = relaxPositions(start, [spring(0, 1, 10, 1), spring(1, 2, 10, 1), spring(0, 2, 23, 1)]);
    expect((relaxed[1]?.x ?? 0) - (relaxed[0]?.x ?? 0)).toBeCloseTo(11, 1);
    expect((relaxed[2]?.x ?? 0) - (relaxed[1]?.x ?? 0)).toBeCloseTo(11, 1);
    const weighted = relaxPositions(start, [
      spring(0, 1, 10, 100),
      spring(1, 2, 10, 100),
      spring(0, 2, 23, 1),
    ]);
    expect((weighted[2]?.x ?? 0) - (weighted[0]?.x ?? 0)).toBeCloseTo(20, 0);
  });

  it('leaves tiles without springs where they are', () => {
    expect(relaxPositions([{ x: 3.5, y: 4 }], [])).toEqual([{ x: 3.5, y: 4 }]);
  });
});
