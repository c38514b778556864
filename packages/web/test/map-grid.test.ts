import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goneState, staleFlag, taskStates, type MapColumns } from '@gantry/model';
import {
  countSquares,
  emptySquare,
  lookAt,
  makeGrid,
  spanAxis,
  updateGrid,
} from '../src/heat-map/map-grid.ts';

type Row = readonly [x: number, y: number, state: number, task: number];

function columnsOf(rows: readonly Row[], change = 1): MapColumns {
  return {
    ...{ change, count: rows.length, measure: null, extents: [] },
    x: Int32Array.from(rows, ([x]) => x),
    y: Int32Array.from(rows, ([, y]) => y),
    state: Uint8Array.from(rows, ([, , state]) => state),
    task: Float64Array.from(rows, ([, , , task]) => task),
    value: new Float32Array(0),
  };
}

const byte = (state: (typeof taskStates)[number]): number => taskStates.indexOf(state);

const rows = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -5, max: 20 }), fc.integer({ min: -5, max: 20 })), {
    selector: ([x, y]) => `${x},${y}`,
    minLength: 1,
  })
  .chain((places) =>
    fc.tuple(
      ...places.map(([x, y], index) =>
        fc.integer({ min: 0, max: taskStates.length - 1 }).map((state): Row => [x, y, state, index + 1]),
      ),
    ),
  );

describe('a grid of squares', () => {
  it('shows every place where it lies, and nothing else', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const grid = makeGrid(columnsOf(given), 'col', 'row');
        let found = 0;
        for (let row = 0; row < grid.y.size; row++) {
          for (let column = 0; column < grid.x.size; column++) {
            const square = lookAt(grid, column, row);
            if (square === undefined) continue;
            found += 1;
            expect(given).toContainEqual([
              square.place['col'],
              square.place['row'],
              byte(square.state),
              square.task,
            ]);
          }
        }
        expect(found).toBe(given.length);
        expect([...countSquares(grid).values()].reduce((a, b) => a + b, 0)).toBe(given.length);
      }),
    );
  });

  it('lays a lone axis out row by row', () => {
    const grid = makeGrid(
      columnsOf(Array.from({ length: 10 }, (_, n): Row => [n + 3, 0, byte('ready'), n + 1])),
      't',
      undefined,
    );
    expect([grid.x.size, grid.y.size]).toEqual([5, 2]);
    expect(lookAt(grid, 1, 1)).toMatchObject({ place: { t: 9 }, task: 7 });
    expect(lookAt(grid, 5, 0)).toBeUndefined();
  });

  it('leaves coordinates out that no task has, where all of them would be too many', () => {
    const far: Row[] = [
      [0, 0, byte('failed'), 1],
      [2_000_000_000, 1_000_000_000, byte('ready'), 2],
    ];
    const grid = makeGrid(columnsOf(far), 'x', 'y');
    expect([grid.x.size, grid.y.size]).toEqual([2, 2]);
    expect(lookAt(grid, 1, 1)).toMatchObject({
      place: { x: 2_000_000_000, y: 1_000_000_000 },
      state: 'ready',
    });
  });
});

describe('a change', () => {
  const before: Row[] = [
    [1, 1, byte('running'), 1],
    [2, 1, byte('running'), 2],
    [3, 1, byte('ready'), 3],
    [4, 1, byte('succeeded'), 4],
  ];

  it('is taken over; what ran and is not named is ready again', () => {
    const grid = makeGrid(columnsOf(before), 'col', 'row');
    const change: Row[] = [
      [1, 1, byte('running'), 1],
      [3, 1, byte('failed'), 3],
      [4, 1, byte('succeeded') | staleFlag, 4],
    ];
    expect(updateGrid(grid, columnsOf(change, 7), undefined)).toBe(true);
    expect([0, 1, 2, 3].map((column) => lookAt(grid, column, 0)?.state)).toEqual([
      'running',
      'ready',
      'failed',
      'succeeded',
    ]);
    expect(lookAt(grid, 3, 0)?.stale).toBe(true);
    expect(grid.change).toBe(7);
  });

  it('takes places away, and says so where one lies outside', () => {
    const grid = makeGrid(columnsOf(before), 'col', 'row');
    expect(updateGrid(grid, columnsOf([[4, 1, goneState, 4]]), undefined)).toBe(true);
    expect(grid.state[3]).toBe(emptySquare);
    expect(updateGrid(grid, columnsOf([[5, 1, byte('ready'), 5]]), undefined)).toBe(false);
    expect(updateGrid(grid, columnsOf([[1, 2, byte('ready'), 5]]), undefined)).toBe(false);
  });

  it('finds its square where a lone axis is laid out row by row', () => {
    const line = columnsOf(Array.from({ length: 10 }, (_, n): Row => [n + 3, 0, byte('ready'), n + 1]));
    const grid = makeGrid(line, 't', undefined);
    expect(updateGrid(grid, columnsOf([[9, 0, byte('failed'), 7]]), spanAxis('t', line.x))).toBe(true);
    expect(lookAt(grid, 1, 1)).toMatchObject({ place: { t: 9 }, state: 'failed' });
    expect(updateGrid(grid, columnsOf([[40, 0, byte('failed'), 99]]), spanAxis('t', line.x))).toBe(false);
  });
});
