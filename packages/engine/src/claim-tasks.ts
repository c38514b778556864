/**
 * Hands ready tasks to an agent's session, runs of a higher priority and deeper stages first, with the items that they
 * read. Projects take turns, and so do the runs of each. What is paused is passed over, and so is what the agent has no
 * room for even when it runs nothing else; of a stage with a `limit` no more is handed out than that.
 */
import {
  claimLater,
  claimTasks as claimStatement,
  listClaimedInputs,
  type ClaimedRow,
  type InputItemRow,
} from '@gantry/database';
import type { AgentCapacity } from '@gantry/model';
import { hasRoom, requestOf } from './agent-room.ts';
import type { Engine } from './engine.ts';
import { readSurroundings, type Surroundings } from './read-surroundings.ts';
import type { RunPlan, StagePlan } from './run-plan.ts';

export interface ClaimedTask {
  readonly attempt: number;
  readonly task: number;
  readonly run: RunPlan;
  readonly stage: StagePlan;
  /** Coordinates in the order of the stage's axes. */
  readonly place: readonly number[];
  /** Bytes that it asks for. */
  readonly memory: number;
  /** The items of each input, by its name, in the order of their places. */
  readonly inputs: Readonly<Record<string, readonly InputItemRow[]>>;
  /** Undefined where the tool's templates name nothing of it. */
  readonly surroundings: Surroundings | undefined;
}

/** What an engine remembers between claims. */
interface ClaimMemory {
  /** Per stage, the id behind which the next claim looks first. */
  readonly cursors: Map<number, number>;
  /** Per stage, the end of the claim that was asked for last. */
  readonly turns: Map<number, Promise<unknown>>;
  /** The project that was served last, and of each the run: the next claim begins behind them. */
  lastProject: number;
  readonly lastRuns: Map<number, number>;
}

const memories = new WeakMap<Engine, ClaimMemory>();

function memoryOf(engine: Engine): ClaimMemory {
  const memory = memories.get(engine) ?? {
    cursors: new Map<number, number>(),
    turns: new Map<number, Promise<unknown>>(),
    lastProject: 0,
    lastRuns: new Map<number, number>(),
  };
  memories.set(engine, memory);
  return memory;
}

/** Tasks that were ready before may be so again: the next claim looks from the first on. */
export function lookFromFirst(engine: Engine): void {
  memories.get(engine)?.cursors.clear();
}

/** Claims at most `limit` tasks for `session`. Projects and runs take turns, so that none waits for the end of another. */
export async function claimTasks(engine: Engine, session: number, limit: number): Promise<ClaimedTask[]> {
  const memory = memoryOf(engine);
  const claimed: ClaimedTask[] = [];
  const byPriority = Map.groupBy(await claimableStages(engine, session), ({ priority }) => priority);
  // They come with the highest first.
  for (const stages of byPriority.values()) {
    const byProject = Map.groupBy(stages, ({ project }) => project);
    memory.lastProject = await shareOut(
      [...byProject.keys()],
      memory.lastProject,
      limit - claimed.length,
      async (project, most) => {
        const tasks = await claimProject(engine, session, project, byProject.get(project) ?? [], most);
        claimed.push(...tasks);
        return tasks.length;
      },
    );
    if (claimed.length === limit) break;
  }
  return claimed;
}

/** Claims from runs of one project and one priority. */
async function claimProject(
  engine: Engine,
  session: number,
  project: number,
  stages: readonly ClaimableStage[],
  limit: number,
): Promise<ClaimedTask[]> {
  const { lastRuns } = memoryOf(engine);
  const byRun = Map.groupBy(stages, ({ run }) => run);
  const claimed: ClaimedTask[] = [];
  const last = await shareOut([...byRun.keys()], lastRuns.get(project) ?? 0, limit, async (run, most) => {
    const tasks = await claimRun(engine, session, run, byRun.get(run) ?? [], most);
    claimed.push(...tasks);
    return tasks.length;
  });
  lastRuns.set(project, last);
  return claimed;
}

/**
 * Has some take turns: each claims an equal share at most, beginning behind the one that was served last, and what one
 * leaves of its share goes to the others in a second round.
 * @returns who was served last
 */
async function shareOut(
  ids: readonly number[],
  last: number,
  limit: number,
  claim: (id: number, most: number) => Promise<number>,
): Promise<number> {
  const sorted = [...ids].sort((a, b) => a - b);
  const turn = [...sorted.filter((id) => id > last), ...sorted.filter((id) => id <= last)];
  let left = limit;
  let served = last;
  for (const share of [Math.ceil(limit / Math.max(1, turn.length)), limit]) {
    for (const id of turn) {
      const most = Math.min(share, left);
      if (most <= 0) return served;
      const count = await claim(id, most);
      if (count > 0) served = id;
      left -= count;
    }
    if (turn.length < 2) return served;
  }
  return served;
}

/** Claims from the stages of one run, the deepest first. */
async function claimRun(
  engine: Engine,
  session: number,
  run: number,
  stages: readonly ClaimableStage[],
  limit: number,
): Promise<ClaimedTask[]> {
  const plan = await engine.plan(run, stages[0]?.revision);
  const claimed: ClaimedTask[] = [];
  for (const claimable of stages) {
    if (claimed.length >= limit) break;
    const stage = plan.stages.find((each) => each.id === claimable.stage);
    // Removed since it was looked at.
    if (stage === undefined || !hasRoom(claimable.capacity, requestOf(plan, stage.compiled))) continue;
    claimed.push(...(await claimStage(engine, session, plan, stage, claimable, limit - claimed.length)));
  }
  return claimed;
}

