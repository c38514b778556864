/**
 * Stitches a grid of tiles: from files to positions. The order of the parts can be read here; each part is a
 * module of its own. Writing the vector and the report is left to the tool.
 * Source: Chalfoun et al., "MIST: Accurate and Scalable Microscopy Image Stitching Tool with Stage Modeling and
 * Error Minimization", Sci Rep 2017, doi:10.1038/s41598-017-04567-y.
 */
import { findClosedPairs } from './close-loops.ts';
import { arrangeGrid, type Direction, type GridPair, type GridTile, type TileGrid } from './grid.ts';
import { chooseCandidate, findContradiction, isKept, judgePair, type JudgedPair } from './judge-pairs.ts';
import { MatchPool } from './match-pool.ts';
import { measurePairs, type MeasureContext } from './measure-pairs.ts';
import { isUnreadable, nameUnreadable } from './name-unreadable.ts';
import { placeTiles, type PairLink, type PlacedTile } from './place-tiles.ts';
import { TileReader } from './read-tiles.ts';
import { relaxPositions } from './relax-positions.ts';
import {
  buildStageModel,
  expectedTranslation,
  isConvincing,
  type MeasuredPair,
  type StageModel,
  type Vector,
} from './stage-model.ts';
import { surveyStage, type StagePrior } from './survey-stage.ts';
import type { PixelLayout } from '../formats/pixels.ts';

export interface StitchOptions {
  /** Percent of the tile that neighbours share; estimated without it. */
  readonly overlap?: number | undefined;
  /** Pixels that a tile's translation may deviate from the stage's model; estimated without it. */
  readonly maxShift?: number | undefined;
  /** Threads to use; a pool is made and closed without it. */
  readonly pool?: MatchPool | undefined;
  /** 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface StitchedTile {
  readonly tile: GridTile;
  readonly row: number;
  readonly column: number;
  /** Upper left corner, whole pixels; the smallest x and y are 0. */
  readonly x: number;
  readonly y: number;
  readonly correlation: number;
  readonly island: number;
}

export interface StitchResult {
  readonly grid: TileGrid;
  readonly layout: PixelLayout;
  readonly tiles: readonly StitchedTile[];
  readonly pairs: readonly JudgedPair[];
  readonly models: ReadonlyMap<Direction, StageModel & { readonly source: StagePrior['source'] }>;
}

/** Reach of the search around the surveyed step, when `maxShift` is absent: pixels, and share of the tile. */
const LEAST_REACH = 20;
const REACH_SHARE = 0.04;
/** A few pairs do not show the largest deviations of all. */
const REACH_PER_SPREAD = 2;
/** Without any pair behind it, a given or borrowed overlap may be further off. */
const UNSURE_REACH_SHARE = 0.05;
/** Pixels that even the sharpest pair may be off, between pixels: so none outvotes all others. */
const LEAST_ERROR = 0.1;
/** What the survey's median of a few pairs may be off, added to a given `maxShift`. */
const SURVEY_SLACK = 8;

/**
 * Positions of all tiles. One tile needs no neighbour; grids may have gaps and be one row or column.
 * @throws GantryError as `arrangeGrid`, `TileReader.readInOrder` and `surveyStage` do; `tiles-unreadable`, which names
 *   them, where several cannot be read
 */
export async function stitchTiles(
  tiles: readonly GridTile[],
  options: StitchOptions = {},
): Promise<StitchResult> {
  const grid = arrangeGrid(tiles);
  try {
    return await stitchGrid(grid, options);
  } catch (error) {
    throw isUnreadable(error) ? await nameUnreadable(grid.cells, error) : error;
  }
}

async function stitchGrid(grid: TileGrid, options: StitchOptions): Promise<StitchResult> {
  const reader = new TileReader(grid.cells);
  const layout = await checkLayouts(grid, reader);
  const pool = options.pool ?? new MatchPool();
  try {
    let read = 0;
    const onTile = (): void => options.onProgress?.(Math.min(0.95, read++ / (1.3 * grid.cells.length)));
    const context: MeasureContext = { grid, reader, pool, layout, onTile };
    const priors = await surveyStage(context, options.overlap, options.maxShift);
    const { measured, models } = await measureGrid(context, priors, options.maxShift);
    return { layout, ...settle(grid, measured, models, priors) };
  } finally {
    if (options.pool === undefined) await pool.close();
  }
}

/** Tiles without neighbours are never read, so their headers are checked here; one header is always needed. */
async function checkLayouts(grid: TileGrid, reader: TileReader): Promise<PixelLayout> {
  const paired = new Set(grid.pairs.flatMap(({ from, to }) => [from, to]));
  const layout = await reader.layout(0);
  for (let index = 1; index < grid.cells.length; index++) {
    if (!paired.has(index)) await reader.layout(index);
  }
  return layout;
}

type Models = ReadonlyMap<Direction, StageModel>;

