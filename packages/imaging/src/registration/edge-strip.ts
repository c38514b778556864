/**
 * The strips along a tile's edges that stitching looks at: cutting them out of a tile (so that the tile itself
 * can be let go), and taking the shading out of them. Comparing strips is left to `match-strips.ts`.
 */

import type { Pixels } from '../formats/pixels.ts';

/** About so many pixels of a strip are looked at to find its shading. */
const SAMPLES = 6000;
const FITTING_ROUNDS = 4;
const OUTLYING = 2;

/** Which edge of its tile a strip lies at. */
export type Edge = 'left' | 'right' | 'top' | 'bottom';

/** Integer pixels of a strip as cut: small, and can be handed to another thread without a copy. */
export interface RawStrip {
  /** Depth of the strip, counted across the edge, in the direction of the stage's step. */
  readonly rows: number;
  /** Length of the edge. */
  readonly columns: number;
  readonly values: Pixels;
}

/** A strip with its shading removed and its noise smoothed. */
export interface Strip {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export interface TilePixels {
  readonly width: number;
  readonly height: number;
  readonly data: Pixels;
}

/**
 * Cuts the `depth` pixels next to an edge. Rows of the strip run along the edge, so that strips of left and
 * right edges are transposed: all that follows knows one geometry only, a step along the rows' axis.
 */
export function cutStrip(tile: TilePixels, edge: Edge, depth: number): RawStrip {
  const { width, height, data } = tile;
  if (edge === 'top' || edge === 'bottom') {
    const first = edge === 'top' ? 0 : height - depth;
    return { rows: depth, columns: width, values: data.slice(first * width, (first + depth) * width) };
  }
  const first = edge === 'left' ? 0 : width - depth;
  const values = new (data.constructor as new (length: number) => Pixels)(depth * height);
  for (let y0 = 0; y0 < height; y0 += 32) {
    const y1 = Math.min(height, y0 + 32);
    for (let d = 0; d < depth; d++) {
      for (let y = y0; y < y1; y++) values[d * height + y] = data[y * width + first + d] ?? 0;
    }
  }
  return { rows: depth, columns: height, values };
}

/**
 * Makes a strip ready to be compared. A quadratic surface, fitted by least squares, is taken off: vignetting is
 * such a surface, the same on every tile, and makes bare strips correlate where nothing is. Then the pixels are
 * smoothed (binomial weights 1 4 6 4 1, about a Gaussian of sigma 1): without it the climb to the maximum of the
 * correlation gets stuck on noise, 2 to 5 pixels off, once noise is stronger than about a third of the contrast.
 */
export function prepareStrip(raw: RawStrip): Strip {
  const strip = removeShading(raw);
  smooth(strip);
  return strip;
}

/** Smooths in place, along the columns and then along the rows; what lies outside repeats the border. */
function smooth({ rows, columns, values }: Strip): void {
  const line = new Float32Array(columns + 4);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    line.fill(values[start] ?? 0, 0, 2);
    line.set(values.subarray(start, start + columns), 2);
    line.fill(values[start + columns - 1] ?? 0, columns + 2);
    for (let column = 0; column < columns; column++) {
      const outer = line[column]! + line[column + 4]!;
      const inner = line[column + 1]! + line[column + 3]!;
      values[start + column] = (outer + 4 * inner + 6 * line[column + 2]!) / 16;
    }
  }
  const original = values.slice();
  const rowStart = (row: number): number => Math.max(0, Math.min(rows - 1, row)) * columns;
  for (let row = 0; row < rows; row++) {
    const [a, b, c, d, e] = [row - 2, row - 1, row, row + 1, row + 2].map(rowStart) as [
      number,
      number,
      number,
      number,
      number,
    ];
    for (let column = 0; column < columns; column++) {
      const outer = original[a + column]! + original[e + column]!;
      const inner = original[b + column]! + original[d + column]!;
      values[c + column] = (outer + 4 * inner + 6 * original[c + column]!) / 16;
    }
  }
}

function removeShading(raw: RawStrip): Strip {
  const { rows, columns, values } = raw;
  const surface = fitSurface(raw);
  const flat = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const v = rows > 1 ? (2 * row) / (rows - 1) - 1 : 0;
    const constant = (surface[0] ?? 0) + (surface[1] ?? 0) * v + (surface[2] ?? 0) * v * v;
    const slope = (surface[3] ?? 0) + (surface[5] ?? 0) * v;
    const bend = surface[4] ?? 0;
    for (let column = 0; column < columns; column++) {
      const u = (2 * column) / (columns - 1) - 1;
      const index = row * columns + column;
      const value = values[index]! - (constant + (slope + bend * u) * u);
      flat[index] = Number.isNaN(value) ? 0 : value;
    }
  }
  return { rows, columns, values: flat };
}

