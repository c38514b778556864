/**
 * The agents: whether they are there, what they can take and what they run. Reads only.
 *
 * Index: `session_by_agent`, `attempt_lost`; `running` is small. Each agent is told by its last session, that of a
 * life which is over has nothing to say any more.
 */
import {
  mostAgentTasks,
  placeAt,
  type AgentCapacity,
  type AgentState,
  type AgentSummary,
} from '@gantry/model';
import type { Engine } from './engine.ts';
import type { SessionLoad } from './sessions.ts';

interface AgentRow {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly state: AgentState;
  readonly paused: boolean;
  readonly draining: boolean;
  readonly labels: Record<string, string>;
  readonly labelsSet: boolean;
  readonly pool: string | null;
  readonly storage: AgentSummary['storage'];
  readonly invited: boolean;
  readonly revoked: boolean;
  readonly joined: Date;
  readonly heard: Date;
  readonly capacity: AgentCapacity;
  readonly reported: AgentCapacity;
  readonly set: Partial<AgentCapacity> | null;
  readonly load: SessionLoad | null;
  readonly held: number;
  readonly lost: number;
  readonly failures: number;
  readonly tasks: (Omit<AgentSummary['tasks'][number], 'place'> & { place: number[]; axes: string[] })[];
}

/** Those at work first, then by name. What their machines are doing is not in the database, and left out. */
export async function listAgents(engine: Engine): Promise<Omit<AgentSummary, 'machine'>[]> {
  const { rows } = await engine.pool.query<AgentRow>({
    name: 'list-agents',
    text: `
SELECT g.id, g.name, g.host, g.paused, n.drain AND n.ended IS NULL AND n.expires > now() AS draining, n.started AS joined, n.heard,
  n.capacity AS reported, g.capacity AS set, n.capacity || coalesce(g.capacity, '{}') AS capacity, n.load,
  coalesce(g.labels, n.labels) AS labels, g.labels IS NOT NULL AS "labelsSet", g.pool, coalesce(n.storage ->> 'kind', 'here') AS storage,
  n.credential IS NOT NULL AS invited,
  coalesce((SELECT revoked IS NOT NULL FROM agent_credential WHERE id = n.credential), false) AS revoked,
  CASE WHEN n.ended IS NULL AND n.expires > now() THEN 'alive' WHEN n.ended IS NULL OR n.lost THEN 'lost' ELSE 'left' END
    AS state,
  (SELECT count(*)::int FROM running WHERE session = n.id) AS held,
  (SELECT count(*)::int FROM session e JOIN attempt a ON a.session = e.id AND a.outcome = 'lost' WHERE e.agent = g.id) AS lost,
  (SELECT count(*)::int FROM failure WHERE agent = g.id) AS failures,
  coalesce((
    SELECT jsonb_agg(jsonb_build_object('task', h.task, 'run', r.id, 'runName', r.name, 'stage', s.name,
      'place', t.place, 'axes', s.spec -> 'axes',
      'claimed', to_char(h.claimed AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY h.attempt)
    FROM (SELECT * FROM running WHERE session = n.id ORDER BY attempt LIMIT $1) h
      JOIN task t ON t.id = h.task JOIN stage s ON s.id = h.stage JOIN run r ON r.id = s.run
  ), '[]') AS tasks
FROM agent g CROSS JOIN LATERAL (SELECT * FROM session WHERE agent = g.id ORDER BY id DESC LIMIT 1) n
ORDER BY (n.ended IS NULL AND n.expires > now()) DESC, g.name`,
    values: [mostAgentTasks],
  });
  return rows.map(({ joined, heard, tasks, load, capacity, reported, set, ...row }) => ({
    ...row,
    capacity: { ...capacity, gpu: capacity.gpu ?? 0 },
    reported: { ...reported, gpu: reported.gpu ?? 0 },
    set: set ?? {},
    load:
      load === null
        ? null
        : { cpu: load.cpu, memory: load.memory, running: load.running, waiting: load.waiting },
    trouble: load?.trouble ?? null,
    joined: joined.toISOString(),
    heard: heard.toISOString(),
    tasks: tasks.map(({ place, axes, ...task }) => ({ ...task, place: placeAt(axes, place) })),
  }));
}
