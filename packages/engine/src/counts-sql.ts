/**
 * How many tasks of each stage are in which state, as SQL text; running tasks are told apart.
 * Index: task (id), walked once for all that run, and not looked into for each.
 */

/** Rows `stage`, `state`, `tasks`. */
export const countsSql = `
  SELECT y.stage, y.state::text AS state, y.tasks - coalesce(r.tasks, 0) AS tasks
  FROM tally y LEFT JOIN (
    SELECT stage, state, count(*) AS tasks FROM task WHERE id = ANY (ARRAY(SELECT task FROM running)) GROUP BY stage, state
  ) r ON r.stage = y.stage AND r.state = y.state
  WHERE y.state <> 'dropped'
  UNION ALL
  SELECT stage, 'running', count(*) FROM running GROUP BY stage`;