/** Measures every pair around the survey's step, builds the model, and looks again where it disagrees. */
async function measureGrid(
  context: MeasureContext,
  priors: ReadonlyMap<Direction, StagePrior>,
  maxShift: number | undefined,
): Promise<{ measured: MeasuredPair[]; models: Models }> {
  const { grid, layout } = context;
  const side = Math.max(layout.width, layout.height);
  const reachOf = (direction: Direction): number => {
    if (maxShift !== undefined) return maxShift + SURVEY_SLACK;
    const prior = priors.get(direction);
    const share = prior?.source === 'pairs' ? REACH_SHARE : UNSURE_REACH_SHARE;
    return Math.ceil(Math.max(LEAST_REACH, share * side, REACH_PER_SPREAD * (prior?.spread ?? 0)));
  };
  const searches = grid.pairs.map((pair) => {
    const reach = reachOf(pair.direction);
    const translation = priors.get(pair.direction)?.translation ?? { x: 0, y: 0 };
    return { pair, around: { translation, reach: { x: reach, y: reach } } };
  });
  let measured = await measurePairs(context, searches);
  const model = (): Models => {
    const closed = findClosedPairs(grid, measured);
    return new Map(
      [...priors].map(([direction, prior]) => {
        const members = measured.filter(({ pair }) => pair.direction === direction);
        const isClosed = (pair: GridPair): boolean => closed.has(pair);
        const reach = reachOf(direction);
        const built = buildStageModel(direction, members, isClosed, prior.translation, reach, maxShift);
        return [direction, built];
      }),
    );
  };
  const models = model();
  const doubtful = findDoubtful(grid, measured, models);
  const again = await measurePairs(
    context,
    doubtful.map(({ pair, model: built }) => ({
      pair,
      around: { translation: expectedTranslation(built, pair), reach: built.repeatability },
    })),
  );
  const second = new Map(again.map((one) => [one.pair, one.candidates]));
  measured = measured.map((one) => ({
    pair: one.pair,
    candidates: [...one.candidates, ...(second.get(one.pair) ?? [])],
  }));
  return { measured, models };
}

/** Pairs that show something, but nothing yet that could be believed: worth a second look near the model. */
function findDoubtful(
  grid: TileGrid,
  measured: readonly MeasuredPair[],
  models: Models,
): { pair: GridPair; model: StageModel }[] {
  const closed = findClosedPairs(grid, measured);
  return measured.flatMap((one) => {
    const model = models.get(one.pair.direction);
    const isDoubtful = one.candidates.some(isConvincing);
    if (!model || !isDoubtful || chooseCandidate(one, model, closed.has(one.pair))) return [];
    return [{ pair: one.pair, model }];
  });
}

function settle(
  grid: TileGrid,
  measured: readonly MeasuredPair[],
  models: Models,
  priors: ReadonlyMap<Direction, StagePrior>,
): Omit<StitchResult, 'layout'> {
  const closedAtFirst = findClosedPairs(grid, measured);
  const chosen = measured.flatMap((one) => {
    const model = models.get(one.pair.direction);
    if (!model) return [];
    const candidate = chooseCandidate(one, model, closedAtFirst.has(one.pair));
    return [{ one, model, candidate, pair: one.pair, candidates: candidate ? [candidate] : [] }];
  });
  const closed = findClosedPairs(grid, chosen);
  const judged = chosen.map(({ one, model, candidate, pair }) =>
    judgePair(one, model, candidate, closed.has(pair)),
  );
  const links = judged.map(({ pair, translation, correlation, distrust }): PairLink => {
    const trust = closed.has(pair) ? 'closed' : 'trusted';
    const rank = distrust === undefined ? trust : distrust === 'imprecise' ? distrust : 'model';
    return { pair, translation, correlation, rank };
  });
  const zero: Vector = { x: 0, y: 0 };
  const placed = placeTiles(grid, links, {
    horizontal: models.get('horizontal')?.translation ?? zero,
    vertical: models.get('vertical')?.translation ?? zero,
  });
  const onTree = placed.map(({ position }) => position);
  const pairs = judged.map((pair) => findContradiction(pair, onTree));
  const springs = pairs
    .filter((pair) => isKept(pair, onTree))
    .map(({ pair: { from, to }, translation, uncertainty = 0 }) => {
      return { from, to, translation, weight: 1 / (LEAST_ERROR ** 2 + uncertainty ** 2) };
    });
  return {
    grid,
    tiles: finish(grid, placed, relaxPositions(onTree, springs)),
    pairs,
    models: new Map(
      [...models].map(([direction, model]) => [
        direction,
        { ...model, source: priors.get(direction)?.source ?? 'parameter' },
      ]),
    ),
  };
}

/** Rounds to whole pixels and moves the smallest x and y to 0. */
function finish(grid: TileGrid, placed: readonly PlacedTile[], positions: readonly Vector[]): StitchedTile[] {
  const rounded = positions.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  const left = rounded.reduce((least, { x }) => Math.min(least, x), Infinity);
  const top = rounded.reduce((least, { y }) => Math.min(least, y), Infinity);
  return grid.cells.map(({ tile, row, column }, index) => ({
    tile,
    row,
    column,
    x: (rounded[index]?.x ?? 0) - left,
    y: (rounded[index]?.y ?? 0) - top,
    correlation: placed[index]?.correlation ?? 0,
    island: placed[index]?.island ?? 0,
  }));
}
