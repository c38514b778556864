/**
 * Robust per-pixel averages over a stack of equally large tiles, each tile scaled by a factor of its own.
 * Where the stack comes from, and how much of it is in memory at once, is `estimate-flat-field.ts`'s.
 */
import type { Pixels } from '../formats/pixels.ts';

/**
 * - `median`: of an even number of values, the mean of the two in the middle
 * - `trimmed-mean`: the mean without the lowest and the highest quarter (rounded down)
 */
export type Estimator = 'median' | 'trimmed-mean';

export const ESTIMATORS = ['median', 'trimmed-mean'] as const satisfies readonly Estimator[];

/** Combines values at equal indices of all tiles; one result per index. */
export function combineTiles(
  tiles: readonly Pixels[],
  factors: readonly number[],
  estimator: Estimator,
): Float32Array<ArrayBuffer> {
  const length = tiles[0]?.length ?? 0;
  const out = new Float32Array(length);
  const values = new Float64Array(tiles.length);
  const cut = estimator === 'median' ? Math.floor((tiles.length - 1) / 2) : Math.floor(tiles.length / 4);
  for (let i = 0; i < length; i++) {
    for (let t = 0; t < tiles.length; t++) values[t] = tiles[t]![i]! * factors[t]!;
    // Between the two ranks then lie just the wanted values; nothing needs the rest in order.
    selectRank(values, cut, 0);
    selectRank(values, tiles.length - 1 - cut, cut);
    let sum = 0;
    for (let k = cut; k < tiles.length - cut; k++) sum += values[k]!;
    out[i] = sum / (tiles.length - 2 * cut);
  }
  return out;
}

/**
 * Rearranges values from `start` on so that the one at `rank` is where sorting would put it, with none larger
 * before it and none smaller behind. Source: C. A. R. Hoare, Commun. ACM 4 (1961), doi:10.1145/366622.366647.
 */
function selectRank(values: Float64Array, rank: number, start: number): void {
  let left = start;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swap = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swap;
      }
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else return;
  }
}

/** The median of a tile's pixels (the lower of two in the middle), by its full histogram. */
export function medianOf(pixels: Uint8Array | Uint16Array): number {
  const histogram = new Uint32Array(pixels instanceof Uint8Array ? 256 : 65_536);
  for (let i = 0; i < pixels.length; i++) histogram[pixels[i]!]!++;
  const middle = Math.ceil(pixels.length / 2);
  let seen = 0;
  for (let value = 0; value < histogram.length; value++) {
    seen += histogram[value]!;
    if (seen >= middle) return value;
  }
  return 0;
}
