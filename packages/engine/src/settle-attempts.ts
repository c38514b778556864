/**
 * Ends attempts in blocks, records what they made, and releases what comes after. What an agent reports, what was
 * lost with a session and what was handed back all go this way.
 */
import {
  recordItems,
  replaceItems,
  settleAttempts as settleStatement,
  type EndedAttemptRow,
  type MadeItemRow,
  type Transaction,
} from '@gantry/database';
import { advanceRun, noteOutputs, nothingTouched } from './advance-run.ts';
import { lookFromFirst } from './claim-tasks.ts';
import type { EndedAttempt } from './ended-attempt.ts';
import type { Engine } from './engine.ts';
import { explainLosses } from './failures/explain-losses.ts';
import { identifyCause, keepCauses } from './failures/identify-cause.ts';
import { lockRun } from './lock-runs.ts';
import { tellOfFailures } from './notifications/tell-of-runs.ts';
import { placeMadeFiles, type PlacedAttempt } from './place-made-files.ts';
import type { RunPlan } from './run-plan.ts';
import type { LostAttempt } from './lost-attempt.ts';

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
  const { rows } = await engine.pool.query<{ attempt: number; run: number; stage: number }>({
    name: 'runs-of-attempts',
    text: `SELECT r.attempt, s.run, r.stage FROM running r JOIN stage s ON s.id = r.stage
           WHERE r.attempt = ANY ($1) AND r.session = $2`,
    values: [ends.map(({ attempt }) => attempt), session],
  });
  const places = new Map(rows.map((row) => [row.attempt, row]));
  const kept = new Set<number>();
  const unused: LostAttempt[] = [];
  for (const run of [...new Set(rows.map((row) => row.run))].sort((a, b) => a - b)) {
    const plan = await engine.plan(run);
    const ofRun = ends.flatMap((end) => {
      const at = places.get(end.attempt);
      const stage = plan.stages.find(({ id }) => id === at?.stage);
      return at?.run !== run || stage === undefined ? [] : [placeMadeFiles(end, stage)];
    });
    await keepCauses(
      engine,
      ofRun.map(identifyCause).filter((cause) => cause !== undefined),
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
    const verdicts = await settleStatement.run(transaction, JSON.stringify(ends.map(endRow)), session);
    const touched = nothingTouched();
    for (const { stage } of verdicts) touched.verdicts.add(stage);
    await explainLosses(transaction, plan, verdicts);
    const used = await recordMade(transaction, plan, ends, verdicts, touched.changed);
    const succeeded = new Set(
      verdicts.flatMap(({ stage, verdict }) => (verdict === 'succeeded' ? stage : [])),
    );
    for (const { id, shape } of plan.stages) if (succeeded.has(id)) noteOutputs(news, shape);
    await advanceRun(transaction, plan, locked, touched, news);
    if (verdicts.some(({ verdict }) => verdict === 'failed' || verdict === 'lost'))
      await tellOfFailures(transaction, plan, engine.policy.failureNotice, news);
    const made = new Set(ends.filter((end) => end.made.length > 0).map(({ attempt }) => attempt));
    return {
      kept: verdicts.map(({ attempt }) => attempt),
      unused: verdicts
        .filter(({ attempt }) => made.has(attempt) && !used.has(attempt))
        .map(({ attempt, stage }) => ({
          attempt,
          run: plan.id,
          stage: plan.stages.find(({ id }) => id === stage)?.name ?? '',
        })),
    };
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
    // One that is lost has none unless it is the last of many; see `explain-losses.ts`.
    cause: end.end === 'lost' ? null : (identifyCause(end)?.key ?? null),
    resources: end.resources ?? null,
    log: end.log ?? null,
  };
}

/** @returns the attempts whose files the items now point at */
async function recordMade(
  transaction: Transaction,
  plan: RunPlan,
  ends: readonly PlacedAttempt[],
  verdicts: readonly { attempt: number; stage: number; verdict: string }[],
  changed: Map<number, boolean>,
): Promise<Set<number>> {
  const stageOf = new Map(
    verdicts
      .filter(({ verdict }) => verdict === 'succeeded')
      .map(({ attempt, stage }) => [attempt, stage] as const),
  );
  if (stageOf.size === 0) return new Set();
  const rows = ends.flatMap((end): MadeItemRow[] => {
    const stage = plan.stages.find(({ id }) => id === stageOf.get(end.attempt));
    if (stage === undefined) return [];
    return end.made.map(({ output, ...file }) => {
      const dataset = stage.shape.outputs.find(({ name }) => name === output)?.dataset;
      if (dataset === undefined) throw new Error(`stage ${stage.name} has no output ${output}`);
      return { attempt: end.attempt, dataset, ...file };
    });
  });
  const json = JSON.stringify(rows);
  const stages = new Set(stageOf.values());
  for (const { shape } of plan.stages) {
    if (!stages.has(shape.id)) continue;
    await replaceItems(transaction, shape, json);
    // Places may have come and gone; the stages below look.
    if (shape.outputs.some((output) => output.extra > 0)) changed.set(shape.id, true);
  }
  const used = await recordItems.run(transaction, json);
  return new Set(used.map(({ attempt }) => attempt));
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
