/**
 * Finds the shifts at which two facing strips may show the same: peaks of the phase correlation, each checked
 * and refined by normalised cross-correlation. Which of them the stage could have made is left to
 * `stage-model.ts`.
 */
import { prepareStrip, type RawStrip } from './edge-strip.ts';
import type { FourierPlanes } from './fourier-plane.ts';
import { findPeaks, type ShiftRange, type WindowCorner } from './phase-correlation.ts';
import { isWithin, StripCorrelation, type Shift } from './strip-correlation.ts';

/** Two windows of the strips to compare by phase correlation. */
export interface MatchWindow {
  readonly rows: number;
  readonly columns: number;
  readonly first: WindowCorner;
  readonly second: WindowCorner;
  /** Shifts of the strips to look for in this window. */
  readonly range: ShiftRange;
}

/** Where to look; plain data, so that it can be handed to another thread. */
export interface MatchPlan {
  readonly windows: readonly MatchWindow[];
  /** Rows of the strips that about overlap. */
  readonly overlap: number;
  /** Shifts that the climb may reach. */
  readonly range: ShiftRange;
  /** Starts besides the peaks: what the stage model expects. */
  readonly starts: readonly Shift[];
  /**
   * What the best candidate has most of. Over a narrow range it is correlation, as published; over a wide one
   * it is significance, because a sliver of overlap correlates highly by chance.
   */
  readonly order: 'correlation' | 'significance';
}

/** A shift at which the correlation has a maximum. */
export interface MatchCandidate {
  /** Shift of the strips in pixels, between pixels by a parabola. */
  readonly row: number;
  readonly column: number;
  /** Normalised cross-correlation, −1 to 1. */
  readonly correlation: number;
  /** Standard deviations above chance, see `StripCorrelation.significance`. */
  readonly significance: number;
  /** Standard deviation of the place in pixels, see `StripCorrelation.uncertainty`. */
  readonly uncertainty: number;
}

const PEAKS_PER_WINDOW = 5;
const MOST_CANDIDATES = 4;
const HILL_RADIUS = 6;
/** Such a correlation within the stage's reach needs no rivals. */
const BEYOND_DOUBT = 0.95;

/** Up to four candidates, best first by the plan's order; none when a strip is constant. */
export function matchStrips(
  planes: FourierPlanes,
  rawFirst: RawStrip,
  rawSecond: RawStrip,
  plan: MatchPlan,
): MatchCandidate[] {
  const first = prepareStrip(rawFirst);
  const second = prepareStrip(rawSecond);
  const correlation = new StripCorrelation(first, second, plan.overlap);
  const starts: Shift[] = [...plan.starts];
  for (const window of plan.windows) {
    const rowOffset = window.first.row - window.second.row;
    const columnOffset = window.first.column - window.second.column;
    const peaks = findPeaks(
      planes,
      { strip: first, corner: window.first },
      { strip: second, corner: window.second },
      { rows: window.rows, columns: window.columns },
      {
        minRow: window.range.minRow - rowOffset,
        maxRow: window.range.maxRow - rowOffset,
        minColumn: window.range.minColumn - columnOffset,
        maxColumn: window.range.maxColumn - columnOffset,
      },
      PEAKS_PER_WINDOW,
    );
    // The best start of each window goes on: a wide window must not crowd out a narrow one.
    const shifts = peaks
      .map((peak) => ({ row: peak.row + rowOffset, column: peak.column + columnOffset }))
      .filter((shift) => isWithin(shift, plan.range))
      .sort((one, other) => correlation.at(other) - correlation.at(one));
    starts.push(...shifts.slice(0, plan.windows.length > 1 ? 2 : MOST_CANDIDATES - 1));
  }
  starts.sort((one, other) => correlation.at(other) - correlation.at(one));
  const tops: Shift[] = [];
  for (const start of starts) {
    if (tops.some((top) => isSameHill(top, start))) continue;
    const top = correlation.climb(start, plan.range);
    if (correlation.at(top) > 0 && correlation.isMaximum(top)) tops.push(top);
    if (plan.order === 'correlation' && correlation.at(top) > BEYOND_DOUBT) break;
  }
  tops.sort((one, other) => correlation.at(other) - correlation.at(one));
  return tops
    .filter((top, index) => !tops.slice(0, index).some((better) => isSameHill(better, top)))
    .map((top) => ({
      ...correlation.refine(top),
      correlation: correlation.at(top),
      significance: correlation.significance(top),
      uncertainty: correlation.uncertainty(top),
    }))
    .sort((one, other) => other[plan.order] - one[plan.order])
    .slice(0, MOST_CANDIDATES);
}

/** Noise breaks a hill into several tops; only the highest of them counts. */
function isSameHill(one: Shift, other: Shift): boolean {
  return Math.abs(one.row - other.row) <= HILL_RADIUS && Math.abs(one.column - other.column) <= HILL_RADIUS;
}