interface ClaimableStage {
  readonly run: number;
  readonly stage: number;
  readonly priority: number;
  readonly project: number;
  /** Whether it has tasks that are ready for every claim, and some whose wait is over or that ask for more memory. */
  readonly ready: boolean;
  readonly later: boolean;
  /** Of the agent that claims. */
  readonly capacity: AgentCapacity;
  /** Of the run's pipeline. */
  readonly revision: number;
}

/**
 * Stages of active runs with ready tasks that the agent may take, the highest priority first and of each run the deepest;
 * none for an agent that is held back.
 */
async function claimableStages(engine: Engine, session: number): Promise<ClaimableStage[]> {
  const { rows } = await engine.pool.query<ClaimableStage>({
    name: 'claimable-stages',
    text: `SELECT s.run, s.id AS stage, r.priority, r.project, r.revision, q.ready, q.later, h.capacity
           FROM (SELECT c.capacity || coalesce(g.capacity, '{}') AS capacity, coalesce(g.labels, c.labels) AS labels, g.pool
               FROM session c JOIN agent g ON g.id = c.agent WHERE c.id = $1 AND NOT g.paused AND NOT c.drain) h
             CROSS JOIN run r JOIN stage s ON s.run = r.id
             CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM ready y WHERE y.stage = s.id) AS ready,
               EXISTS (SELECT FROM ready_later l WHERE l.stage = s.id AND l.due <= now()) AS later) q
           WHERE r.state = 'active' AND s.spec IS NOT NULL AND s.removed IS NULL AND NOT s.paused AND (q.ready OR q.later)
             AND agent_takes(s.spec, r.pool, h.labels, h.pool)
           ORDER BY r.priority DESC, s.run, s.ordinal DESC`,
    values: [session],
  });
  return rows;
}

async function claimStage(
  engine: Engine,
  session: number,
  run: RunPlan,
  stage: StagePlan,
  queues: ClaimableStage,
  limit: number,
): Promise<ClaimedTask[]> {
  const { revision } = run;
  const rows = await inTurn(engine, stage.id, async () => {
    const most = Math.min(limit, await leftOfLimit(engine, stage));
    if (most <= 0) return [];
    const { memory } = queues.capacity;
    const later = queues.later
      ? await claimLater(engine.pool, stage.shape, session, { limit: most, memory, revision })
      : [];
    if (!queues.ready || later.length === most) return later;
    const rest = { limit: most - later.length, revision };
    return [...later, ...(await claimRows(engine, session, stage, rest))];
  });
  if (rows.length === 0) return [];

  const inputs = new Map<number, Record<string, readonly InputItemRow[]>>(rows.map(({ task }) => [task, {}]));
  for (const [index, input] of stage.compiled.inputs.entries()) {
    const items = await listClaimedInputs(engine.pool, stage.shape, index, rows);
    const byTask = Map.groupBy(items, ({ task }) => task);
    for (const [task, record] of inputs) record[input.name] = byTask.get(task) ?? [];
  }
  const surroundings = await readSurroundings(engine, run, stage, [...inputs.values()]);
  return rows.map(({ attempt, task, place, memory }) => ({
    surroundings,
    memory: memory ?? stage.compiled.tool.resources.memory,
    attempt,
    task,
    run,
    stage,
    place,
    inputs: inputs.get(task) ?? {},
  }));
}

/** How many tasks more of the stage may be handed out now. */
async function leftOfLimit(engine: Engine, { id, compiled }: StagePlan): Promise<number> {
  if (compiled.limit === undefined) return Infinity;
  const { rows } = await engine.pool.query<{ held: number }>({
    name: 'held-of-stage',
    text: 'SELECT count(*)::int AS held FROM running WHERE stage = $1',
    values: [id],
  });
  return compiled.limit - (rows[0]?.held ?? 0);
}

async function claimRows(
  engine: Engine,
  session: number,
  { id, shape }: StagePlan,
  { limit, revision }: { readonly limit: number; readonly revision: number },
): Promise<ClaimedRow[]> {
  const cursor = memoryOf(engine).cursors;
  const above = cursor.get(id) ?? 0;
  const rows = await claimStatement(engine.pool, shape, session, { limit, above, revision });
  if (rows.length < limit && above > 0) {
    // Retried tasks lie before the cursor.
    const left = limit - rows.length;
    rows.push(...(await claimStatement(engine.pool, shape, session, { limit: left, above: 0, revision })));
  }
  if (rows.length < limit) cursor.delete(id);
  else cursor.set(id, Math.max(...rows.map(({ task }) => task)));
  return rows;
}

/**
 * Claims of a stage by one server wait for each other: two at once would look at the same rows, and the later one pass
 * over all that the earlier one holds, 5 ms for a thousand, to come away with nearly nothing.
 */
async function inTurn<T>(engine: Engine, stage: number, claim: () => Promise<T>): Promise<T> {
  const { turns } = memoryOf(engine);
  const claimed = (turns.get(stage) ?? Promise.resolve()).then(claim);
  const turn = claimed.catch(() => {});
  turns.set(stage, turn);
  try {
    return await claimed;
  } finally {
    if (turns.get(stage) === turn) turns.delete(stage);
  }
}
