/**
 * A synthetic specimen whose truth is known: sparse textured cells under a microscope that vignettes,
 * adds noise and misses its stage positions. Deterministic by seed, cheap enough to render a hundred
 * 1.4-megapixel tiles in seconds. Writing the tiles to files is left to its users; cells that keep apart and move are
 * `examples/microscope`'s.
 */
import { expose, type Exposure } from '../examples/microscope/camera.ts';
import { hash } from '../examples/microscope/random.ts';

/** What is photographed and how. Lengths are in pixels, intensities in counts of the tile's type. */
export interface SpecimenSpec {
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly bitDepth: 8 | 16;
  /** Percent of the tile that neighbours share when the stage is exact. */
  readonly overlap: number;
  /** Every tile lies up to this many pixels from its nominal place, evenly spread, in x and in y. */
  readonly jitter: number;
  /** With true, tiles lie at fractions of a pixel. */
  readonly subpixel?: boolean;
  /** Turn of the camera against the stage: pixels in y per pixel of a step in x. */
  readonly skew?: number;
  /** Cells per megapixel of specimen. */
  readonly cellsPerMegapixel: number;
  /** Mean radius of a cell. */
  readonly cellRadius: number;
  /** Brightness of a cell above the background. */
  readonly cellBrightness: number;
  readonly background: number;
  /** Standard deviation of the camera's noise, new in every tile. */
  readonly noise: number;
  /** Share of the light that is lost in the corners, 0 to 1. */
  readonly vignetting: number;
  /** Tiles (row, column, from 0) over which there are no cells at all. */
  readonly bare?: readonly (readonly [number, number])[];
}

/** A 10×10 grid of 1,040×1,392 16-bit tiles with 10 % overlap: what the speed of stitching is quoted for. */
export const LARGE_GRID: SpecimenSpec = {
  seed: 1,
  rows: 10,
  columns: 10,
  tileWidth: 1392,
  tileHeight: 1040,
  bitDepth: 16,
  overlap: 10,
  jitter: 6,
  cellsPerMegapixel: 180,
  cellRadius: 14,
  cellBrightness: 1800,
  background: 900,
  noise: 25,
  vignetting: 0.3,
};

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly brightness: number;
  readonly elongation: number;
  readonly cos: number;
  readonly sin: number;
  readonly phase: number;
}

const BLOCK = 256;

/** The upper left corner of a tile in the specimen, pixels, before the smallest is made zero. */
function rawPosition(spec: SpecimenSpec, row: number, column: number): { x: number; y: number } {
  const share = 1 - spec.overlap / 100;
  const stepX = Math.round(spec.tileWidth * share);
  const stepY = Math.round(spec.tileHeight * share);
  const skew = spec.skew ?? 0;
  const away = (axis: number): number => (hash(spec.seed, 77, row, column, axis) * 2 - 1) * spec.jitter;
  const x = column * stepX - row * stepY * skew + away(0);
  const y = row * stepY + column * stepX * skew + away(1);
  return spec.subpixel === true ? { x, y } : { x: Math.round(x), y: Math.round(y) };
}

/** True positions of all tiles by `[row][column]`, pixels, smallest x and y zero. */
export function tilePositions(spec: SpecimenSpec): { x: number; y: number }[][] {
  const raw = Array.from({ length: spec.rows }, (_, row) =>
    Array.from({ length: spec.columns }, (_unused, column) => rawPosition(spec, row, column)),
  );
  const left = Math.min(...raw.flat().map((position) => position.x));
  const top = Math.min(...raw.flat().map((position) => position.y));
  return raw.map((row) => row.map((position) => ({ x: position.x - left, y: position.y - top })));
}

/** True when the specimen was cleared at (x, y): a tile named in `bare` covers the point. */
function isCleared(spec: SpecimenSpec, x: number, y: number): boolean {
  return (spec.bare ?? []).some(([row, column]) => {
    const corner = rawPosition(spec, row, column);
    const margin = spec.cellRadius * 2.5;
    return (
      x > corner.x - margin &&
      x < corner.x + spec.tileWidth + margin &&
      y > corner.y - margin &&
      y < corner.y + spec.tileHeight + margin
    );
  });
}

function cellsOfBlock(spec: SpecimenSpec, blockX: number, blockY: number): Cell[] {
  const expected = (spec.cellsPerMegapixel * BLOCK * BLOCK) / 1e6;
  const count = Math.floor(expected + hash(spec.seed, blockX, blockY, 1));
  const cells: Cell[] = [];
  for (let index = 0; index < count; index++) {
    const random = (what: number): number => hash(spec.seed, blockX, blockY, index, what);
    const x = (blockX + random(2)) * BLOCK;
    const y = (blockY + random(3)) * BLOCK;
    if (isCleared(spec, x, y)) continue;
    const angle = random(4) * Math.PI;
    cells.push({
      x,
      y,
      radius: spec.cellRadius * (0.6 + 0.8 * random(5)),
      brightness: spec.cellBrightness * (0.4 + 0.8 * random(6)),
      elongation: 1 + random(7),
      cos: Math.cos(angle),
      sin: Math.sin(angle),
      phase: random(8) * 6.283,
    });
  }
  return cells;
}

/** Adds a cell's light to a tile whose corner is at (left, top): a soft ellipse with stripes in it. */
function addCell(light: Float32Array, spec: SpecimenSpec, cell: Cell, left: number, top: number): void {
  const reach = cell.radius * cell.elongation;
  const firstX = Math.max(0, Math.ceil(cell.x - left - reach));
  const lastX = Math.min(spec.tileWidth - 1, Math.floor(cell.x - left + reach));
  const firstY = Math.max(0, Math.ceil(cell.y - top - reach));
  const lastY = Math.min(spec.tileHeight - 1, Math.floor(cell.y - top + reach));
  const invLong = 1 / (cell.radius * cell.elongation);
  const invShort = 1 / cell.radius;
  for (let y = firstY; y <= lastY; y++) {
    const dy = y + top - cell.y;
    for (let x = firstX; x <= lastX; x++) {
      const dx = x + left - cell.x;
      const u = (dx * cell.cos + dy * cell.sin) * invLong;
      const v = (dy * cell.cos - dx * cell.sin) * invShort;
      const inside = 1 - u * u - v * v;
      if (inside <= 0) continue;
      const texture = 1 + 0.35 * Math.sin(dx * 0.9 + cell.phase) * Math.sin(dy * 0.7 - cell.phase);
      const index = y * spec.tileWidth + x;
      light[index] = (light[index] ?? 0) + cell.brightness * inside * texture;
    }
  }
}

/**
 * Photographs the tile at a row and a column (from 0). The same spec gives the same pixels on every call;
 * neighbours show the same cells, with different noise and different shading.
 */
export function renderTile(spec: SpecimenSpec, row: number, column: number): Exposure {
  const { tileWidth: width, tileHeight: height } = spec;
  const { x: left, y: top } = rawPosition(spec, row, column);
  const light = new Float32Array(width * height).fill(spec.background);
  const margin = spec.cellRadius * 3;
  for (let by = Math.floor((top - margin) / BLOCK); by <= Math.floor((top + height + margin) / BLOCK); by++) {
    for (
      let bx = Math.floor((left - margin) / BLOCK);
      bx <= Math.floor((left + width + margin) / BLOCK);
      bx++
    ) {
      for (const cell of cellsOfBlock(spec, bx, by)) addCell(light, spec, cell, left, top);
    }
  }
  return expose({ ...spec, width, height }, light, spec.seed, [row, column]);
}
