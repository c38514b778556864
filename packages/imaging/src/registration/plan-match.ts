/**
 * Decides which parts of two facing strips are compared, and for which shifts: a survey over all overlaps
 * that a grid may have, or a look around what a stage model expects. Pure geometry; no pixels.
 */
import { smoothLength } from './fourier-plane.ts';
import type { MatchPlan, MatchWindow } from './match-strips.ts';
import type { ShiftRange } from './phase-correlation.ts';

/**
 * Depths of the survey's windows as shares of the tile. A window finds overlaps from about half to about
 * twice its own depth, so these reach from 3 % to 55 %.
 */
const SURVEY_DEPTHS = [0.05, 0.1, 0.2, 0.4];
/** Depth of the strips that a survey needs, as a share of the tile. */
export const SURVEY_SHARE = 0.6;
/** Largest turn of the camera against the stage that is looked for: 0.1 is 5.7°. */
export const MOST_SKEW = 0.1;
/** Overlaps below this share of the tile are not looked for. */
const LEAST_OVERLAP = 0.02;
const SHORTEST_WINDOW = 16;

/** What is expected of a pair, in the strips' own axes. */
export interface ExpectedShift {
  /** Pixels that the tiles share across the edge. */
  readonly overlap: number;
  /** Pixels that the second tile is displaced along the edge. */
  readonly along: number;
}

/** How far from the expected shift to look, pixels. */
export interface SearchReach {
  readonly across: number;
  readonly along: number;
}

/** Compares strips of `depth` × `length` pixels of tiles that are `side` deep, knowing nothing. */
export function planSurvey(side: number, depth: number, length: number): MatchPlan {
  const reachAlong = Math.round(side * MOST_SKEW);
  const columns = windowLength(length);
  const column = Math.floor((length - columns) / 2);
  const least = Math.max(6, Math.round(LEAST_OVERLAP * side));
  const windows: MatchWindow[] = [];
  for (const share of SURVEY_DEPTHS) {
    const rows = Math.max(SHORTEST_WINDOW, smoothLength(Math.round(share * side)) ?? 0);
    if (rows > depth || windows.some((window) => window.rows === rows)) continue;
    windows.push({
      rows,
      columns,
      first: { row: depth - rows, column },
      second: { row: 0, column },
      range: {
        minRow: Math.max(0, depth - 2 * rows),
        maxRow: depth - Math.max(least, Math.floor(rows / 2)),
        minColumn: -reachAlong,
        maxColumn: reachAlong,
      },
    });
  }
  const range = { minRow: 0, maxRow: depth - least, minColumn: -reachAlong, maxColumn: reachAlong };
  return { windows, overlap: depth, range, starts: [], order: 'significance' };
}

/** Compares strips of `depth` × `length` pixels around an expected shift. */
export function planMatch(
  depth: number,
  length: number,
  expected: ExpectedShift,
  reach: SearchReach,
): MatchPlan {
  const overlap = Math.round(expected.overlap);
  const along = Math.round(expected.along);
  const rows = Math.min(smoothLength(depth) ?? SHORTEST_WINDOW, windowLength(overlap));
  const columns = windowLength(length - Math.abs(along));
  const slack = Math.floor((length - Math.abs(along) - columns) / 2);
  const range: ShiftRange = {
    minRow: Math.max(0, depth - overlap - reach.across),
    maxRow: Math.min(depth - Math.min(4, overlap), depth - overlap + reach.across),
    // Tiles that share less than half their edge are not neighbours.
    minColumn: Math.max(-Math.floor(length / 2), along - reach.along),
    maxColumn: Math.min(Math.floor(length / 2), along + reach.along),
  };
  const second = { row: 0, column: Math.max(0, -along) + slack };
  const first = { row: Math.min(depth - overlap, depth - rows), column: second.column + along };
  return {
    windows: [{ rows, columns, first, second, range }],
    overlap,
    range,
    starts: [{ row: depth - overlap, column: along }],
    order: 'correlation',
  };
}

/** How deep strips must be for a match: the overlap and all that the search may reach. */
export function stripDepth(side: number, expected: ExpectedShift, reach: SearchReach): number {
  return Math.min(side, Math.max(SHORTEST_WINDOW, Math.ceil(expected.overlap + reach.across)));
}

function windowLength(available: number): number {
  return smoothLength(Math.max(SHORTEST_WINDOW, available)) ?? SHORTEST_WINDOW;
}