/**
 * Fits a + bv + cv² + du + eu² + fuv (v across, u along the edge, −1 to 1) to the background: bright and dark
 * objects are left out, by the distance of 2 mean deviations, and the fit is made again. A fit to all pixels
 * follows the objects, differently in the two strips of a pair, and moved the correlation's maximum by up to
 * 8 pixels where an overlap held one or two cells only.
 */
function fitSurface(raw: RawStrip): number[] {
  const samples = takeSamples(raw);
  let surface = [0, 0, 0, 0, 0, 0];
  let limit = Infinity;
  for (let round = 0; round < FITTING_ROUNDS; round++) {
    surface = solve(normalEquations(samples, surface, limit));
    limit = OUTLYING * meanDeviation(samples, surface, limit);
  }
  return surface;
}

/** Samples as v, u, z one after the other. */
function takeSamples({ rows, columns, values }: RawStrip): Float64Array {
  const stride = Math.max(1, Math.round(Math.sqrt((rows * columns) / SAMPLES)));
  const samples = new Float64Array(3 * Math.ceil(rows / stride) * Math.ceil(columns / stride));
  let at = 0;
  for (let row = 0; row < rows; row += stride) {
    for (let column = 0; column < columns; column += stride) {
      samples[at++] = rows > 1 ? (2 * row) / (rows - 1) - 1 : 0;
      samples[at++] = columns > 1 ? (2 * column) / (columns - 1) - 1 : 0;
      samples[at++] = values[row * columns + column]!;
    }
  }
  return samples;
}

/** Least squares over the samples within the limit around the surface: 6 rows of 6 coefficients and a right side. */
function normalEquations(samples: Float64Array, surface: readonly number[], limit: number): number[][] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = surface;
  const sums = new Float64Array(6 * 7);
  const terms = new Float64Array(7);
  terms[0] = 1;
  for (let at = 0; at < samples.length; at += 3) {
    const v = samples[at]!;
    const u = samples[at + 1]!;
    const z = samples[at + 2]!;
    // Not a number (in 32-bit float tiles) is never within the limit.
    if (!(Math.abs(z - (a + (b + c * v) * v + (d + e * u + f * v) * u)) <= limit)) continue;
    terms[1] = v;
    terms[2] = v * v;
    terms[3] = u;
    terms[4] = u * u;
    terms[5] = u * v;
    terms[6] = z;
    for (let i = 0; i < 6; i++) {
      for (let j = i; j < 7; j++) sums[i * 7 + j]! += terms[i]! * terms[j]!;
    }
  }
  return Array.from({ length: 6 }, (_, i) =>
    Array.from({ length: 7 }, (_unused, j) => sums[j < i ? j * 7 + i : i * 7 + j]!),
  );
}

/** Mean distance of the samples from the surface, of those within the limit. */
function meanDeviation(samples: Float64Array, surface: readonly number[], limit: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = surface;
  let sum = 0;
  let count = 0;
  for (let at = 0; at < samples.length; at += 3) {
    const v = samples[at]!;
    const u = samples[at + 1]!;
    const away = Math.abs(samples[at + 2]! - (a + (b + c * v) * v + (d + e * u + f * v) * u));
    if (!(away <= limit)) continue;
    sum += away;
    count++;
  }
  return count > 0 ? sum / count : Infinity;
}

/** Gauss elimination with pivots; directions without information get the coefficient 0. */
function solve(system: number[][]): number[] {
  const size = system.length;
  const at = (row: number, column: number): number => system[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    }
    const line = system[best] ?? [];
    system[best] = system[pivot] ?? [];
    system[pivot] = line;
    if (Math.abs(at(pivot, pivot)) < 1e-9) continue;
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      for (let column = pivot; column <= size; column++) system[row]![column]! -= factor * at(pivot, column);
    }
  }
  return system.map((line, row) =>
    Math.abs(at(row, row)) < 1e-9 ? 0 : (line[size] ?? 0) / (line[row] ?? 1),
  );
}

/** Averages squares of `factor` × `factor` pixels; what does not fill a square on the right and below is cut. */
export function shrink(tile: TilePixels, factor: number): TilePixels {
  const width = Math.floor(tile.width / factor);
  const height = Math.floor(tile.height / factor);
  const data = new Float32Array(width * height);
  const share = 1 / (factor * factor);
  for (let y = 0; y < height * factor; y++) {
    const target = Math.floor(y / factor) * width;
    const source = y * tile.width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < factor; k++) sum += tile.data[source + x * factor + k] ?? 0;
      data[target + x] = (data[target + x] ?? 0) + sum * share;
    }
  }
  return { width, height, data };
}
