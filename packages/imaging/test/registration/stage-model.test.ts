import { describe, expect, it } from 'vitest';
import { findClosedPairs } from '../../src/registration/close-loops.ts';
import { arrangeGrid, type GridPair } from '../../src/registration/grid.ts';
import { chooseCandidate, judgePair } from '../../src/registration/judge-pairs.ts';
import {
  buildStageModel,
  expectedTranslation,
  isConvincing,
  type Candidate,
  type MeasuredPair,
} from '../../src/registration/stage-model.ts';

const candidate = (x: number, y: number, rest: Partial<Candidate> = {}): Candidate => ({
  translation: { x, y },
  correlation: 0.95,
  significance: 12,
  uncertainty: 0.03,
  ...rest,
});

const horizontal = (column: number, row: number): GridPair => ({
  direction: 'horizontal',
  from: row * 10 + column,
  to: row * 10 + column + 1,
  step: column,
});

/** Five rows of four pairs that scatter by up to 2 pixels, deterministic. */
const scattered = (shiftOfStep: (step: number) => number): MeasuredPair[] =>
  Array.from({ length: 20 }, (_, index) => {
    const step = index % 4;
    const row = Math.floor(index / 4);
    return {
      pair: horizontal(step, row),
      candidates: [candidate(100 + shiftOfStep(step) + ((row * 3 + step) % 5) - 2, ((row + step) % 5) - 2)],
    };
  });

const never = (): boolean => false;
const build = (pairs: readonly MeasuredPair[], maxShift?: number): ReturnType<typeof buildStageModel> =>
  buildStageModel('horizontal', pairs, never, { x: 90, y: 0 }, 20, maxShift);

describe('isConvincing', () => {
  it('wants a high correlation, or one far above chance', () => {
    expect(isConvincing(candidate(0, 0, { correlation: 0.6, significance: 2.5 }))).toBe(true);
    expect(isConvincing(candidate(0, 0, { correlation: 0.2, significance: 9 }))).toBe(true);
    expect(isConvincing(candidate(0, 0, { correlation: 0.9, significance: 1 }))).toBe(false);
    expect(isConvincing(candidate(0, 0, { correlation: 0.12, significance: 4.6 }))).toBe(false);
    expect(isConvincing(undefined)).toBe(false);
  });
});

describe('buildStageModel', () => {
  it('takes the median step, and for repeatability what the pairs deviate from it', () => {
    const model = build(scattered(() => 0));
    expect(model.translation).toEqual({ x: 100, y: 0 });
    expect(model.steps.size).toBe(0);
    expect(model.repeatability).toEqual({ x: 3, y: 3 });
  });

  it('is not moved by an outlier, and finds it implausible', () => {
    const wrong: MeasuredPair = {
      pair: horizontal(0, 7),
      candidates: [candidate(117, -15, { correlation: 0.8 })],
    };
    const model = build([...scattered(() => 0), wrong]);
    expect(model.translation).toEqual({ x: 100, y: 0 });
    expect(model.repeatability.y).toBeLessThan(5);
    expect(chooseCandidate(wrong, model, false)).toBeUndefined();
    expect(judgePair(wrong, model, undefined, false)).toMatchObject({
      translation: { x: 100, y: 0 },
      distrust: 'implausible',
      rejected: { x: 117, y: -15 },
    });
  });

  it('keeps a motor step that differs from the others', () => {
    const model = build(scattered((step) => (step === 2 ? 15 : 0)));
    expect([...model.steps.keys()]).toEqual([2]);
    expect(expectedTranslation(model, horizontal(2, 0)).x).toBe(115);
    expect(Math.abs(expectedTranslation(model, horizontal(1, 0)).x - 100)).toBeLessThanOrEqual(1);
    expect(model.repeatability.x).toBeLessThanOrEqual(5);
  });

  it('believes what was surveyed when no pair is convincing', () => {
    const bare = scattered(() => 0).map(({ pair }) => ({
      pair,
      candidates: [candidate(110, 5, { correlation: 0.05, significance: 2 })],
    }));
    const model = build(bare);
    expect(model).toMatchObject({ translation: { x: 90, y: 0 }, repeatability: { x: 20, y: 20 } });
    for (const one of bare) {
      const judged = judgePair(one, model, chooseCandidate(one, model, false), false);
      expect(judged).toMatchObject({ translation: { x: 90, y: 0 }, distrust: 'featureless' });
    }
  });

  it('takes a given shift as the bound, for candidates beyond doubt too', () => {
    const far: MeasuredPair = { pair: horizontal(0, 8), candidates: [candidate(106, 0)] };
    const given = build(
      scattered(() => 0),
      5,
    );
    expect(given.repeatability).toEqual({ x: 5, y: 5 });
    expect(chooseCandidate(far, given, false)).toBeUndefined();
    expect(chooseCandidate(far, build(scattered(() => 0)), false)).toBe(far.candidates[0]);
  });

  it('uses an uncertain candidate without trusting it, unless a loop confirms it', () => {
    const vague: MeasuredPair = {
      pair: horizontal(0, 8),
      candidates: [candidate(101, 1, { uncertainty: 0.8 })],
    };
    const model = build(scattered(() => 0));
    const chosen = chooseCandidate(vague, model, false);
    expect(judgePair(vague, model, chosen, false)).toMatchObject({
      translation: { x: 101, y: 1 },
      distrust: 'imprecise',
    });
    expect(judgePair(vague, model, chosen, true).distrust).toBeUndefined();
  });
});

describe('findClosedPairs', () => {
  const grid = arrangeGrid(
    [0, 1].flatMap((row) =>
      [0, 1, 2].map((col) => ({ path: '', name: `${row}${col}`, place: { row, col } })),
    ),
  );
  const measure = (wrong?: GridPair): MeasuredPair[] =>
    grid.pairs.map((pair) => {
      const own = pair.direction === 'horizontal' ? candidate(100, 2) : candidate(-3, 80);
      return { pair, candidates: [pair === wrong ? candidate(104, 2) : own] };
    });

  it('confirms the pairs around four tiles that add up to nothing', () => {
    expect(findClosedPairs(grid, measure()).size).toBe(grid.pairs.length);
  });

  it('confirms none of a loop with a wrong pair, but those of the loop beside it', () => {
    const [wrong] = grid.pairs.filter(({ direction, from }) => direction === 'horizontal' && from === 0);
    const closed = findClosedPairs(grid, measure(wrong));
    expect(closed.size).toBe(4);
    expect([...closed].every(({ from }) => from !== 0 && from !== 3)).toBe(true);
  });
});
