/**
 * Otsu's threshold over a full histogram of 8- or 16-bit values, and the histogram itself.
 * Works on counts alone, so an image may be counted strip by strip; reading it is left to `formats`.
 */

/** Pixels whose values are indices of a histogram. */
export type CountedPixels = Uint8Array | Uint16Array;

/** What Otsu's method found in a histogram. */
export interface OtsuThreshold {
  /** A pixel is foreground where `pixel > threshold`. */
  readonly threshold: number;
  /** Pixels above the threshold. */
  readonly foreground: number;
  /** All counted pixels. */
  readonly total: number;
}

/** An empty histogram: one bin per value, 256 or 65,536. */
export function createHistogram(bitDepth: 8 | 16): Float64Array {
  return new Float64Array(2 ** bitDepth);
}

/** Adds every pixel to `counts[pixel]`. May be called once per strip. */
export function countValues(pixels: CountedPixels, counts: Float64Array): void {
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    counts[value] = counts[value]! + 1;
  }
}

/**
 * The threshold that maximises the variance between the two classes, `value <= threshold` and
 * `value > threshold`; of several equal ones (a gap between the classes) the lowest.
 *
 * N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9(1), 1979,
 * doi:10.1109/TSMC.1979.4310076. The class sums are integers below 2^53 for up to 1.3·10^11 pixels
 * of 16 bit, so they are exact, and candidates closer than rounding are compared as integers: the
 * result depends neither on the order of summation nor on the offset of the values.
 *
 * @param counts pixels per value, non-negative integers
 * @returns `undefined` when fewer than two values occur, because then there are no two classes
 */
export function otsuThreshold(counts: Float64Array): OtsuThreshold | undefined {
  let lowest = -1;
  let highest = -1;
  for (let value = 0; value < counts.length; value++) {
    if (counts[value] === 0) continue;
    if (lowest < 0) lowest = value;
    highest = value;
  }
  if (lowest === highest) return undefined;

  // Values are counted from the lowest one, so that a large offset costs no precision.
  let total = 0;
  let sum = 0;
  for (let value = lowest; value <= highest; value++) {
    total += counts[value]!;
    sum += counts[value]! * (value - lowest);
  }

  let below = 0;
  let sumBelow = 0;
  let best = { threshold: lowest, below: 0, sumBelow: 0, variance: -1 };
  for (let value = lowest; value < highest; value++) {
    const count = counts[value]!;
    if (count === 0) continue;
    below += count;
    sumBelow += count * (value - lowest);
    const above = total - below;
    const distance = sumBelow / below - (sum - sumBelow) / above;
    const variance = below * above * distance * distance;
    const candidate = { threshold: value, below, sumBelow, variance };
    if (isBetter(candidate, best, total, sum)) best = candidate;
  }
  return { threshold: best.threshold, foreground: total - best.below, total };
}

interface Candidate {
  readonly below: number;
  readonly sumBelow: number;
  readonly variance: number;
}

/** Rounding in one variance stays far below this share of it. */
const ROUNDING = 1e-11;

function isBetter(candidate: Candidate, best: Candidate, total: number, sum: number): boolean {
  if (best.below === 0) return true;
  if (Math.abs(candidate.variance - best.variance) > ROUNDING * best.variance) {
    return candidate.variance > best.variance;
  }
  // variance = (sumBelow·total − sum·below)² / (below·above), compared without dividing.
  const [n1, d1] = exactVariance(candidate, total, sum);
  const [n2, d2] = exactVariance(best, total, sum);
  return n1 * d2 > n2 * d1;
}

function exactVariance(candidate: Candidate, total: number, sum: number): [bigint, bigint] {
  const below = BigInt(candidate.below);
  const root = BigInt(candidate.sumBelow) * BigInt(total) - BigInt(sum) * below;
  return [root * root, below * (BigInt(total) - below)];
}
