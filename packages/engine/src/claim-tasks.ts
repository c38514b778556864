/**
 * Hands ready tasks to an agent's session, runs of a higher priority and deeper stages first, with the items that they
 * read. What is paused is passed over.
 */
import {
  claimTasks as claimStatement,
  listClaimedInputs,
  type ClaimedRow,
  type InputItemRow,
} from '@gantry/database';
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
  /** The run that was served last: the next claim begins behind it. */
  lastRun: number;
}

const memories = new WeakMap<Engine, ClaimMemory>();

function memoryOf(engine: Engine): ClaimMemory {
  const memory = memories.get(engine) ?? {
    cursors: new Map<number, number>(),
    turns: new Map<number, Promise<unknown>>(),
    lastRun: 0,
  };
  memories.set(engine, memory);
  return memory;
}

/** Tasks that were ready before may be so again: the next claim looks from the first on. */
export function lookFromFirst(engine: Engine): void {
  memories.get(engine)?.cursors.clear();
}

/** Claims at most `limit` tasks for `session`. Runs take turns, so that none waits for the end of another. */
export async function claimTasks(engine: Engine, session: number, limit: number): Promise<ClaimedTask[]> {
  const memory = memoryOf(engine);
  const claimed: ClaimedTask[] = [];
  const byPriority = Map.groupBy(await claimableStages(engine, session), ({ priority }) => priority);
  // They come with the highest first.
  for (const stages of byPriority.values()) {
    if (claimed.length === limit) break;
    claimed.push(...(await claimInTurn(engine, session, stages, limit - claimed.length, memory)));
  }
  return claimed;
}

/** Claims from runs of one priority. */
async function claimInTurn(
  engine: Engine,
  session: number,
  stages: readonly ClaimableStage[],
  limit: number,
  memory: ClaimMemory,
): Promise<ClaimedTask[]> {
  const byRun = Map.groupBy(stages, ({ run }) => run);
  const runs = [...byRun.keys()].sort((a, b) => a - b);
  const turn = [
    ...runs.filter((run) => run > memory.lastRun),
    ...runs.filter((run) => run <= memory.lastRun),
  ];
  const claimed: ClaimedTask[] = [];
  // What one run leaves of its share goes to the others in the second round.
  for (const share of [Math.ceil(limit / Math.max(1, runs.length)), limit]) {
    for (const run of turn) {
      const most = Math.min(share, limit - claimed.length);
      if (most <= 0) return claimed;
      const tasks = await claimRun(engine, session, run, byRun.get(run) ?? [], most);
      if (tasks.length > 0) memory.lastRun = run;
      claimed.push(...tasks);
    }
    if (runs.length < 2) return claimed;
  }
  return claimed;
}

/** Claims from the stages of one run, the deepest first. */
async function claimRun(
  engine: Engine,
  session: number,
  run: number,
  stages: readonly { readonly stage: number }[],
  limit: number,
): Promise<ClaimedTask[]> {
  const plan = await engine.plan(run);
  const claimed: ClaimedTask[] = [];
  for (const { stage: id } of stages) {
    if (claimed.length >= limit) break;
    const stage = plan.stages.find((each) => each.id === id);
    if (stage === undefined) throw new Error(`run ${run} has no stage ${id}`);
    claimed.push(...(await claimStage(engine, session, plan, stage, limit - claimed.length)));
  }
  return claimed;
}

interface ClaimableStage {
  readonly run: number;
  readonly stage: number;
  readonly priority: number;
}

/**
 * Stages of active runs with ready tasks that the agent may take, the highest priority first and of each run the deepest;
 * none for an agent that is held back. What is larger than the agent it takes only where no other one could hold it.
 */
async function claimableStages(engine: Engine, session: number): Promise<ClaimableStage[]> {
  const { rows } = await engine.pool.query<ClaimableStage>({
    name: 'claimable-stages',
    text: `WITH hands AS MATERIALIZED (
             SELECT c.id, c.capacity || coalesce(g.capacity, '{}') AS capacity, coalesce(g.labels, c.labels) AS labels, g.pool
             FROM session c JOIN agent g ON g.id = c.agent
             WHERE c.ended IS NULL AND c.expires > now() AND NOT g.paused AND NOT c.drain)
           SELECT s.run, s.id AS stage, r.priority FROM run r JOIN stage s ON s.run = r.id JOIN hands h ON h.id = $1
           WHERE r.state = 'active' AND s.spec IS NOT NULL AND NOT s.paused
             AND EXISTS (SELECT FROM ready y WHERE y.stage = s.id)
             AND agent_takes(s.spec, r.pool, h.capacity, h.labels, h.pool)
             AND (agent_holds(s.spec, h.capacity) OR NOT EXISTS (
               SELECT FROM hands o WHERE agent_takes(s.spec, r.pool, o.capacity, o.labels, o.pool)
                 AND agent_holds(s.spec, o.capacity)))
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
  limit: number,
): Promise<ClaimedTask[]> {
  const rows = await inTurn(engine, stage.id, () => claimRows(engine, session, stage, limit));
  if (rows.length === 0) return [];

  const inputs = new Map<number, Record<string, readonly InputItemRow[]>>(rows.map(({ task }) => [task, {}]));
  for (const [index, input] of stage.compiled.inputs.entries()) {
    const items = await listClaimedInputs(engine.pool, stage.shape, index, rows);
    const byTask = Map.groupBy(items, ({ task }) => task);
    for (const [task, record] of inputs) record[input.name] = byTask.get(task) ?? [];
  }
  const surroundings = await readSurroundings(engine, run, stage, [...inputs.values()]);
  return rows.map(({ attempt, task, place }) => ({
    surroundings,
    attempt,
    task,
    run,
    stage,
    place,
    inputs: inputs.get(task) ?? {},
  }));
}

async function claimRows(
  engine: Engine,
  session: number,
  { id, shape }: StagePlan,
  limit: number,
): Promise<ClaimedRow[]> {
  const cursor = memoryOf(engine).cursors;
  const above = cursor.get(id) ?? 0;
  const rows = await claimStatement(engine.pool, shape, session, { limit, above });
  if (rows.length < limit && above > 0) {
    // Retried tasks lie before the cursor.
    const left = limit - rows.length;
    rows.push(...(await claimStatement(engine.pool, shape, session, { limit: left, above: 0 })));
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
