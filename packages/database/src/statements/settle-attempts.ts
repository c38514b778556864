/**
 * Takes attempts that have ended out of `running`, and leaves a verdict on their tasks for `advance-stage.ts`. An
 * attempt that is not there under this session is lost or was settled before: it is not returned. Where the task has
 * come to stand by itself meanwhile (fresh again, cancelled, gone), the attempt's result is not needed: the verdict is
 * `touched`, and a success is superseded.
 *
 * Locks: the run's advisory lock, taken before; rows of `running`. Indexes: running (attempt), task (id), attempt (id).
 */
import { arrayText } from '../array-text.ts';
import type { Transaction } from '../connect.ts';
import { defineStatement } from '../define-statement.ts';

/**
 * What an attempt's end means for its task: `failed` may be tried again, `final` is not; `nothing` is for one that was
 * cancelled or given back.
 */
export interface SettledAttemptRow {
  readonly attempt: number;
  readonly meaning: 'succeeded' | 'failed' | 'final' | 'lost' | 'nothing';
}

/** What became of attempts of one stage. */
export interface VerdictRow {
  readonly stage: number;
  readonly verdict: string;
  /** How many attempts of their tasks were lost in a row before; 0 where they are not lost themselves. */
  readonly lost: number;
  readonly attempts: number[];
}

const statement = defineStatement<VerdictRow & Record<string, unknown>, readonly unknown[]>({
  name: 'settle-attempts',
  text: `
WITH verdict AS (
  DELETE FROM running r
  USING unnest($2::bigint[], $3::text[]) AS p(attempt, outcome), task t
  WHERE r.attempt = p.attempt AND r.session = $1 AND t.id = r.task
  RETURNING r.attempt, r.task, r.stage, r.reads, t.ctid AS at, t.place, t.done IS NULL AS first, p.outcome, t.lost,
    (CASE
      WHEN NOT (t.state IN ('waiting', 'blocked', 'ready') OR t.stale) THEN 'touched'
      WHEN p.outcome = 'succeeded' THEN 'succeeded'
      WHEN p.outcome = 'failed' THEN 'failed'
      WHEN p.outcome = 'final' THEN 'final'
      WHEN p.outcome = 'lost' THEN 'lost'
      ELSE 'touched' END)::task_verdict AS verdict
), superseded AS (
  UPDATE attempt a SET superseded = true FROM verdict v
  WHERE v.verdict = 'touched' AND v.outcome = 'succeeded' AND a.id = v.attempt
), told AS (
  INSERT INTO step_verdict (stage, task, at, place, verdict, done, attempt, first)
  SELECT stage, task, at, place, verdict, reads, attempt, first FROM verdict
)
SELECT stage, verdict, CASE verdict WHEN 'lost' THEN lost ELSE 0 END::int AS lost, array_agg(attempt) AS attempts
FROM verdict GROUP BY 1, 2, 3`,
});

/** Settles attempts that `session` holds. */
export async function settleAttempts(
  transaction: Transaction,
  session: number,
  ends: readonly SettledAttemptRow[],
): Promise<VerdictRow[]> {
  return statement.run(
    transaction,
    session,
    arrayText(ends.map(({ attempt }) => attempt)),
    arrayText(ends.map(({ meaning }) => meaning)),
  );
}
