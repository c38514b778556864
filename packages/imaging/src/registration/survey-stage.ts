/**
 * Finds roughly how far the stage steps in each direction, from a few pairs that vote: with the overlap given,
 * around it; without, over all overlaps from 2 to 55 %. The exact model is left to `stage-model.ts`.
 */
import { GantryError } from '@gantry/model';
import type { Direction, GridPair } from './grid.ts';
import { measurePairs, type MeasureContext, type PairSearch } from './measure-pairs.ts';
import { MOST_SKEW } from './plan-match.ts';
import { isConvincing, median, type Candidate, type MeasuredPair, type Vector } from './stage-model.ts';

/** What was found of one direction, and from where. */
export interface StagePrior {
  readonly translation: Vector;
  /** Pixels that the surveyed pairs deviate from the translation at most, in x or in y. */
  readonly spread: number;
  /** `parameter`: no pair could confirm the given overlap. `other-direction`: taken over from there. */
  readonly source: 'pairs' | 'parameter' | 'other-direction';
}

/** Pairs of one direction to look at first; doubled until enough agree. */
const FIRST_SAMPLE = 6;
/** So many pairs that agree, and most of the convincing ones, decide. */
const LEAST_AGREEING = 3;
/** Tiles are shrunk until their shorter side is about this long: a survey need not be exact. */
const SURVEY_SIDE = 340;
/** The stage's translations agree within this share of the tile, or `LEAST_TOLERANCE` pixels. */
const TOLERANCE_SHARE = 0.05;
const LEAST_TOLERANCE = 12;
/** A given overlap may be wrong by this share of the tile; the paper's uncertainty of 5 %. */
const OVERLAP_UNCERTAINTY = 0.05;

/**
 * Surveys the directions that the grid extends in.
 * @param overlap percent, if given
 * @throws GantryError `overlap-unknown` when it was not given and no pair shows it
 */
export async function surveyStage(
  context: MeasureContext,
  overlap: number | undefined,
  maxShift: number | undefined,
): Promise<ReadonlyMap<Direction, StagePrior>> {
  const { layout } = context;
  const shrinkBy = Math.max(1, Math.floor(Math.min(layout.width, layout.height) / SURVEY_SIDE));
  const found = new Map<Direction, StagePrior>();
  const silent: Direction[] = [];
  for (const direction of ['horizontal', 'vertical'] as const) {
    if ((direction === 'horizontal' ? context.grid.columns : context.grid.rows) < 2) continue;
    const pairs = context.grid.pairs.filter((pair) => pair.direction === direction);
    const side = direction === 'horizontal' ? layout.width : layout.height;
    const around =
      overlap === undefined
        ? undefined
        : {
            translation: alongStep(direction, side * (1 - overlap / 100)),
            reach: alongStep(
              direction,
              Math.max(maxShift ?? 0, side * OVERLAP_UNCERTAINTY),
              Math.max(maxShift ?? 0, side * MOST_SKEW),
            ),
          };
    const search = (pair: GridPair): PairSearch => ({ pair, around });
    const tolerance = Math.max(LEAST_TOLERANCE, maxShift ?? 0, TOLERANCE_SHARE * side);
    const polled = await poll(pairs, tolerance, (sample) =>
      measurePairs(context, sample.map(search), shrinkBy),
    );
    if (polled) found.set(direction, { ...polled, source: 'pairs' });
    else if (around)
      found.set(direction, { translation: around.translation, spread: 0, source: 'parameter' });
    else silent.push(direction);
  }
  for (const direction of silent) found.set(direction, fromOther(context, direction, found));
  return found;
}

/** Measures ever more pairs, spread over the grid, until enough of them agree. */
async function poll(
  pairs: readonly GridPair[],
  tolerance: number,
  measure: (sample: GridPair[]) => Promise<MeasuredPair[]>,
): Promise<{ translation: Vector; spread: number } | undefined> {
  const order = spread(pairs);
  const measured: MeasuredPair[] = [];
  for (let size = FIRST_SAMPLE; measured.length < order.length; size *= 2) {
    measured.push(...(await measure(order.slice(measured.length, size))));
    const agreeing = vote(measured, tolerance);
    const convincing = measured.filter(({ candidates }) => candidates.some(isConvincing)).length;
    const isDecided = agreeing.length >= LEAST_AGREEING && agreeing.length * 2 > convincing;
    if (!isDecided && measured.length < order.length) continue;
    if (agreeing.length === 0) return undefined;
    const translation = {
      x: median(agreeing.map((one) => one.translation.x)),
      y: median(agreeing.map((one) => one.translation.y)),
    };
    const deviations = agreeing.map(({ translation: { x, y } }) =>
      Math.max(Math.abs(x - translation.x), Math.abs(y - translation.y)),
    );
    return { translation, spread: Math.max(...deviations) };
  }
  return undefined;
}

/** The largest set of candidates, at most one of each pair, that lie within the tolerance of one of them. */
function vote(measured: readonly MeasuredPair[], tolerance: number): Candidate[] {
  const convincing = measured.map(({ candidates }) => candidates.filter(isConvincing));
  let winners: Candidate[] = [];
  let most = 0;
  for (const centre of convincing.flat()) {
    const voters = convincing.flatMap((candidates) => {
      const near = candidates.filter((one) => isNear(one.translation, centre.translation, tolerance));
      return near.length === 0
        ? []
        : [near.reduce((best, one) => (one.correlation > best.correlation ? one : best))];
    });
    const votes = voters.reduce((sum, { correlation }) => sum + correlation, 0);
    if (votes > most) {
      most = votes;
      winners = voters;
    }
  }
  return winners;
}

function isNear(one: Vector, other: Vector, tolerance: number): boolean {
  return Math.abs(one.x - other.x) <= tolerance && Math.abs(one.y - other.y) <= tolerance;
}

/** Reorders so that every prefix is spread evenly: multiples of the golden ratio, deterministic. */
function spread(pairs: readonly GridPair[]): GridPair[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  return pairs
    .map((pair, index) => ({ pair, key: ((index + 1) * golden) % 1 }))
    .sort((one, other) => one.key - other.key)
    .map(({ pair }) => pair);
}

function alongStep(direction: Direction, across: number, along = 0): Vector {
  return direction === 'horizontal' ? { x: across, y: along } : { x: along, y: across };
}

/** A direction whose pairs are all bare shares the other's overlap in percent and its turn of the camera. */
function fromOther(
  context: MeasureContext,
  direction: Direction,
  found: ReadonlyMap<Direction, StagePrior>,
): StagePrior {
  const { width, height } = context.layout;
  const other = found.get(direction === 'horizontal' ? 'vertical' : 'horizontal');
  if (!other) {
    throw new GantryError(
      'overlap-unknown',
      `No pair of neighbours (of ${context.grid.pairs.length}) shows how far the tiles overlap`,
      {
        field: 'overlap',
        mend:
          'Give the parameter "overlap" in percent. If there should be structure in the overlaps, ' +
          'check that the rows and columns of the file-name pattern are not exchanged.',
      },
    );
  }
  const { x, y } = other.translation;
  const translation =
    direction === 'horizontal'
      ? { x: (y / height) * width, y: -(x / y) * (y / height) * width }
      : { x: -(y / x) * (x / width) * height, y: (x / width) * height };
  return { translation, spread: 0, source: 'other-direction' };
}
