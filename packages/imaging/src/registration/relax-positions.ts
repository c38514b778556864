/**
 * Spreads the slack of a spanning tree over all pairs that agree with it: the tree adds up the rounding and
 * noise of every pair on its way, the other pairs know better. Which pairs agree is left to the caller.
 */
import type { Vector } from './stage-model.ts';

/** A pair of tiles by index, how far apart they should lie, and its weight. */
export interface Spring {
  readonly from: number;
  readonly to: number;
  readonly translation: Vector;
  readonly weight: number;
}

const MOST_SWEEPS = 300;
/** Pixels; smaller moves change no rounded position that matters. */
const STILL = 0.002;

/**
 * Weighted least squares by Gauss and Seidel's sweeps from the given positions, so that no result is worse in
 * that sense than the start. Tiles without springs stay.
 */
export function relaxPositions(start: readonly Vector[], springs: readonly Spring[]): Vector[] {
  const positions = start.map(({ x, y }) => ({ x, y }));
  const ends = Map.groupBy(
    springs.flatMap((spring) => [
      { tile: spring.from, other: spring.to, sign: -1, spring },
      { tile: spring.to, other: spring.from, sign: 1, spring },
    ]),
    ({ tile }) => tile,
  );
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    for (const [tile, list] of ends) {
      const position = positions[tile];
      if (!position) continue;
      let x = 0;
      let y = 0;
      let weight = 0;
      for (const { other, sign, spring } of list) {
        const neighbour = positions[other] ?? position;
        x += spring.weight * (neighbour.x + sign * spring.translation.x);
        y += spring.weight * (neighbour.y + sign * spring.translation.y);
        weight += spring.weight;
      }
      if (weight === 0) continue;
      moved = Math.max(moved, Math.abs(x / weight - position.x), Math.abs(y / weight - position.y));
      position.x = x / weight;
      position.y = y / weight;
    }
    if (moved < STILL) break;
  }
  return positions;
}
