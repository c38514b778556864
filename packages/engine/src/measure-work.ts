/** How much there is of everything, for those who watch the machines: a few numbers, whatever the number of tasks. */
import type { Pool } from '@gantry/database';
import { countsSql } from './counts-sql.ts';

export interface WorkNumbers {
  /** Runs by state. */
  readonly runs: Readonly<Record<string, number>>;
  /** Tasks by state, of runs that are at work. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Agents that are there, and what they can take and have promised: cores, and bytes. */
  readonly agents: {
    readonly alive: number;
    readonly cores: number;
    readonly coresPromised: number;
    readonly memory: number;
    readonly memoryPromised: number;
  };
  /** Tasks whose failure stands. */
  readonly failures: number;
}

/** One snapshot, of the tallies and of tables that are small; it walks through no tasks. */
export async function measureWork(pool: Pool): Promise<WorkNumbers> {
  const { rows } = await pool.query<WorkNumbers>({
    name: 'measure-work',
    text: `
WITH counts AS MATERIALIZED (
  SELECT c.* FROM (${countsSql}) c JOIN stage s ON s.id = c.stage JOIN run r ON r.id = s.run
  WHERE s.spec IS NOT NULL AND r.state IN ('active', 'paused')
)
SELECT
  (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, count(*) AS n FROM run GROUP BY state) a) AS runs,
  (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, sum(tasks) AS n FROM counts GROUP BY state) b)
    AS tasks,
  (SELECT jsonb_build_object('alive', count(*),
     'cores', coalesce(sum((capacity ->> 'cpu')::float8), 0), 'coresPromised', coalesce(sum((load ->> 'cpu')::float8), 0),
     'memory', coalesce(sum((capacity ->> 'memory')::float8), 0),
     'memoryPromised', coalesce(sum((load ->> 'memory')::float8), 0))
   FROM (SELECT s.capacity || coalesce(g.capacity, '{}') AS capacity, s.load FROM session s JOIN agent g ON g.id = s.agent
         WHERE s.ended IS NULL AND s.expires > now()) c) AS agents,
  (SELECT count(*)::int FROM failure f JOIN run r ON r.id = f.run WHERE r.state <> 'archived') AS failures`,
  });
  const [row] = rows;
  if (row === undefined) throw new Error('SELECT returned no row');
  return row;
}
