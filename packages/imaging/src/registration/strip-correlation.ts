/**
 * Normalised cross-correlation of two strips at a shift, the climb to its nearest maximum, and how far that
 * maximum stands out from chance. Which shifts are worth trying is left to `match-strips.ts`.
 */
import type { Strip } from './edge-strip.ts';
import type { ShiftRange } from './phase-correlation.ts';

/** The second strip's pixel (row, column) shows what the first's (row + shift.row, column + shift.column) shows. */
export interface Shift {
  readonly row: number;
  readonly column: number;
}

/** Steps of a climb are cheap and few; the bound only guards against a plateau of equal values. */
const MOST_STEPS = 200;
/** Chance is sampled at so many other shifts. */
const CONTROLS_ALONG = 24;
const CONTROLS_ACROSS = 8;
/**
 * Of large overlaps every second or third row is looked at: strips are smoothed over five rows, so the rows
 * between say almost the same, and the correlation takes half the time or less.
 */
const PIXELS_PER_ROW_STEP = 50_000;
const LARGEST_ROW_STEP = 3;
/**
 * Smoothing by 1 4 6 4 1 on both axes makes neighbouring pixels' noise alike; for noise n pixels count as this
 * share of n: the sum of the squared weights, (70 / 256)².
 */
const INDEPENDENT_SHARE = 0.0748;

/** Two strips made ready for correlations at many shifts: sums over any part of a row are two look-ups. */
export class StripCorrelation {
  readonly #first: Strip;
  readonly #second: Strip;
  readonly #sums: readonly [Float64Array, Float64Array];
  readonly #squares: readonly [Float64Array, Float64Array];
  readonly #known = new Map<number, number>();
  readonly #rowStep: number;

