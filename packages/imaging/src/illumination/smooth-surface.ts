/**
 * Smooths a surface with Gaussian weights without bending it at the borders: at each point a line is fitted to
 * the weighted neighbours, along rows and then along columns. Inside it is the plain Gaussian filter.
 * Source: local linear regression, W. S. Cleveland, J. Am. Stat. Assoc. 74 (1979), doi:10.1080/01621459.1979.10481038.
 */

/** Beyond three sigmas weights are below 1.2 %. */
const REACH = 3;

/**
 * @param surface width × height values, left as they are
 * @param sigma pixels; 0 gives a copy
 */
export function smoothSurface(
  surface: Float32Array,
  width: number,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const height = surface.length / width;
  if (sigma === 0) return Float32Array.from(surface);
  return filterColumns(filterRows(surface, width, height, sigma), width, height, sigma);
}

interface Kernel {
  /** The first neighbour. */
  start: number;
  weights: Float64Array;
}

/** The weights of each point of a line of `length`: a point near an end has fewer, and lopsided, neighbours. */
function kernelsOf(length: number, sigma: number): Kernel[] {
  const reach = Math.max(1, Math.ceil(REACH * sigma));
  return Array.from({ length }, (_, at) => {
    const start = Math.max(0, at - reach);
    const end = Math.min(length, at + reach + 1);
    const gauss = Float64Array.from({ length: end - start }, (_unused, i) =>
      Math.exp(-((start + i - at) ** 2) / (2 * sigma ** 2)),
    );
    let [s0, s1, s2] = [0, 0, 0];
    gauss.forEach((weight, i) => {
      const distance = start + i - at;
      s0 += weight;
      s1 += weight * distance;
      s2 += weight * distance ** 2;
    });
    const determinant = s0 * s2 - s1 ** 2;
    // A single neighbour leaves no line to fit: its value is the result.
    if (determinant <= 0) return { start, weights: gauss.map((weight) => weight / s0) };
    return {
      start,
      weights: gauss.map((weight, i) => (weight * (s2 - s1 * (start + i - at))) / determinant),
    };
  });
}

function filterRows(
  surface: Float32Array,
  width: number,
  height: number,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const kernels = kernelsOf(width, sigma);
  const out = new Float32Array(surface.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { start, weights } = kernels[x]!;
      const from = y * width + start;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * surface[from + i]!;
      out[y * width + x] = sum;
    }
  }
  return out;
}

/** Adds whole rows at a time, so memory is read in order. */
function filterColumns(
  surface: Float32Array,
  width: number,
  height: number,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const kernels = kernelsOf(height, sigma);
  const out = new Float32Array(surface.length);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const { start, weights } = kernels[y]!;
    row.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!;
      const from = (start + i) * width;
      for (let x = 0; x < width; x++) row[x]! += weight * surface[from + x]!;
    }
    out.set(row, y * width);
  }
  return out;
}
