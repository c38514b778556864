import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitView,
  type MapView,
  moveView,
  readView,
  squareAt,
  viewText,
  zoomView,
} from '../src/heat-map/map-view.ts';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 1000 }),
  height: fc.integer({ min: 1, max: 1000 }),
});
const boxes = fc.record({
  width: fc.integer({ min: 200, max: 1600 }),
  height: fc.integer({ min: 150, max: 900 }),
});

describe('what is seen of a map', () => {
  it('is all of it at first, in the middle', () => {
    fc.assert(
      fc.property(sizes, boxes, (grid, box) => {
        const view = fitView(grid, box);
        expect(view.left).toBeGreaterThanOrEqual(0);
        expect(view.top).toBeGreaterThanOrEqual(0);
        expect(view.left + grid.width * view.scale).toBeLessThanOrEqual(box.width);
        expect(view.top + grid.height * view.scale).toBeLessThanOrEqual(box.height);
      }),
    );
  });

  it('keeps the place under the pointer while it is enlarged', () => {
    const placeAt = (view: MapView, at: { x: number; y: number }): [number, number] => [
      (at.x - view.left) / view.scale,
      (at.y - view.top) / view.scale,
    ];
    const [grid, box] = [
      { width: 400, height: 300 },
      { width: 800, height: 600 },
    ];
    const inside = fc.record({ x: fc.integer({ min: 100, max: 700 }), y: fc.integer({ min: 80, max: 520 }) });
    fc.assert(
      fc.property(inside, fc.double({ min: 1.05, max: 8, noNaN: true }), (at, factor) => {
        const view = fitView(grid, box);
        const [column, row] = placeAt(zoomView(view, factor, at, grid, box), at);
        const [columnBefore, rowBefore] = placeAt(view, at);
        expect(column).toBeCloseTo(columnBefore, 6);
        expect(row).toBeCloseTo(rowBefore, 6);
      }),
    );
  });

  it('names the square at a point, its left and upper edges with it', () => {
    const view = { scale: 10, left: 5, top: -20 };
    expect(squareAt(view, { x: 24.9, y: 30 })).toEqual({ column: 1, row: 5 });
    expect(squareAt(view, { x: 25, y: 29.9 })).toEqual({ column: 2, row: 4 });
  });

  it('never leaves the map, however far it is moved', () => {
    fc.assert(
      fc.property(
        sizes,
        boxes,
        fc.integer({ min: -5000, max: 5000 }),
        fc.integer({ min: -5000, max: 5000 }),
        (grid, box, x, y) => {
          const view = moveView(fitView(grid, box), { x, y }, grid, box);
          expect(view.left).toBeLessThan(box.width);
          expect(view.left + grid.width * view.scale).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('is written into the address and read again', () => {
    const box = { width: 800, height: 600 };
    const view = { scale: 12, left: -340, top: 20 };
    const again = readView(viewText(view, box), box);
    expect(again?.scale).toBe(12);
    expect(again?.left).toBeCloseTo(-340, 1);
    for (const text of [undefined, '', '1,2', 'a,b,c', '-1,2,3', '1,2,3,4', '1e9,0,0'])
      expect(readView(text, box), text).toBeUndefined();
  });
});
