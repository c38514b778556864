/**
 * Phase correlation of two windows of equal size: where does the one lie on the other? Gives peaks only;
 * whether a peak is true is left to `strip-correlation.ts`.
 * Source: Kuglin and Hines, 1975; used on overlap strips as in Chalfoun et al., doi:10.1038/s41598-017-04567-y.
 */
import type { FourierPlanes } from './fourier-plane.ts';
import type { Strip } from './edge-strip.ts';

/** A window of a strip: first row and column. The sizes are shared by the two windows that are compared. */
export interface WindowCorner {
  readonly row: number;
  readonly column: number;
}

/** Shifts to look for, pixels, both ends included. */
export interface ShiftRange {
  readonly minRow: number;
  readonly maxRow: number;
  readonly minColumn: number;
  readonly maxColumn: number;
}

export interface Peak {
  /** The first window's pixel (row + r, column + c) shows what the second's (r, c) shows. */
  readonly row: number;
  readonly column: number;
  readonly height: number;
}

/** Radius in pixels around a found peak in which no other is looked for. */
const PEAK_RADIUS = 3;
/**
 * Width, as a share of the sampling frequency, of the Gaussian weight on the phases. Optics blur pixels, so
 * the highest frequencies hold noise alone: without the weight their phases outvote those of the specimen.
 */
const WEIGHT_SIGMA = 0.15;

/**
 * The highest peaks of the phase correlation within `range`, highest first. A shift repeats every `rows`
 * and `columns`; of such interpretations all that are in range are returned, with equal heights.
 */
export function findPeaks(
  planes: FourierPlanes,
  first: { strip: Strip; corner: WindowCorner },
  second: { strip: Strip; corner: WindowCorner },
  size: { rows: number; columns: number },
  range: ShiftRange,
  count: number,
): Peak[] {
  const { rows, columns } = size;
  const plane = planes.open(rows, columns);
  pack(plane.values, 0, first.strip, first.corner, rows, columns);
  pack(plane.values, 1, second.strip, second.corner, rows, columns);
  plane.forward();
  keepPhases(plane.values, columns, rows);
  plane.backward();
  return pickPeaks(plane.values, rows, columns, range, count);
}

/** Writes a window into the real (part 0) or imaginary (part 1) half, with mean 0 and variance 1. */
function pack(
  values: Float32Array,
  part: 0 | 1,
  strip: Strip,
  corner: WindowCorner,
  rows: number,
  columns: number,
): void {
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    const start = (corner.row + row) * strip.columns + corner.column;
    for (let at = start; at < start + columns; at++) {
      const value = strip.values[at] ?? 0;
      sum += value;
      squares += value * value;
    }
  }
  const area = rows * columns;
  const mean = sum / area;
  const deviation = Math.sqrt(Math.max(0, squares / area - mean * mean));
  const scale = deviation > 0 ? 1 / deviation : 0;
  for (let row = 0; row < rows; row++) {
    const start = (corner.row + row) * strip.columns + corner.column;
    const target = 2 * row * columns + part;
    for (let column = 0; column < columns; column++) {
      values[target + 2 * column] = ((strip.values[start + column] ?? 0) - mean) * scale;
    }
  }
}

/**
 * Replaces the transform Z of (first + i·second), as `lines` × `length`, by the weighted phases of
 * first × conj(second). Both spectra are told apart by their symmetry, so one transform serves two windows.
 */
function keepPhases(values: Float32Array, lines: number, length: number): void {
  const weightOfLine = weights(lines);
  const weightAlong = weights(length);
  for (let line = 0; line <= lines / 2; line++) {
    const mirrorLine = line === 0 ? 0 : lines - line;
    const last = line === mirrorLine ? length / 2 : length - 1;
    for (let k = 0; k <= last; k++) {
      const here = 2 * (line * length + k);
      const there = 2 * (mirrorLine * length + (k === 0 ? 0 : length - k));
      const zr = values[here] ?? 0;
      const zi = values[here + 1] ?? 0;
      const mr = values[there] ?? 0;
      const mi = values[there + 1] ?? 0;
      // Twice the spectra of the first (a) and second (b) window.
      const ar = zr + mr;
      const ai = zi - mi;
      const br = zi + mi;
      const bi = mr - zr;
      const cr = ar * br + ai * bi;
      const ci = ai * br - ar * bi;
      const magnitude = Math.sqrt(cr * cr + ci * ci);
      const scale = magnitude > 0 ? ((weightOfLine[line] ?? 0) * (weightAlong[k] ?? 0)) / magnitude : 0;
      values[here] = cr * scale;
      values[here + 1] = ci * scale;
      values[there] = cr * scale;
      values[there + 1] = -ci * scale;
    }
  }
  // The means are equal by construction and say nothing.
  values[0] = 0;
  values[1] = 0;
}

function weights(length: number): Float32Array {
  return Float32Array.from({ length }, (_, k) => {
    const frequency = Math.min(k, length - k) / length;
    return Math.exp(-0.5 * (frequency / WEIGHT_SIGMA) ** 2);
  });
}

function pickPeaks(
  values: Float32Array,
  rows: number,
  columns: number,
  range: ShiftRange,
  count: number,
): Peak[] {
  const wrap = (value: number, length: number): number => ((value % length) + length) % length;
  // A range wider than the window would visit the same cells again.
  const rowSpan = Math.min(rows, range.maxRow - range.minRow + 1);
  const columnSpan = Math.min(columns, range.maxColumn - range.minColumn + 1);
  const found: Peak[] = [];
  const peaks: Peak[] = [];
  for (let number = 0; number < count; number++) {
    let height = -Infinity;
    let bestRow = 0;
    let bestColumn = 0;
    for (let r = 0; r < rowSpan; r++) {
      const row = wrap(range.minRow + r, rows);
      for (let c = 0; c < columnSpan; c++) {
        const column = wrap(range.minColumn + c, columns);
        const value = values[2 * (row * columns + column)] ?? 0;
        if (value <= height) continue;
        if (found.some((peak) => isNear(peak, row, column, rows, columns))) continue;
        height = value;
        bestRow = row;
        bestColumn = column;
      }
    }
    if (height <= 0) break;
    found.push({ row: bestRow, column: bestColumn, height });
    for (const row of repeats(bestRow, rows, range.minRow, range.maxRow)) {
      for (const column of repeats(bestColumn, columns, range.minColumn, range.maxColumn)) {
        peaks.push({ row, column, height });
      }
    }
  }
  return peaks;
}

function isNear(peak: Peak, row: number, column: number, rows: number, columns: number): boolean {
  const apartRows = Math.abs(peak.row - row);
  const apartColumns = Math.abs(peak.column - column);
  return (
    Math.min(apartRows, rows - apartRows) <= PEAK_RADIUS &&
    Math.min(apartColumns, columns - apartColumns) <= PEAK_RADIUS
  );
}

/** All values that equal `value` modulo `length` and lie in [least, most]. */
function repeats(value: number, length: number, least: number, most: number): number[] {
  const list: number[] = [];
  for (let one = value + Math.ceil((least - value) / length) * length; one <= most; one += length)
    list.push(one);
  return list;
}
