/**
 * The model of the microscope's stage: how far it steps between neighbours, and how well it repeats that.
 * Built from the pairs that are sure, it judges those that are not. Measuring pairs is left to
 * `match-pairs.ts`, positions to `place-tiles.ts`.
 * Source: Chalfoun et al., doi:10.1038/s41598-017-04567-y (overlap, repeatability and filtering per step).
 */
import type { Direction, GridPair } from './grid.ts';

/** From the first tile's corner to the second's, or a position; pixels. */
export interface Vector {
  readonly x: number;
  readonly y: number;
}

/** A translation that two tiles' pixels speak for. */
export interface Candidate {
  readonly translation: Vector;
  /** Normalised cross-correlation of what the tiles share, −1 to 1. */
  readonly correlation: number;
  /** Standard deviations above chance. */
  readonly significance: number;
  /** Standard deviation of the translation in pixels, as far as noise makes it. */
  readonly uncertainty: number;
}

/** A pair and the candidates for its translation, best first. */
export interface MeasuredPair {
  readonly pair: GridPair;
  readonly candidates: readonly Candidate[];
}

/** What is known of the steps in one direction. */
export interface StageModel {
  readonly direction: Direction;
  readonly translation: Vector;
  /** The medians of single motor steps that have enough sure pairs. */
  readonly steps: ReadonlyMap<number, Vector>;
  /** Pixels, to either side of the model, that a translation may lie and be believed. */
  readonly repeatability: Vector;
  /** The repeatability was given, so it is a bound and not an estimate. */
  readonly isGiven: boolean;
  /** Pairs whose pixels alone are convincing. */
  readonly convincing: number;
}

/** A step's own median needs so many pairs; with fewer, one wrong pair could pull it along. */
const LEAST_PAIRS_OF_STEP = 3;
/** Fewer pairs do not show how far a stage scatters: then all that was searched is believed. */
const LEAST_PAIRS_TO_BOUND = 8;
/** Below this no stage is assumed to repeat; rounding alone makes 1 pixel. */
const LEAST_REPEATABILITY = 2;

/**
 * True when pixels alone speak for a candidate: the correlation is high as in the paper (0.5), or low for noise
 * but far above what other shifts reach. On bare, noisy, vignetted tiles the best of all shifts reached a
 * correlation of 0.12 and 4.6 deviations.
 */
export function isConvincing(candidate: Candidate | undefined): candidate is Candidate {
  if (candidate === undefined) return false;
  const { correlation, significance } = candidate;
  return (correlation >= 0.5 && significance >= 2) || (correlation >= 0.15 && significance >= 5);
}

/** The expected translation of a pair: its motor step's, or the direction's. */
export function expectedTranslation(model: StageModel, pair: GridPair): Vector {
  return model.steps.get(pair.step) ?? model.translation;
}

/**
 * True when the stage could have made a candidate's translation. An estimated repeatability is that of the tiles
 * that were sure; a candidate beyond doubt may deviate twice as far.
 */
export function isPlausible(model: StageModel, pair: GridPair, candidate: Candidate): boolean {
  const { translation, correlation, significance } = candidate;
  const isBeyondDoubt = correlation >= 0.9 && significance >= 6;
  const factor = isBeyondDoubt && !model.isGiven ? 2 : 1;
  const expected = expectedTranslation(model, pair);
  return (
    Math.abs(translation.x - expected.x) <= factor * model.repeatability.x + 0.5 &&
    Math.abs(translation.y - expected.y) <= factor * model.repeatability.y + 0.5
  );
}

/**
 * Builds the model of one direction.
 * @param measured all pairs of the direction
 * @param isClosed whether a pair's best candidate closes a loop of four tiles; such pairs are sure
 * @param prior what is believed when no pair is convincing
 * @param reach pixels around the prior that were searched
 * @param maxShift the repeatability, when it is given and not to be estimated
 */
export function buildStageModel(
  direction: Direction,
  measured: readonly MeasuredPair[],
  isClosed: (pair: GridPair) => boolean,
  prior: Vector,
  reach: number,
  maxShift: number | undefined,
): StageModel {
  const convincing = measured.filter(({ candidates }) => isConvincing(candidates[0]));
  const closed = convincing.filter(({ pair }) => isClosed(pair));
  const sure = closed.length >= LEAST_PAIRS_OF_STEP ? closed : convincing;
  const translation = medianOf(sure) ?? prior;
  const steps = peculiarSteps(sure, translation);
  const residuals = sure.flatMap(({ pair, candidates: [best] }) => {
    const expected = steps.get(pair.step) ?? translation;
    return best
      ? [
          {
            x: Math.abs(best.translation.x - expected.x),
            y: Math.abs(best.translation.y - expected.y),
          },
        ]
      : [];
  });
  const bound = (values: number[]): number => {
    if (maxShift !== undefined) return maxShift;
    if (residuals.length < LEAST_PAIRS_TO_BOUND) return reach;
    const fence = outlierFence(values);
    const inside = values.filter((value) => value <= fence);
    // The largest deviation of a few is not yet the largest of all.
    const spread = Math.max(...inside) * (1 + 2 / Math.sqrt(inside.length));
    return Math.min(reach, Math.max(LEAST_REPEATABILITY, Math.ceil(spread)));
  };
  const repeatability = {
    x: bound(residuals.map((residual) => residual.x)),
    y: bound(residuals.map((residual) => residual.y)),
  };
  return {
    direction,
    translation,
    steps,
    repeatability,
    isGiven: maxShift !== undefined,
    convincing: convincing.length,
  };
}

/**
 * Medians of the motor steps that differ from the whole by more than chance: 2.5 standard errors, where tiles
 * scatter on their own. Replacing the direction's median by that of a few pairs would else add noise.
 */
function peculiarSteps(sure: readonly MeasuredPair[], whole: Vector): Map<number, Vector> {
  const own = new Map<number, { members: readonly MeasuredPair[]; centre: Vector }>();
  for (const [step, members] of Map.groupBy(sure, ({ pair }) => pair.step)) {
    const centre = members.length >= LEAST_PAIRS_OF_STEP ? medianOf(members) : undefined;
    if (centre) own.set(step, { members, centre });
  }
  const scatter = (axis: 'x' | 'y'): number =>
    1.4826 *
    median(
      [...own.values()].flatMap(({ members, centre }) =>
        members.flatMap(({ candidates: [best] }) =>
          best ? [Math.abs(best.translation[axis] - centre[axis])] : [],
        ),
      ),
    );
  const limit = { x: Math.max(1, 2.5 * scatter('x')), y: Math.max(1, 2.5 * scatter('y')) };
  const peculiar = new Map<number, Vector>();
  for (const [step, { members, centre }] of own) {
    const error = Math.sqrt(members.length);
    const differs =
      Math.abs(centre.x - whole.x) > limit.x / error || Math.abs(centre.y - whole.y) > limit.y / error;
    if (differs) peculiar.set(step, centre);
  }
  return peculiar;
}

function medianOf(pairs: readonly MeasuredPair[]): Vector | undefined {
  if (pairs.length === 0) return undefined;
  const of = (axis: 'x' | 'y'): number =>
    median(pairs.flatMap(({ candidates: [best] }) => (best ? [best.translation[axis]] : [])));
  return { x: of('x'), y: of('y') };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Tukey's fence, 1.5 interquartile ranges above the third quartile. */
function outlierFence(values: readonly number[]): number {
  const third = quantile(values, 0.75);
  return third + 1.5 * (third - quantile(values, 0.25));
}

/** Linear between neighbours in rank; NaN for no values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? NaN;
  const above = sorted[Math.ceil(rank)] ?? NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}
