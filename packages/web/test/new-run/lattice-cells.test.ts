import { drawLattice, unbounded, type Place } from '@gantry/model';
import { describe, expect, it } from 'vitest';
import { cellAt, chooseAxes, countCells, planeOf } from '../../src/new-run/lattice-cells.ts';

const picture = (axes: readonly string[], places: readonly Place[]) =>
  drawLattice(axes, places, [], unbounded)!;

describe('a plane of a lattice', () => {
  it('has columns across and rows down, whatever their order, and goes through the other axes', () => {
    const places = [1, 2].flatMap((t) =>
      [1, 2, 3].map((col) => ({ t, col, row: t === 1 ? 1 : 2 })).filter(({ col }) => col !== t),
    );
    const drawn = picture(['t', 'col', 'row'], places);
    expect(chooseAxes(drawn.axes)).toMatchObject({
      x: { name: 'col' },
      y: { name: 'row' },
      others: [{ name: 't' }],
    });
    const first = planeOf(drawn, {});
    expect([first.columns, first.rows]).toEqual([3, 2]);
    expect(cellAt(first, 1, 0)).toEqual({ place: { row: 1, col: 2 }, state: 'file' });
    expect(cellAt(first, 0, 0)?.state).toBe('hole');
    expect(countCells(first)).toMatchObject({ file: 2, hole: 4 });
    const second = planeOf(drawn, { t: 2 });
    expect(cellAt(second, 0, 1)).toEqual({ place: { row: 2, col: 1 }, state: 'file' });
    expect(cellAt(second, 0, 0)?.state).toBe('hole');
  });

  it('is laid out like text where there is one axis alone', () => {
    const plane = planeOf(
      picture(
        ['n'],
        [0, 5, 10, 20, 25].map((n) => ({ n })),
      ),
      {},
    );
    expect(plane.columns * plane.rows).toBeGreaterThanOrEqual(6);
    expect(cellAt(plane, 0, 1)).toEqual({ place: { n: 5 * plane.columns }, state: 'file' });
    expect(countCells(plane)).toMatchObject({ file: 5, hole: 1 });
    expect(cellAt(plane, plane.columns, 0)).toBeUndefined();
  });
});
