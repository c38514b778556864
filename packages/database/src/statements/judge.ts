/**
 * The rule of `judgeTask` (package `model`) in SQL, over the columns k, a, p, f of each input, `result`, `done`
 * and `reads`. Property tests hold the two together.
 */
import type { InputShape, StageShape } from '../stage-shape.ts';

/** Expressions over a row `d` (facts) and `f` (state). */
export function judgeSql(stage: StageShape): {
  dropped: string;
  blocked: string;
  pending: string;
  empty: string;
  state: string;
  stale: string;
} {
  const inputs = stage.inputs.map((input, index) => ({ input, n: index + 1 }));
  // For neighbours, what may still come is among the pending already.
  const open = (n: number) =>
    stage.inputs[n - 1]?.offsets === undefined ? `($5::boolean[])[${n}]` : 'false';
  const any = (conditions: string[]) => (conditions.length === 0 ? 'false' : `(${conditions.join(' OR ')})`);

  const dropped = any([
    ...inputs.filter(({ input }) => input.covering).map(({ n }) => `d.k${n} <= 0`),
    ...inputs.flatMap(({ input, n }) =>
      stage.drop && input.offsets !== undefined
        ? [`d.a${n} + d.p${n} + d.f${n} < ${input.offsets.length}`]
        : [],
    ),
  ]);
  const pending = any(inputs.map(({ n }) => `d.p${n} > 0 OR ${open(n)}`));
  const blocked = any(
    inputs.map(({ input, n }) => {
      if (!toleratesFailures(stage, input)) return `d.f${n} > 0`;
      const tolerated = toleratedSql(stage, n);
      return `(d.f${n} > 0 AND d.p${n} = 0 AND NOT ${open(n)} AND (d.a${n} = 0 OR d.f${n} > ${tolerated}))`;
    }),
  );
  const empty = any(inputs.filter(({ input }) => input.required).map(({ n }) => `d.a${n} = 0`));
  const fresh = '(NOT f.blocked AND NOT f.pending AND f.reads IS NOT DISTINCT FROM f.done)';
  const state = `CASE
      WHEN f.dropped THEN 'dropped'::task_state
      WHEN f.result = 'cancelled' THEN 'cancelled'
      WHEN f.blocked THEN 'blocked'
      WHEN f.pending THEN CASE WHEN f.result = 'succeeded' THEN 'succeeded'::task_state ELSE 'waiting' END
      WHEN f.empty THEN 'skipped'
      WHEN f.result IS NOT NULL AND (${fresh} OR $6::boolean) THEN f.result
      ELSE 'ready' END`;
  const stale = `CASE
      WHEN f.dropped OR f.result IS NULL OR f.result = 'cancelled' THEN false
      WHEN f.empty AND NOT f.blocked AND NOT f.pending THEN false
      ELSE NOT ${fresh} END`;
  return { dropped, blocked, pending, empty, state, stale };
}

/** True where a task may go on without places of the input that failed. */
export function toleratesFailures({ tolerate }: StageShape, input: InputShape): boolean {
  return input.many && ('places' in tolerate ? tolerate.places : tolerate.fraction) > 0;
}

/** How many failed places an input may lack. */
function toleratedSql({ tolerate }: StageShape, n: number): string {
  return 'places' in tolerate
    ? String(tolerate.places)
    : `floor(${tolerate.fraction}::float8 * (d.a${n} + d.f${n}) + 1e-9)`;
}
