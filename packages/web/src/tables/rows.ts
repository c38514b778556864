/** Which rows of a table are seen, and in which order. Pure; 100,000 rows take a few milliseconds. */
import type { Range } from './ranges.ts';

/** A column's values, a row each; NaN where there is no number. */
export type ColumnValues = Float64Array | readonly string[];

export type Columns = ReadonlyMap<string, ColumnValues>;

/** Indices of the rows that lie in all ranges; ranges of columns that are not there yet are passed over. */
export function selectRows(rows: number, ranges: readonly Range[], columns: Columns): Uint32Array {
  const checks = ranges.flatMap(({ column, from, to }) => {
    const values = columns.get(column);
    return values instanceof Float64Array ? [{ values, from, to }] : [];
  });
  const found = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    // What is not there lies in no range.
    if (checks.every(({ values, from, to }) => values[row]! >= from && values[row]! <= to))
      found[count++] = row;
  }
  return found.subarray(0, count);
}

/** In the order of a column's values; what is not there comes last, equal ones keep their order. */
export function sortRows(rows: Uint32Array, values: ColumnValues, down: boolean): Uint32Array {
  const sign = down ? -1 : 1;
  const compare =
    values instanceof Float64Array
      ? (a: number, b: number): number => {
          const [x, y] = [values[a]!, values[b]!];
          if (Number.isNaN(x) || Number.isNaN(y))
            return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
          return sign * (x - y) || a - b;
        }
      : (a: number, b: number): number => {
          const [x, y] = [values[a] ?? '', values[b] ?? ''];
          if (x === '' || y === '') return Number(x === '') - Number(y === '') || a - b;
          return sign * x.localeCompare(y, 'en', { numeric: true }) || a - b;
        };
  return rows.slice().sort(compare);
}

/**
 * The row whose value comes next in one direction, equal ones in the order of rows; from none, the least or greatest.
 * Rows without a value are passed over.
 * @param step 1 upwards, -1 downwards
 * @returns -1 where there is none
 */
export function stepRow(rows: Uint32Array, values: Float64Array, from: number, step: number): number {
  const start = from < 0 || Number.isNaN(values[from]!) ? undefined : from;
  const isBefore = (a: number, b: number): boolean =>
    (step * (values[a]! - values[b]!) || step * (a - b)) < 0;
  let best = -1;
  for (const row of rows) {
    if (Number.isNaN(values[row]!) || (start !== undefined && !isBefore(start, row))) continue;
    if (best < 0 || isBefore(row, best)) best = row;
  }
  return best;
}

/** Counts of equal bins over a range. */
export function countBins(
  values: Float64Array,
  rows: Uint32Array,
  { from, to }: { readonly from: number; readonly to: number },
  bins: number,
): number[] {
  const counts = new Array<number>(bins).fill(0);
  const scale = bins / (to - from || 1);
  for (const row of rows) {
    const value = values[row]!;
    if (Number.isNaN(value) || value < from || value > to) continue;
    const bin = Math.min(bins - 1, Math.floor((value - from) * scale));
    counts[bin] = counts[bin]! + 1;
  }
  return counts;
}

/** Round numbers along an axis, about so many. */
export function ticksOf(from: number, to: number, about: number): number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(span / about));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= span / about) ?? 10);
  const ticks: number[] = [];
  for (let n = Math.ceil(from / step); n * step <= to + step * 1e-9; n++)
    ticks.push(Number((n * step).toPrecision(12)));
  return ticks;
}
