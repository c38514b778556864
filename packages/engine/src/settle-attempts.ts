/**
 * Ends attempts in blocks, records what they made, and releases what comes after. What an agent reports, what was
 * lost with a session and what was handed back all go this way.
 */
import {
  arrayText,
  recordItems,
  replaceItems,
  settleAttempts as settleStatement,
  type EndedAttemptRow,
  type MadeItemRow,
  type StageShape,
  type Transaction,
  type VerdictRow,
} from '@gantry/database';
import { advanceRun, nothingTouched } from './advance-run.ts';
import { lookFromFirst } from './claim-tasks.ts';
import type { EndedAttempt } from './ended-attempt.ts';
import type { Engine } from './engine.ts';
import { lockRun } from './lock-runs.ts';
import { placeMadeFiles, type PlacedAttempt } from './place-made-files.ts';
import type { LostAttempt } from './lost-attempt.ts';
import type { RunPlan, StagePlan } from './run-plan.ts';

export interface Settled {
  /** Attempts that the session does not hold any more: their files are nobody's. */
  readonly refused: readonly number[];
  /** Attempts that were kept and whose files were not: the bytes were there already, or are not needed any more. */
  readonly unused: readonly LostAttempt[];
}

/** Ends attempts that `session` holds. Each run is settled in a transaction of its own. */
export async function settleAttempts(
  engine: Engine,
  session: number,
  ends: readonly EndedAttempt[],
): Promise<Settled> {
  const { rows } = await engine.pool.query<{ run: number; stage: number; attempts: number[] }>({
    name: 'runs-of-attempts',
    text: `SELECT s.run, s.id AS stage, array_agg(r.attempt) AS attempts FROM running r JOIN stage s ON s.id = r.stage
           WHERE r.attempt = ANY ($1::bigint[]) AND r.session = $2 GROUP BY s.id ORDER BY s.run, s.ordinal`,
    values: [arrayText(ends.map(({ attempt }) => attempt)), session],
  });
  const reported = new Map(ends.map((end) => [end.attempt, end]));
  const kept = new Set<number>();
  const unused: LostAttempt[] = [];
  for (const [run, held] of Map.groupBy(rows, (row) => row.run)) {
    const plan = await engine.plan(run);
    const ofRun = held.flatMap(({ stage, attempts }) =>
      attempts.flatMap((attempt) => {
        const end = reported.get(attempt);
        return end === undefined ? [] : [placeMadeFiles(end, stageOf(plan, stage))];
      }),
    );
    const settled = await settleRun(engine, plan, session, ofRun);
    for (const attempt of settled.kept) kept.add(attempt);
    unused.push(...settled.unused);
  }
  if (ends.some(({ end }) => end !== 'succeeded')) lookFromFirst(engine);
  const settledBefore = await findSettled(
    engine,
    session,
    ends.filter(({ attempt }) => !kept.has(attempt)),
  );
  return {
    unused,
    refused: ends
      .map(({ attempt }) => attempt)
      .filter((attempt) => !kept.has(attempt) && !settledBefore.has(attempt)),
  };
}

async function settleRun(
  engine: Engine,
  plan: RunPlan,
  session: number,
  ends: readonly PlacedAttempt[],
): Promise<{ kept: number[]; unused: LostAttempt[] }> {
  return engine.work(async (transaction, news) => {
    const locked = await lockRun(transaction, plan.id);
    if (locked === undefined) return { kept: [], unused: [] };
    const verdicts = await settleStatement(transaction, session, ends.map(endRow));
    const touched = nothingTouched();
    for (const { stage } of verdicts) touched.verdicts.add(stage);
    const unused = await recordMade(transaction, plan, ends, verdicts, touched.changed);
    await advanceRun(transaction, plan, locked, touched, news);
    return { kept: verdicts.flatMap(({ attempts }) => attempts), unused };
  });
}

function endRow(end: EndedAttempt): EndedAttemptRow {
  return {
    attempt: end.attempt,
    outcome: end.end,
    started: end.started ?? null,
    ended: end.ended ?? null,
    exit_code: end.exitCode ?? null,
    signal: end.signal ?? null,
    message: end.message ?? null,
    resources: end.resources === undefined ? null : JSON.stringify(end.resources),
    log: end.log === undefined ? null : JSON.stringify(end.log),
  };
}

/** @returns the attempts that made files at which no item points */
async function recordMade(
  transaction: Transaction,
  plan: RunPlan,
  ends: readonly PlacedAttempt[],
  verdicts: readonly VerdictRow[],
  changed: Map<number, boolean>,
): Promise<LostAttempt[]> {
  const made = new Map(ends.map((end) => [end.attempt, end.made]));
  const unused = new Set<number>();
  const items: MadeItemRow[] = [];
  const succeeded: StageShape[] = [];
  for (const { stage: id, verdict, attempts } of verdicts) {
    const { shape } = stageOf(plan, id);
    if (verdict === 'succeeded') succeeded.push(shape);
    for (const attempt of attempts) {
      for (const { output, ...file } of made.get(attempt) ?? []) {
        const dataset = shape.outputs.find(({ name }) => name === output)?.dataset;
        if (dataset === undefined) throw new Error(`stage ${id} has no output ${output}`);
        if (verdict === 'succeeded') items.push({ attempt, dataset, ...file });
        else unused.add(attempt);
      }
    }
  }
  for (const shape of succeeded) {
    await replaceItems(transaction, shape, items);
    // Places may have come and gone; the stages below look.
    if (shape.outputs.some((output) => output.extra > 0)) changed.set(shape.id, true);
  }
  if (items.length > 0) for (const attempt of await recordItems(transaction, items)) unused.add(attempt);
  return verdicts.flatMap(({ stage, attempts }) =>
    attempts
      .filter((attempt) => unused.has(attempt))
      .map((attempt) => ({ attempt, run: plan.id, stage: stageOf(plan, stage).name })),
  );
}

function stageOf(plan: RunPlan, id: number): StagePlan {
  const stage = plan.stages.find((each) => each.id === id);
  if (stage === undefined) throw new Error(`run ${plan.id} has no stage ${id}`);
  return stage;
}

/** Of attempts that are not running: those whose end this session had reported before, and it was kept. */
async function findSettled(
  engine: Engine,
  session: number,
  ends: readonly EndedAttempt[],
): Promise<Set<number>> {
  if (ends.length === 0) return new Set();
  const { rows } = await engine.pool.query<{ id: number; outcome: string }>(
    'SELECT id, outcome FROM attempt WHERE id = ANY ($1) AND session = $2 AND NOT superseded',
    [ends.map(({ attempt }) => attempt), session],
  );
  return new Set(
    rows
      .filter(({ id, outcome }) => ends.some(({ attempt, end }) => attempt === id && end === outcome))
      .map(({ id }) => id),
  );
}
