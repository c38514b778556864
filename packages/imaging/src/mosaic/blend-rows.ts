/**
 * Blends overlapping tiles into rows of a mosaic. Reading tiles and writing the mosaic are its callers' part.
 */
import type { Pixels } from '../formats/pixels.ts';

/**
 * - `overlay`: later tiles of the vector lie over earlier ones
 * - `average`: the mean of all tiles there
 * - `linear`: feathered, each tile weighted by the distance to its nearest edge (1 at the edge itself)
 * - `max`: the brightest
 */
export type Blend = 'overlay' | 'average' | 'linear' | 'max';

export const BLENDS = ['overlay', 'average', 'linear', 'max'] as const satisfies readonly Blend[];

/** A tile, or the part of one that is in memory; all numbers are pixels. */
export interface Layer {
  readonly data: Pixels;
  /** Of the part in `data`: its corner in the mosaic, and its size. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The whole tile, which the weights of `linear` are about. */
  readonly tile: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** Part of a mosaic: rows of a band of columns. */
export interface Strip {
  readonly data: Pixels;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly rows: number;
}

/**
 * Fills a strip from layers, which stand in the vector's order; pixels that none covers become 0.
 * Means are rounded to the nearest whole number, halves up, unless the pixels are floats.
 */
export function blendStrip(strip: Strip, layers: readonly Layer[], blend: Blend): void {
  strip.data.fill(0);
  switch (blend) {
    case 'overlay':
      eachRow(strip, layers, copyRow);
      return;
    case 'max':
      eachRow(strip, layers, brightestRow);
      return;
    case 'average':
      blendByWeight(strip, layers, false);
      return;
    case 'linear':
      blendByWeight(strip, layers, true);
      return;
  }
}

/** Calls `draw` for every row of every layer within the strip, with indices into the two arrays. */
function eachRow(
  strip: Strip,
  layers: readonly Layer[],
  draw: (target: Pixels, at: number, source: Pixels, from: number, count: number) => void,
): void {
  for (const layer of layers) {
    const left = Math.max(strip.left, layer.x);
    const count = Math.min(strip.left + strip.width, layer.x + layer.width) - left;
    if (count <= 0) continue;
    const bottom = Math.min(strip.top + strip.rows, layer.y + layer.height);
    for (let y = Math.max(strip.top, layer.y); y < bottom; y++) {
      const at = (y - strip.top) * strip.width + left - strip.left;
      draw(strip.data, at, layer.data, (y - layer.y) * layer.width + left - layer.x, count);
    }
  }
}

function copyRow(target: Pixels, at: number, source: Pixels, from: number, count: number): void {
  target.set(source.subarray(from, from + count), at);
}

function brightestRow(target: Pixels, at: number, source: Pixels, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = source[from + i]!;
    if (value > target[at + i]!) target[at + i] = value;
  }
}

/** Columns `left` to `right` that the same layers cover. */
interface Segment {
  left: number;
  right: number;
  layers: Layer[];
}

/** Rows between two edges of layers have the same segments; most segments have one layer and are copied. */
function blendByWeight(strip: Strip, layers: readonly Layer[], feathered: boolean): void {
  const bottom = strip.top + strip.rows;
  const edges = layers.flatMap((layer) => [layer.y, layer.y + layer.height]);
  const cuts = cutsBetween(strip.top, bottom, edges);
  const sums = new Float64Array(strip.width);
  const weights = new Float64Array(strip.width);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const top = cuts[i] as number;
    const end = cuts[i + 1] as number;
    const there = layers.filter((layer) => layer.y <= top && layer.y + layer.height >= end);
    for (const segment of segmentsOf(strip, there)) {
      for (let y = top; y < end; y++) {
        const [only] = segment.layers;
        if (segment.layers.length === 1 && only !== undefined) copySegment(strip, segment, only, y);
        else weighSegment(strip, segment, y, feathered, sums, weights);
      }
    }
  }
}

function segmentsOf(strip: Strip, layers: readonly Layer[]): Segment[] {
  const edges = layers.flatMap((layer) => [layer.x, layer.x + layer.width]);
  const cuts = cutsBetween(strip.left, strip.left + strip.width, edges);
  return cuts.slice(0, -1).flatMap((left, i) => {
    const right = cuts[i + 1] as number;
    const there = layers.filter((layer) => layer.x <= left && layer.x + layer.width >= right);
    return there.length === 0 ? [] : [{ left, right, layers: there }];
  });
}

/** The distinct values from `start` to `end`, both included, in order. */
function cutsBetween(start: number, end: number, edges: readonly number[]): number[] {
  const inside = edges.filter((edge) => edge > start && edge < end);
  return [...new Set([start, ...inside, end])].sort((a, b) => a - b);
}

function copySegment(strip: Strip, segment: Segment, layer: Layer, y: number): void {
  const from = (y - layer.y) * layer.width + segment.left - layer.x;
  const at = (y - strip.top) * strip.width + segment.left - strip.left;
  strip.data.set(layer.data.subarray(from, from + segment.right - segment.left), at);
}

function weighSegment(
  strip: Strip,
  segment: Segment,
  y: number,
  feathered: boolean,
  sums: Float64Array,
  weights: Float64Array,
): void {
  const count = segment.right - segment.left;
  sums.fill(0, 0, count);
  weights.fill(0, 0, count);
  for (const layer of segment.layers) {
    const { data, tile } = layer;
    const from = (y - layer.y) * layer.width + segment.left - layer.x;
    const inTile = segment.left - tile.x;
    const vertical = feathered ? Math.min(y - tile.y + 1, tile.y + tile.height - y) : 1;
    for (let i = 0; i < count; i++) {
      const x = inTile + i;
      const weight = feathered ? Math.min(vertical, x + 1, tile.width - x) : 1;
      sums[i]! += weight * data[from + i]!;
      weights[i]! += weight;
    }
  }
  const at = (y - strip.top) * strip.width + segment.left - strip.left;
  const rounding = strip.data instanceof Float32Array ? 0 : 0.5; // whole types cut the fraction off
  for (let i = 0; i < count; i++) strip.data[at + i] = sums[i]! / weights[i]! + rounding;
}
