/**
 * Checks pairs against each other: around four tiles that share a corner the four translations must add up to
 * nothing. Errors that agree with the stage by chance do not pass this. What follows is left to its callers.
 */
import type { GridPair, TileGrid } from './grid.ts';
import type { MeasuredPair, Vector } from './stage-model.ts';
import { isConvincing } from './stage-model.ts';

/** Four translations, each within about half a pixel, may miss by this much. */
const TOLERANCE = 1.6;

/** Pairs whose best candidates close a loop. All candidates of such a loop must be convincing. */
export function findClosedPairs(grid: TileGrid, measured: readonly MeasuredPair[]): ReadonlySet<GridPair> {
  const byTiles = new Map(measured.map((one) => [`${one.pair.from},${one.pair.to}`, one]));
  const pairOf = (from: number | undefined, to: number | undefined): MeasuredPair | undefined =>
    byTiles.get(`${from},${to}`);
  const closed = new Set<GridPair>();
  grid.cells.forEach(({ row, column }, corner) => {
    const right = grid.indexAt(row, column + 1);
    const below = grid.indexAt(row + 1, column);
    const across = grid.indexAt(row + 1, column + 1);
    const loop = [pairOf(corner, right), pairOf(right, across), pairOf(below, across), pairOf(corner, below)];
    const translations = loop.map((member) => {
      const best = member?.candidates[0];
      return isConvincing(best) ? best.translation : undefined;
    });
    const [top, east, bottom, west] = translations;
    if (!top || !east || !bottom || !west) return;
    if (isNothing({ x: top.x + east.x - bottom.x - west.x, y: top.y + east.y - bottom.y - west.y })) {
      for (const member of loop) if (member) closed.add(member.pair);
    }
  });
  return closed;
}

function isNothing(sum: Vector): boolean {
  return Math.abs(sum.x) <= TOLERANCE && Math.abs(sum.y) <= TOLERANCE;
}
