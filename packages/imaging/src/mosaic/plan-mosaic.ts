/**
 * Decides where every tile of a mosaic lies and in which pieces the mosaic is made: checks the tiles against
 * the stitching vector and against each other, and cuts the mosaic into bands of columns whose tiles fit
 * into the memory allowed. Pixels are not touched here.
 */
import { GantryError } from '@gantry/model';
import { describeDepth, type PixelLayout } from '../formats/pixels.ts';
import { readImageHeader, type ImageHeader } from '../formats/read-image.ts';
import type { VectorEntry } from './parse-vector.ts';

export interface MosaicTile {
  readonly path: string;
  readonly name: string;
}

/** A tile at its place; x and y are never negative. */
export interface PlacedTile extends MosaicTile {
  readonly x: number;
  readonly y: number;
  /** Its rank in the vector: with `overlay`, higher ones lie on top. */
  readonly order: number;
}

export interface MosaicPlan {
  readonly mosaic: PixelLayout;
  /** In the vector's order. */
  readonly tiles: readonly PlacedTile[];
  /** What all tiles are; the metadata are the first one's. */
  readonly tile: ImageHeader;
}

const AT_ONCE = 8;

/**
 * Matches tiles and vector by file name and reads every tile's header.
 * @throws GantryError `mosaic-tile-missing` (in the vector, not given), `mosaic-tile-unplaced` (given, not in
 *   the vector), `mosaic-tile-repeats`, `mosaic-tile-differs` (other size or depth), or why one cannot be read
 */
export async function planMosaic(
  tiles: readonly MosaicTile[],
  vector: readonly VectorEntry[],
  vectorPath: string,
): Promise<MosaicPlan> {
  const placed = placeTiles(tiles, vector, vectorPath);
  const headers = await readHeaders(placed);
  const [first] = headers;
  const [model] = placed;
  if (first === undefined || model === undefined) throw new RangeError('A mosaic needs a tile');
  headers.forEach((header, i) => {
    const same =
      header.width === first.width &&
      header.height === first.height &&
      header.bitDepth === first.bitDepth &&
      header.sampleFormat === first.sampleFormat;
    const path = placed[i]?.path ?? '';
    if (same) return;
    throw new GantryError(
      'mosaic-tile-differs',
      `${path} is ${describe(header)}, but ${model.name}, the first of the vector, is ${describe(first)}`,
      {
        file: path,
        mend: 'All tiles of a mosaic need the same size and depth: replace or convert this one.',
      },
    );
  });
  const mosaic = {
    width: largest(placed.map((tile) => tile.x)) + first.width,
    height: largest(placed.map((tile) => tile.y)) + first.height,
    bitDepth: first.bitDepth,
    sampleFormat: first.sampleFormat,
  };
  return { mosaic, tiles: placed, tile: first };
}

/**
 * Widths of the fewest column bands, each a multiple of `tileSize`, such that the source tiles met by one row
 * of output tiles never take more than `memory` bytes decoded. A source tile is decoded once per band that it
 * meets; one band is the rule. If even the narrowest bands need more, they are used all the same.
 */
export function planBands(
  plan: MosaicPlan,
  tileSize: number,
  memory: number,
): { left: number; right: number }[] {
  const columns = Math.ceil(plan.mosaic.width / tileSize);
  for (let count = 1; ; count++) {
    const width = Math.ceil(columns / count) * tileSize;
    const bands = Array.from({ length: Math.ceil(plan.mosaic.width / width) }, (_, i) => ({
      left: i * width,
      right: Math.min(plan.mosaic.width, (i + 1) * width),
    }));
    const most = largest(bands.map((band) => mostTilesAtOnce(plan, band, tileSize)));
    const stripBytes = width * tileSize * (plan.mosaic.bitDepth / 8);
    const tileBytes = plan.tile.width * plan.tile.height * (plan.mosaic.bitDepth / 8);
    if (most * tileBytes + stripBytes <= memory || width === tileSize) return bands;
  }
}

/** The most source tiles that any row of output tiles meets between two columns. */
function mostTilesAtOnce(plan: MosaicPlan, band: { left: number; right: number }, tileSize: number): number {
  const counts = new Array<number>(Math.ceil(plan.mosaic.height / tileSize)).fill(0);
  for (const tile of plan.tiles) {
    if (tile.x >= band.right || tile.x + plan.tile.width <= band.left) continue;
    const last = Math.floor((tile.y + plan.tile.height - 1) / tileSize);
    for (let row = Math.floor(tile.y / tileSize); row <= last; row++) counts[row] = (counts[row] ?? 0) + 1;
  }
  return largest(counts);
}

function placeTiles(
  tiles: readonly MosaicTile[],
  vector: readonly VectorEntry[],
  vectorPath: string,
): PlacedTile[] {
  const byName = new Map<string, MosaicTile>();
  for (const tile of tiles) {
    const other = byName.get(tile.name);
    if (other !== undefined) {
      throw new GantryError(
        'mosaic-tile-repeats',
        `${other.path} and ${tile.path} are both called ${tile.name}`,
        {
          file: tile.path,
          mend: 'A stitching vector knows tiles by their names: give each its own.',
        },
      );
    }
    byName.set(tile.name, tile);
  }
  const missing = vector.filter((entry) => !byName.has(entry.file));
  const named = new Set(vector.map((entry) => entry.file));
  const unplaced = tiles.filter((tile) => !named.has(tile.name));
  if (missing.length > 0) {
    const hint =
      unplaced.length > 0 ? ` (given, but not in it: ${listNames(unplaced.map((t) => t.name))})` : '';
    throw new GantryError(
      'mosaic-tile-missing',
      `The stitching vector ${vectorPath} names ${listNames(missing.map((entry) => entry.file))}, ` +
        `which ${missing.length === 1 ? 'is' : 'are'} not among the tiles given${hint}`,
      { file: vectorPath, line: missing[0]?.line, mend: 'Give the tiles that the vector was made from.' },
    );
  }
  const [stray] = unplaced;
  if (stray !== undefined) {
    throw new GantryError(
      'mosaic-tile-unplaced',
      `The stitching vector ${vectorPath} has no position for ${listNames(unplaced.map((tile) => tile.name))}`,
      { file: stray.path, mend: 'Stitch again with these tiles, or leave them out.' },
    );
  }
  // Positions should not be negative; if some are, the mosaic begins there.
  const left = -largest(vector.map((entry) => -entry.x));
  const top = -largest(vector.map((entry) => -entry.y));
  return vector.map((entry, order) => {
    const tile = byName.get(entry.file) as MosaicTile;
    return { path: tile.path, name: tile.name, x: entry.x - left, y: entry.y - top, order };
  });
}

async function readHeaders(tiles: readonly PlacedTile[]): Promise<ImageHeader[]> {
  const headers: ImageHeader[] = [];
  for (let i = 0; i < tiles.length; i += AT_ONCE) {
    headers.push(
      ...(await Promise.all(tiles.slice(i, i + AT_ONCE).map((tile) => readImageHeader(tile.path)))),
    );
  }
  return headers;
}

/** Of none: 0. `Math.max(...)` overflows the stack at some 100,000 arguments. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function describe(header: ImageHeader): string {
  return `${header.width}×${header.height} pixels of ${describeDepth(header)}`;
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
