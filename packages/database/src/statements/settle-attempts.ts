/**
 * Ends attempts: moves them from `running` to the history and leaves a verdict on their tasks for
 * `advance-stage.ts`. An attempt that is not in `running` under this session is lost or was settled before: it is
 * not returned. Where the task has come to stand by itself meanwhile (fresh again, cancelled, gone), the attempt's
 * result is not needed and the verdict is `touched`. `lost` is how many attempts of the task were lost in a row before.
 *
 * Locks: the run's advisory lock, taken before; rows of `running`. Indexes: running (attempt), task (id).
 */
import { defineStatement } from '../define-statement.ts';

/** One end of an attempt; all but `attempt` and `outcome` are null for those that no agent reported. */
export interface EndedAttemptRow {
  readonly attempt: number;
  readonly outcome: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly message: string | null;
  /** Key of the cause, for an outcome by which the task may fail. */
  readonly cause: number | null;
  readonly resources: unknown;
  readonly log: unknown;
}

/** $1 ends as JSON, $2 session */
export const settleAttempts = defineStatement<
  { attempt: number; stage: number; verdict: string; lost: number },
  [ends: string, session: number]
>({
  name: 'settle-attempts',
  text: `
WITH report AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(
    attempt bigint, outcome attempt_outcome, started timestamptz, ended timestamptz, exit_code int, signal text,
    message text, cause bigint, resources jsonb, log jsonb)
), gone AS (
  DELETE FROM running r USING report p WHERE r.attempt = p.attempt AND r.session = $2 RETURNING r.*
), verdict AS MATERIALIZED (
  SELECT g.attempt, g.task, g.stage, g.session, g.claimed, g.reads, t.place, p.outcome, p.started, p.ended,
    p.exit_code, p.signal, p.message, p.cause, p.resources, p.log, t.lost,
    CASE
      WHEN NOT (t.state IN ('waiting', 'blocked', 'ready') OR t.stale) THEN 'touched'
      WHEN p.outcome = 'succeeded' THEN 'succeeded'
      WHEN p.outcome IN ('failed', 'timed-out', 'out-of-memory', 'start-failed') THEN 'failed'
      WHEN p.outcome = 'lost' THEN 'lost'
      ELSE 'touched' END AS verdict
  FROM gone g JOIN report p ON p.attempt = g.attempt JOIN task t ON t.id = g.task
), history AS (
  INSERT INTO attempt (id, task, stage, session, outcome, superseded, claimed, started, ended, exit_code, signal,
    message, cause, resources, log)
  SELECT attempt, task, stage, session, outcome, outcome = 'succeeded' AND verdict = 'touched', claimed, started,
    coalesce(ended, now()), exit_code, signal, message, cause, resources, log
  FROM verdict WHERE outcome <> 'returned'
), told AS (
  INSERT INTO step_verdict (stage, task, place, verdict, done, attempt)
  SELECT stage, task, place, verdict, reads, attempt FROM verdict
)
SELECT attempt, stage, verdict, lost::int AS lost FROM verdict`,
});
