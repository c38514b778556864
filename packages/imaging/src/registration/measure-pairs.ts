/**
 * Measures pairs of neighbouring tiles: reads each tile once, cuts its strips, lets the tile go, and hands
 * strips that have met to the threads. Where to look is the caller's; what the results mean, `stage-model.ts`'s.
 */
import type { Image, PixelLayout } from '../formats/pixels.ts';
import { cutStrip, shrink, type Edge, type RawStrip } from './edge-strip.ts';
import type { GridPair, TileGrid } from './grid.ts';
import type { MatchPool } from './match-pool.ts';
import type { MatchCandidate } from './match-strips.ts';
import type { TileReader } from './read-tiles.ts';
import { planMatch, planSurvey, stripDepth, SURVEY_SHARE } from './plan-match.ts';
import type { Candidate, MeasuredPair, Vector } from './stage-model.ts';

/** What to look for in a pair: a translation within a reach, or anything at all. */
export interface PairSearch {
  readonly pair: GridPair;
  readonly around?: { readonly translation: Vector; readonly reach: Vector } | undefined;
}

export interface MeasureContext {
  readonly grid: TileGrid;
  readonly reader: TileReader;
  readonly pool: MatchPool;
  readonly layout: PixelLayout;
  readonly onTile?: (() => void) | undefined;
}

/** Pairs queued per thread: enough that none waits, few enough that memory stays small. */
const QUEUED_PER_THREAD = 3;

/**
 * Measures the pairs of `searches`, in that order.
 * Memory: the tiles being read, one line of the grid's strips, and the strips in the threads.
 * @param shrinkBy tiles are averaged over squares of so many pixels first; results are in full pixels
 * @throws GantryError as `TileReader.readInOrder`
 */
export async function measurePairs(
  context: MeasureContext,
  searches: readonly PairSearch[],
  shrinkBy = 1,
): Promise<MeasuredPair[]> {
  const byTile = Map.groupBy(
    searches.flatMap((search) => [
      { tile: search.pair.from, search },
      { tile: search.pair.to, search },
    ]),
    ({ tile }) => tile,
  );
  const order = readingOrder(context.grid, [...byTile.keys()]);
  const waiting = new Map<PairSearch, RawStrip>();
  const results = new Map<PairSearch, Promise<Candidate[]>>();
  const running = new Set<Promise<unknown>>();
  for await (const { index, image } of context.reader.readInOrder(order)) {
    const tile = shrinkBy === 1 ? image : shrink(image, shrinkBy);
    for (const { search } of byTile.get(index) ?? []) {
      const isFirst = search.pair.from === index;
      const { side, depth, length } = geometry(search, tile, shrinkBy);
      const strip = cutStrip(tile, edgeOf(search.pair, isFirst), depth);
      const other = waiting.get(search);
      if (other === undefined) {
        waiting.set(search, strip);
        continue;
      }
      waiting.delete(search);
      const [first, second] = isFirst ? [strip, other] : [other, strip];
      const plan = planOf(search, side, depth, length, shrinkBy);
      const result = context.pool
        .match(first, second, plan)
        .then((found) => found.map((one) => toCandidate(one, search.pair, side - depth, shrinkBy)));
      results.set(search, result);
      // A failure is reported below, when all results are awaited.
      const settled: Promise<unknown> = result.catch(() => {}).finally(() => running.delete(settled));
      running.add(settled);
      while (running.size >= context.pool.size * QUEUED_PER_THREAD) await Promise.race(running);
    }
    context.onTile?.();
  }
  return Promise.all(
    searches.map(async (search) => ({ pair: search.pair, candidates: (await results.get(search)) ?? [] })),
  );
}

/** Line by line along the shorter axis of the grid, so that few strips wait for their neighbour. */
function readingOrder(grid: TileGrid, tiles: number[]): number[] {
  if (grid.columns <= grid.rows) return tiles.sort((one, other) => one - other);
  const cell = (index: number): { row: number; column: number } => grid.cells[index] ?? { row: 0, column: 0 };
  return tiles.sort((one, other) => cell(one).column - cell(other).column || cell(one).row - cell(other).row);
}

function edgeOf(pair: GridPair, isFirst: boolean): Edge {
  if (pair.direction === 'horizontal') return isFirst ? 'right' : 'left';
  return isFirst ? 'bottom' : 'top';
}

/** What is expected, in the strips' axes and in shrunken pixels. */
function expectation(
  search: PairSearch,
  side: number,
  shrinkBy: number,
): { expected: { overlap: number; along: number }; reach: { across: number; along: number } } | undefined {
  if (search.around === undefined) return undefined;
  const { translation, reach } = search.around;
  const isHorizontal = search.pair.direction === 'horizontal';
  const across = isHorizontal ? translation.x : translation.y;
  const along = isHorizontal ? translation.y : translation.x;
  const reachAcross = isHorizontal ? reach.x : reach.y;
  const reachAlong = isHorizontal ? reach.y : reach.x;
  return {
    expected: { overlap: Math.max(4, side - across / shrinkBy), along: along / shrinkBy },
    reach: { across: Math.ceil(reachAcross / shrinkBy), along: Math.ceil(reachAlong / shrinkBy) },
  };
}

function geometry(
  search: PairSearch,
  tile: Pick<Image, 'width' | 'height'>,
  shrinkBy: number,
): { side: number; depth: number; length: number } {
  const isHorizontal = search.pair.direction === 'horizontal';
  const side = isHorizontal ? tile.width : tile.height;
  const length = isHorizontal ? tile.height : tile.width;
  const known = expectation(search, side, shrinkBy);
  const depth = known ? stripDepth(side, known.expected, known.reach) : Math.round(side * SURVEY_SHARE);
  return { side, depth, length };
}

function planOf(
  search: PairSearch,
  side: number,
  depth: number,
  length: number,
  shrinkBy: number,
): ReturnType<typeof planMatch> {
  const known = expectation(search, side, shrinkBy);
  return known ? planMatch(depth, length, known.expected, known.reach) : planSurvey(side, depth, length);
}

function toCandidate(found: MatchCandidate, pair: GridPair, offset: number, shrinkBy: number): Candidate {
  const across = (offset + found.row) * shrinkBy;
  const along = found.column * shrinkBy;
  const translation = pair.direction === 'horizontal' ? { x: across, y: along } : { x: along, y: across };
  return {
    translation,
    correlation: found.correlation,
    significance: found.significance,
    uncertainty: found.uncertainty * shrinkBy,
  };
}
