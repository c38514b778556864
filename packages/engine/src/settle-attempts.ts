/**
 * Ends attempts in blocks, records what they made, and releases what comes after. What an agent reports, what was
 * lost with a session and what was handed back all go this way.
 */
import {
  arrayText,
  forgetAttempts,
  recordAttempts,
  recordItems,
  replaceItems,
  settleAttempts as settleStatement,
  type EndedAttemptRow,
  type MadeItemRow,
  type SettledAttemptRow,
  type Transaction,
} from '@gantry/database';
import { isRetried, retriedOutcomes } from '@gantry/model';
import { advanceRun, noteOutputs, nothingTouched } from './advance-run.ts';
import { lookFromFirst } from './claim-tasks.ts';
import type { EndedAttempt } from './ended-attempt.ts';
import type { Engine } from './engine.ts';
import { explainLosses } from './failures/explain-losses.ts';
import { identifyCause, keepCauses } from './failures/identify-cause.ts';
import { lockRun } from './lock-runs.ts';
import { tellOfFailures } from './notifications/tell-of-runs.ts';
import { placeMadeFiles, type PlacedAttempt } from './place-made-files.ts';
import { raiseMemory } from './raise-memory.ts';
import type { LostAttempt } from './lost-attempt.ts';
import { findStage, type RunPlan } from './run-plan.ts';

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
  const { rows } = await engine.pool.query<{
    run: number;
    revision: number;
    stage: number;
    attempts: number[];
  }>({
    name: 'runs-of-attempts',
    text: `SELECT s.run, n.revision, s.id AS stage, array_agg(r.attempt) AS attempts
           FROM running r JOIN stage s ON s.id = r.stage JOIN run n ON n.id = s.run
           WHERE r.attempt = ANY ($1::bigint[]) AND r.session = $2 GROUP BY s.id, n.revision ORDER BY s.run, s.ordinal`,
    values: [arrayText(ends.map(({ attempt }) => attempt)), session],
  });
  const reported = new Map(ends.map((end) => [end.attempt, end]));
  const kept = new Set<number>();
  const unused: LostAttempt[] = [];
  for (const [run, held] of Map.groupBy(rows, (row) => row.run)) {
    let known = held[0]?.revision;
    const settled = await startOverAfterOthers(async () => {
      const plan = await engine.plan(run, known);
      known = undefined;
      const ofRun = held.flatMap(({ stage, attempts }) =>
        attempts.flatMap((attempt) => {
          const end = reported.get(attempt);
          return end === undefined ? [] : [placeMadeFiles(end, findStage(plan, stage))];
        }),
      );
      await keepCauses(
        engine,
        ofRun.map(identifyCause).filter((cause) => cause !== undefined),
      );
      return settleRun(engine, plan, session, ofRun);
    });
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

/** Thrown within to start over with the pipeline that an edit has given the run meanwhile. */
class PlanChanged extends Error {}

/**
 * Two calls that end the same attempt meet at its row of the history. The later one fails when the earlier one has
 * come to its end; then the attempt is not there to be ended any more.
 */
async function startOverAfterOthers<T>(settle: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await settle();
    } catch (error) {
      const constraint = (error as { readonly constraint?: unknown }).constraint;
      if (error instanceof PlanChanged) continue;
      if (constraint !== 'attempt_pkey' || tries === 5) throw error;
    }
  }
}

/**
 * The statements of a settle are planned once for all, and not for the values of each call: the statement that advances a
 * stage takes 1.2 ms to plan, which others would wait for, and its plan is the same. It has to hold when there is more:
 * of a table that is empty at the moment, such as `running` between two runs, PostgreSQL would read all for each row.
 */
const planOnce = 'SET LOCAL plan_cache_mode TO force_generic_plan; SET LOCAL enable_seqscan TO off';

async function settleRun(
  engine: Engine,
  plan: RunPlan,
  session: number,
  ends: readonly PlacedAttempt[],
): Promise<{ kept: number[]; unused: LostAttempt[] }> {
  return engine.work(async (transaction, news) => {
    const rows = ends.map(endRow);
    const planned = transaction.query(planOnce);
    // Made at once, so that nobody who waits for the lock waits for this process, too.
    const [written, locked, verdicts, unused] = await Promise.all([
      recordAttempts(
        transaction,
        session,
        rows.filter(({ outcome }) => outcome !== 'returned'),
      ),
      lockRun(transaction, plan.id),
      settleStatement(transaction, session, ends.map(meaningOf)),
      recordMade(transaction, ends),
      planned,
    ]);
    if (locked === undefined) throw new Error(`run ${plan.id} is not there`);
    if (locked.revision !== plan.revision) throw new PlanChanged();
    const kept = new Set(verdicts.flatMap(({ attempts }) => attempts));
    // Handed back by another call while this one waited for the lock.
    const lost = written.filter((attempt) => !kept.has(attempt));
    if (lost.length > 0) await forgetAttempts.run(transaction, arrayText(lost));

    const touched = nothingTouched();
    for (const { stage, verdict, attempts } of verdicts) {
      touched.verdicts.add(stage);
      if (verdict !== 'succeeded') {
        for (const attempt of attempts) unused.add(attempt);
        continue;
      }
      const { shape } = findStage(plan, stage);
      noteOutputs(news, shape);
      // Places may have come and gone; the stages below look.
      if (shape.outputs.some(({ extra }) => extra > 0)) touched.changed.set(stage, true);
    }
    // Another of its tasks may be handed out, though none became ready by it.
    if (ends.some(({ stage }) => stage.compiled.limit !== undefined)) news.ready = true;
    await explainLosses(transaction, plan, verdicts);
    await raiseMemory(transaction, ends);
    await advanceRun(transaction, plan, locked, touched, news);
    if (verdicts.some(({ verdict }) => ['failed', 'final', 'lost'].includes(verdict)))
      await tellOfFailures(transaction, plan, engine.policy.failureNotice, news);
    return {
      kept: [...kept],
      unused: ends
        .filter(({ attempt, made }) => made.length > 0 && kept.has(attempt) && unused.has(attempt))
        .map(({ attempt, stage }) => ({ attempt, run: plan.id, stage: stage.name })),
    };
  });
}

/**
 * Points items at what successful attempts made, so far as their verdicts stand.
 * @returns attempts whose files were there already
 */
async function recordMade(transaction: Transaction, ends: readonly PlacedAttempt[]): Promise<Set<number>> {
  const succeeded = ends.filter(({ end }) => end === 'succeeded');
  const items = succeeded.flatMap(({ attempt, made }) =>
    made.map((file): MadeItemRow => ({ ...file, attempt })),
  );
  const stages = new Set(succeeded.map(({ stage }) => stage.shape));
  const replaced = Promise.all([...stages].map((shape) => replaceItems(transaction, shape, items)));
  const [again] = await Promise.all([items.length === 0 ? [] : recordItems(transaction, items), replaced]);
  return new Set(again);
}

/** What an end means for the task: whether it may be tried again is the tool's to say. */
function meaningOf({ attempt, end, stage }: PlacedAttempt): SettledAttemptRow {
  const outcome = retriedOutcomes.find((each) => each === end);
  if (outcome !== undefined)
    return { attempt, meaning: isRetried(stage.compiled.tool.retry, outcome) ? 'failed' : 'final' };
  return { attempt, meaning: end === 'succeeded' || end === 'lost' ? end : 'nothing' };
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
    resources: end.resources === undefined ? null : JSON.stringify(end.resources),
    results: end.results === undefined ? null : JSON.stringify(end.results),
    log: end.log === undefined ? null : JSON.stringify(end.log),
  };
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
