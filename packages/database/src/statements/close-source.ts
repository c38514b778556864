/**
 * Lets a run see that one of its sources is closed: promised places that did not come are absent.
 *
 * Locks: the run's advisory lock, taken before. Index: task (stage, place).
 */

/** $1 stage */
export const closeSourceSql = `
WITH closed AS (
  UPDATE stage SET closed = true WHERE id = $1::int AND NOT closed RETURNING id
), absent AS (
  UPDATE task t SET state = 'skipped' FROM closed
  WHERE t.stage = closed.id AND t.state = 'waiting'
  RETURNING t.stage, t.place
), tallied AS (
  INSERT INTO tally (stage, state, tasks)
  SELECT stage, state, sum(n) FROM (
    SELECT stage, 'skipped'::task_state AS state, 1 AS n FROM absent UNION ALL SELECT stage, 'waiting', -1 FROM absent
  ) moves GROUP BY stage, state
  ON CONFLICT (stage, state) DO UPDATE SET tasks = tally.tasks + excluded.tasks
)
INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
SELECT stage, 0, 'b', place, 0, 0, -1, 0, 0 FROM absent`;
