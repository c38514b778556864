/**
 * What runs are at: their states and counts. Reads only; every answer is of one snapshot.
 */
import {
  GantryError,
  type RunDetail,
  type RunSummary,
  type StageSummary,
  type TaskCounts,
} from '@gantry/model';
import { findTooLarge } from './agent-room.ts';
import { readNextTries } from './next-try.ts';
import { countsSql } from './counts-sql.ts';
import type { Engine } from './engine.ts';

interface RunRow extends Omit<RunSummary, 'tasks'> {
  readonly tasks: TaskCounts;
}

interface StageRow {
  readonly id: number;
  readonly name: string;
  readonly tool: string;
  readonly axes: string[];
  readonly paused: boolean;
  readonly tasks: TaskCounts;
}

const runColumns = `
  r.id, r.name, p.name AS pipeline, r.state, r.priority, r.change, r.revision, r.created, r.ended,
  extract(epoch FROM coalesce(r.ended, now()) - r.created)::float8 AS seconds,
  coalesce((
    SELECT jsonb_object_agg(state, tasks) FROM (
      SELECT c.state, sum(c.tasks) AS tasks FROM counts c JOIN stage s ON s.id = c.stage
      WHERE s.run = r.id AND s.spec IS NOT NULL AND s.removed IS NULL GROUP BY c.state HAVING sum(c.tasks) > 0
    ) totals), '{}') AS tasks`;

/** Runs of a project, newest first. */
export async function listRuns(engine: Engine, project: number, limit = 1000): Promise<RunSummary[]> {
  const { rows } = await engine.pool.query<RunRow>(
    `WITH counts AS MATERIALIZED (${countsSql})
     SELECT ${runColumns} FROM run r JOIN pipeline p ON p.id = r.pipeline
     WHERE r.project = $1 ORDER BY r.id DESC LIMIT $2`,
    [project, limit],
  );
  return rows.map(summary);
}

/** @throws GantryError `unknown-run` */
export async function describeRun(engine: Engine, run: number): Promise<RunDetail> {
  const { rows } = await engine.pool.query<RunRow & { sources: RunDetail['sources']; stages: StageRow[] }>(
    `WITH counts AS MATERIALIZED (SELECT * FROM (${countsSql}) c WHERE c.stage IN (SELECT id FROM stage WHERE run = $1))
     SELECT ${runColumns},
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'name', s.name, 'dataset', s.dataset, 'closed', s.closed,
          'items', coalesce((SELECT tasks FROM tally WHERE stage = s.id AND state = 'succeeded'), 0)
        ) ORDER BY s.ordinal), '[]') FROM stage s WHERE s.run = r.id AND s.spec IS NULL) AS sources,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', s.id, 'name', s.name, 'axes', s.spec -> 'axes', 'paused', s.paused,
          'tool', concat(s.spec #>> '{tool,name}', '@', s.spec #>> '{tool,version}'),
          'tasks', coalesce((SELECT jsonb_object_agg(c.state, c.tasks) FROM counts c
            WHERE c.stage = s.id AND c.tasks > 0), '{}')
        ) ORDER BY s.ordinal), '[]') FROM stage s WHERE s.run = r.id AND s.spec IS NOT NULL AND s.removed IS NULL) AS stages
     FROM run r JOIN pipeline p ON p.id = r.pipeline WHERE r.id = $1`,
    [run],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  }
  const stages: StageSummary[] = row.stages;
  const [tooLarge, nextTries] = await Promise.all([findTooLarge(engine, run), readNextTries(engine, run)]);
  return { ...summary(row), sources: row.sources, stages, tooLarge, nextTries };
}

/** Times go out as ISO 8601. */
function summary(row: RunRow): RunSummary {
  const { id, name, pipeline, state, priority, change, revision, seconds, tasks } = row;
  return {
    id,
    name,
    pipeline,
    state,
    priority,
    change,
    revision,
    seconds,
    tasks,
    created: new Date(row.created).toISOString(),
    ended: row.ended === null ? null : new Date(row.ended).toISOString(),
  };
}
