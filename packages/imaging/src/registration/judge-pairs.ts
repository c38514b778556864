/**
 * Decides which pairs are trusted, and says why the others are not. Where tiles then come to lie is left to
 * `place-tiles.ts`.
 */
import type { GridPair } from './grid.ts';
import {
  expectedTranslation,
  isConvincing,
  isPlausible,
  type Candidate,
  type MeasuredPair,
  type StageModel,
  type Vector,
} from './stage-model.ts';

/** Why a pair's own pixels were not believed. */
export type Distrust =
  /** The overlap shows nothing that could be matched: bare background, or noise. */
  | 'featureless'
  /** The pixels speak for a translation that the stage does not make. */
  | 'implausible'
  /** The overlap shows too little to tell the translation to a pixel; still nearer than the model's, so used. */
  | 'imprecise'
  /** The translation contradicts those of better pairs. */
  | 'contradicted';

/** A pair with the translation to be used. */
export interface JudgedPair {
  readonly pair: GridPair;
  readonly translation: Vector;
  /** Of the trusted translation, or the best that was found. */
  readonly correlation: number;
  readonly significance: number;
  /** Standard deviation of the translation in pixels, as far as noise makes it; absent for the model's. */
  readonly uncertainty: number | undefined;
  readonly distrust: Distrust | undefined;
  /** What the pixels spoke for, when it was not believed. */
  readonly rejected: Vector | undefined;
}

/**
 * Pixels. On synthetic specimens the true errors were three to five times the uncertainty, fifteen times at worst;
 * beyond this a pair is trusted only if a loop confirms it.
 */
const MOST_UNCERTAINTY = 0.15;
/** Positions may differ from a trusted pair's translation by so many pixels before it is said to contradict. */
const CONTRADICTION = 3;

/**
 * The candidate to be trusted: the best that closes a loop, however far it deviates unless a bound was given; or
 * else the best that the stage could have made.
 */
export function chooseCandidate(
  { pair, candidates }: MeasuredPair,
  model: StageModel,
  isClosed: boolean,
): Candidate | undefined {
  const [best] = candidates;
  if (isClosed && isConvincing(best) && !model.isGiven) return best;
  return candidates
    .filter((one) => isConvincing(one) && isPlausible(model, pair, one))
    .reduce<Candidate | undefined>(
      (chosen, one) => (chosen && chosen.correlation >= one.correlation ? chosen : one),
      undefined,
    );
}

/**
 * Takes the chosen candidate, or the stage model's translation with the reason.
 * @param isClosed whether the chosen candidate closes a loop
 */
export function judgePair(
  measured: MeasuredPair,
  model: StageModel,
  chosen: Candidate | undefined,
  isClosed: boolean,
): JudgedPair {
  const { pair, candidates } = measured;
  if (chosen) {
    const isPrecise = isClosed || chosen.uncertainty <= MOST_UNCERTAINTY;
    return { pair, ...chosen, distrust: isPrecise ? undefined : 'imprecise', rejected: undefined };
  }
  const [best] = candidates;
  const isFeatureless = !candidates.some(isConvincing);
  return {
    pair,
    translation: expectedTranslation(model, pair),
    correlation: best?.correlation ?? 0,
    significance: best?.significance ?? 0,
    uncertainty: undefined,
    distrust: isFeatureless ? 'featureless' : 'implausible',
    rejected: isFeatureless ? undefined : best?.translation,
  };
}

/** True when a pair's pixels were used and agree with where its tiles were placed. */
export function isKept(judged: JudgedPair, positions: readonly Vector[]): boolean {
  const from = positions[judged.pair.from];
  const to = positions[judged.pair.to];
  if (!from || !to || judged.uncertainty === undefined) return false;
  return (
    Math.abs(to.x - from.x - judged.translation.x) <= CONTRADICTION &&
    Math.abs(to.y - from.y - judged.translation.y) <= CONTRADICTION
  );
}

/** Marks trusted pairs that disagree with where their tiles were placed. */
export function findContradiction(judged: JudgedPair, positions: readonly Vector[]): JudgedPair {
  const from = positions[judged.pair.from];
  const to = positions[judged.pair.to];
  if (judged.distrust !== undefined || !from || !to || isKept(judged, positions)) return judged;
  const placed = { x: to.x - from.x, y: to.y - from.y };
  return { ...judged, translation: placed, distrust: 'contradicted', rejected: judged.translation };
}
