/**
 * Claims ready tasks of one stage. It takes no lock that anyone waits for but those of the `ready` rows it removes,
 * which it skips where they are taken, and does not write to `task`; so claims and settles never wait in a circle.
 * The fingerprint is read before the inputs are listed: an attempt may have read newer items than it says, which
 * costs a second run, never older ones.
 *
 * Indexes: ready (stage, task), resumed behind the last claim, since removed rows stay in the index until the next
 * vacuum; task (id).
 */
import { defineStatement } from '../define-statement.ts';

/** $1 stage, $2 session, $3 limit, $4 claim tasks above this id */
export const claimTasks = defineStatement<
  { attempt: number; task: number; place: number[] },
  [stage: number, session: number, limit: number, above: number]
>({
  name: 'claim-tasks',
  text: `
WITH picked AS (
  DELETE FROM ready
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ready WHERE stage = $1 AND task > $4 ORDER BY task LIMIT $3 FOR UPDATE SKIP LOCKED))
  RETURNING task
), found AS MATERIALIZED (
  SELECT id, place, reads FROM task WHERE id = ANY (ARRAY(SELECT task FROM picked)) ORDER BY id
), started AS (
  INSERT INTO running (task, stage, session, reads)
  SELECT id, $1, $2, reads FROM found
  RETURNING attempt, task
)
SELECT s.attempt, s.task, f.place FROM started s JOIN found f ON f.id = s.task`,
});
