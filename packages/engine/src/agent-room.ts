/**
 * Whether an agent has room for a task at all, and the stages whose tasks no agent has room for. What is free at the
 * moment is the agent's to say.
 */
import type { AgentCapacity, CompiledStage, TaskRequest, TooLarge } from '@gantry/model';
import type { Engine } from './engine.ts';
import type { RunPlan } from './run-plan.ts';

/** Sums of fractions of cores are compared with this tolerance. */
const tolerance = 1e-9;

/** What a task of the stage asks for; `memory` where it asks for more than the others. */
export function requestOf(
  { pool: ofRun }: Pick<RunPlan, 'pool'>,
  { tool, labels, pool = ofRun }: CompiledStage,
  memory?: number | null,
): TaskRequest {
  const { cpu, gpu } = tool.resources;
  return {
    ...{ cpu, memory: memory ?? tool.resources.memory, gpu },
    ...(pool === undefined ? {} : { pool }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** What an agent has; one that names no graphics processors has none. */
type Room = Pick<AgentCapacity, 'cpu' | 'memory'> & { readonly gpu?: number | undefined };

/** True where an agent that runs nothing else could hold a task that asks for this. */
export function hasRoom(capacity: Room, { cpu, memory, gpu }: TaskRequest): boolean {
  return cpu <= capacity.cpu + tolerance && memory <= capacity.memory && gpu <= (capacity.gpu ?? 0);
}

interface Hand {
  readonly name: string;
  readonly capacity: AgentCapacity;
  readonly labels: Readonly<Record<string, string>>;
  readonly pool: string | null;
}

/** Whether the agent is of the pool and has the labels that are asked for, as the function `agent_takes` says. */
function takes({ labels, pool }: Hand, asks: TaskRequest): boolean {
  if (pool !== (asks.pool ?? null)) return false;
  return Object.entries(asks.labels ?? {}).every(([name, value]) => labels[name] === value);
}

interface WaitingRow {
  readonly stage: number;
  readonly tasks: number;
  /** The most memory that one of them asks for beyond what its stage does, in bytes. */
  readonly memory: number | null;
  readonly raised: number;
}

/**
 * Stages of a run at work with ready tasks that no agent at work has room for. Where no agent is there at all, none is
 * named: one that comes may have room for everything.
 */
export async function findTooLarge(engine: Engine, run: number): Promise<TooLarge[]> {
  const { rows: agents } = await engine.pool.query<Hand>({
    name: 'capacities',
    text: `SELECT g.name, n.capacity || coalesce(g.capacity, '{}') AS capacity, coalesce(g.labels, n.labels) AS labels, g.pool
           FROM session n JOIN agent g ON g.id = n.agent WHERE n.ended IS NULL AND n.expires > now() ORDER BY g.name`,
  });
  if (agents.length === 0) return [];
  const plan = await engine.plan(run);
  const stages = plan.stages.map((stage) => {
    const asks = requestOf(plan, stage.compiled);
    const hands = agents.filter((agent) => takes(agent, asks));
    return { stage, asks, hands, most: Math.max(0, ...hands.map(({ capacity }) => capacity.memory)) };
  });
  const { rows } = await engine.pool.query<WaitingRow>({
    name: 'waiting-for-room',
    text: `SELECT y.stage, y.tasks - (SELECT count(*) FROM running u WHERE u.stage = y.stage) AS tasks,
             l.memory, coalesce(l.raised, 0) AS raised
           FROM run r JOIN stage s ON s.run = r.id JOIN tally y ON y.stage = s.id AND y.state = 'ready' AND y.tasks > 0
             LEFT JOIN unnest($2::int[], $3::bigint[]) m(stage, most) ON m.stage = s.id
             LEFT JOIN LATERAL (SELECT min(w.memory) AS memory, count(*) AS raised FROM ready_later w
               WHERE w.stage = s.id AND w.memory > m.most) l ON true
           WHERE r.id = $1 AND r.state IN ('active', 'paused') AND s.spec IS NOT NULL ORDER BY s.ordinal`,
    values: [run, stages.map(({ stage }) => stage.id), stages.map(({ most }) => most)],
  });
  return rows.flatMap((row) => {
    const found = stages.find(({ stage }) => stage.id === row.stage);
    if (found === undefined) return [];
    const { stage, asks, hands } = found;
    const told = (tasks: number, request: TaskRequest): TooLarge[] =>
      tasks > 0 ? [{ run, stage: stage.name, tasks, asks: request, largest: nearest(hands, request) }] : [];
    if (!hands.some(({ capacity }) => hasRoom(capacity, asks))) return told(row.tasks, asks);
    return row.memory === null ? [] : told(row.raised, requestOf(plan, stage.compiled, row.memory));
  });
}

/** The agent that has most of what is short. */
function nearest(agents: readonly Hand[], asks: TaskRequest): TooLarge['largest'] {
  const share = ({ cpu, memory }: AgentCapacity): number =>
    Math.min(1, cpu / asks.cpu) * Math.min(1, memory / asks.memory);
  const [first] = [...agents].sort(
    (a, b) => share(b.capacity) - share(a.capacity) || b.capacity.memory - a.capacity.memory,
  );
  if (first === undefined) return null;
  return { agent: first.name, cpu: first.capacity.cpu, memory: first.capacity.memory };
}
