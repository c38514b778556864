/**
 * How many tasks of each stage are in which state, as SQL text; running tasks are told apart.
 */

/** Rows `stage`, `state`, `tasks`. */
export const countsSql = `
  SELECT y.stage, y.state::text AS state, y.tasks - coalesce(r.tasks, 0) AS tasks
  FROM tally y LEFT JOIN (
    SELECT r.stage, t.state, count(*) AS tasks FROM running r JOIN task t ON t.id = r.task GROUP BY r.stage, t.state
  ) r ON r.stage = y.stage AND r.state = y.state
  WHERE y.state <> 'dropped'
  UNION ALL
  SELECT stage, 'running', count(*) FROM running GROUP BY stage`;