  /** @param overlap rows that about overlap */
  constructor(first: Strip, second: Strip, overlap: number = first.rows) {
    this.#rowStep = Math.max(
      1,
      Math.min(LARGEST_ROW_STEP, Math.floor((overlap * first.columns) / PIXELS_PER_ROW_STEP)),
    );
    this.#first = first;
    this.#second = second;
    const [sumsFirst, squaresFirst] = runningSums(first);
    const [sumsSecond, squaresSecond] = runningSums(second);
    this.#sums = [sumsFirst, sumsSecond];
    this.#squares = [squaresFirst, squaresSecond];
  }

  /** Pearson's correlation of the overlap, −1 to 1; 0 where either strip is constant, −1 without an overlap. */
  at(shift: Shift): number {
    const key = (shift.row + 32768) * 131072 + shift.column + 65536;
    let value = this.#known.get(key);
    if (value === undefined) {
      value = this.#correlate(shift);
      this.#known.set(key, value);
    }
    return value;
  }

  /** Climbs over the eight neighbours to a local maximum within `range`. */
  climb(start: Shift, range: ShiftRange): Shift {
    let best = start;
    for (let step = 0; step < MOST_STEPS; step++) {
      let next = best;
      for (let row = best.row - 1; row <= best.row + 1; row++) {
        for (let column = best.column - 1; column <= best.column + 1; column++) {
          const candidate = { row, column };
          if (isWithin(candidate, range) && this.at(candidate) > this.at(next)) next = candidate;
        }
      }
      if (next === best) break;
      best = next;
    }
    return best;
  }

  /** True when no neighbour correlates better: a climb may also have ended at its range's border. */
  isMaximum(shift: Shift): boolean {
    for (let row = shift.row - 1; row <= shift.row + 1; row++) {
      for (let column = shift.column - 1; column <= shift.column + 1; column++) {
        if (this.at({ row, column }) > this.at(shift)) return false;
      }
    }
    return true;
  }

  /**
   * Standard deviation in pixels of a maximum's place, in the worse direction, as far as noise makes it: the
   * flatter the maximum and the lower the correlation, the further noise can move it. From the Cramér–Rao bound
   * of a shift, √(2(1 − ρ) / (ρ κ n)), with the curvature κ of the correlation ρ at its maximum.
   */
  uncertainty(peak: Shift): number {
    const top = this.at(peak);
    const curvature = (rowStep: number, columnStep: number): number =>
      (2 * top -
        this.at({ row: peak.row + rowStep, column: peak.column + columnStep }) -
        this.at({ row: peak.row - rowStep, column: peak.column - columnStep })) /
      4;
    const flattest = Math.min(curvature(2, 0), curvature(0, 2));
    const rows = Math.min(this.#second.rows, this.#first.rows - peak.row) - Math.max(0, -peak.row);
    const pixels = rows * (this.#first.columns - Math.abs(peak.column)) * INDEPENDENT_SHARE;
    if (top <= 0 || flattest <= 0 || pixels <= 0) return Infinity;
    return Math.sqrt((2 * (1 - top)) / (top * flattest * pixels));
  }

  /** The maximum's place between pixels, by a parabola through it and its neighbours on each axis. */
  refine(peak: Shift): Shift {
    const row = vertex(
      this.at({ row: peak.row - 1, column: peak.column }),
      this.at(peak),
      this.at({ row: peak.row + 1, column: peak.column }),
    );
    const column = vertex(
      this.at({ row: peak.row, column: peak.column - 1 }),
      this.at(peak),
      this.at({ row: peak.row, column: peak.column + 1 }),
    );
    return { row: peak.row + row, column: peak.column + column };
  }

  /**
   * How many standard deviations the correlation at `shift` lies above those at 32 other shifts, which cannot
   * be right when this one is. The controls carry whatever else correlates (remaining shading, rows of the
   * camera that are brighter than others, periodic structure), so what they do as well counts for nothing.
   */
  significance(shift: Shift): number {
    const values: number[] = [];
    const length = this.#first.columns;
    for (let number = 0; number < CONTROLS_ALONG; number++) {
      // Spread evenly from 1/16 to 7/16 of the edge, to both sides.
      const away = Math.round(length * (1 / 16 + (3 / 8) * (number / CONTROLS_ALONG)));
      const row = shift.row + ((number * 5) % 7) - 3;
      const column = shift.column + (number % 2 === 0 ? away : -away);
      values.push(fisher(this.#correlate({ row, column })));
    }
    const depth = Math.max(1, this.#second.rows - Math.max(0, shift.row));
    for (let number = 0; number < CONTROLS_ACROSS; number++) {
      const away = Math.round(depth * (0.3 + (0.3 * number) / CONTROLS_ACROSS));
      const column = shift.column + (number % 3) - 1;
      values.push(fisher(this.#correlate({ row: shift.row + away, column })));
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return variance > 0 ? (fisher(this.at(shift)) - mean) / Math.sqrt(variance) : 0;
  }

  #correlate(shift: Shift): number {
    const { rows, columns, values: a } = this.#first;
    const b = this.#second.values;
    const fromRow = Math.max(0, -shift.row);
    const toRow = Math.min(this.#second.rows, rows - shift.row);
    const from = Math.max(0, -shift.column);
    const to = Math.min(this.#second.columns, columns - shift.column);
    if (toRow - fromRow < 2 || to - from < 2) return -1;
    let n = 0;
    let sumA = 0;
    let sumB = 0;
    let squaresA = 0;
    let squaresB = 0;
    let products = 0;
    for (let row = fromRow; row < toRow; row += this.#rowStep) {
      const rowA = row + shift.row;
      n += to - from;
      sumA += part(this.#sums[0], rowA, columns, from + shift.column, to + shift.column);
      squaresA += part(this.#squares[0], rowA, columns, from + shift.column, to + shift.column);
      sumB += part(this.#sums[1], row, this.#second.columns, from, to);
      squaresB += part(this.#squares[1], row, this.#second.columns, from, to);
      const startA = rowA * columns + from + shift.column;
      const startB = row * this.#second.columns + from;
      products += dot(a, startA, b, startB, to - from);
    }
    const covariance = products - (sumA * sumB) / n;
    const varianceA = squaresA - (sumA * sumA) / n;
    const varianceB = squaresB - (sumB * sumB) / n;
    if (varianceA <= 1e-6 * n || varianceB <= 1e-6 * n) return 0;
    return covariance / Math.sqrt(varianceA * varianceB);
  }
}

/** Fisher's transform: evens out how correlations near 1 crowd together. */
function fisher(correlation: number): number {
  return Math.atanh(Math.max(-0.9999, Math.min(0.9999, correlation)));
}

export function isWithin(shift: Shift, range: ShiftRange): boolean {
  return (
    shift.row >= range.minRow &&
    shift.row <= range.maxRow &&
    shift.column >= range.minColumn &&
    shift.column <= range.maxColumn
  );
}

/** Sum of products of two runs of pixels; four sums at once keep the processor's pipeline full. */
function dot(a: Float32Array, startA: number, b: Float32Array, startB: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += a[startA + k]! * b[startB + k]!;
    s1 += a[startA + k + 1]! * b[startB + k + 1]!;
    s2 += a[startA + k + 2]! * b[startB + k + 2]!;
    s3 += a[startA + k + 3]! * b[startB + k + 3]!;
  }
  for (; k < length; k++) s0 += a[startA + k]! * b[startB + k]!;
  return s0 + s1 + s2 + s3;
}

/** Per row one number more than columns: the sums of all pixels before, and of their squares. */
function runningSums({ rows, columns, values }: Strip): [Float64Array, Float64Array] {
  const sums = new Float64Array(rows * (columns + 1));
  const squares = new Float64Array(rows * (columns + 1));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let square = 0;
    at++;
    for (let index = row * columns; index < (row + 1) * columns; index++) {
      const value = values[index]!;
      sum += value;
      square += value * value;
      sums[at] = sum;
      squares[at++] = square;
    }
  }
  return [sums, squares];
}

function part(sums: Float64Array, row: number, columns: number, from: number, to: number): number {
  const start = row * (columns + 1);
  return (sums[start + to] ?? 0) - (sums[start + from] ?? 0);
}

/** Where the parabola through (−1, before), (0, peak), (1, after) is highest, at most half a pixel away. */
function vertex(before: number, peak: number, after: number): number {
  const bend = before - 2 * peak + after;
  if (bend >= 0 || before < -0.999 || after < -0.999) return 0;
  return Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / bend));
}
