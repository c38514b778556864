/**
 * Lists of tasks. Reads only.
 *
 * A page is read stage by stage, each in the order of its places, so that `task_stage_place_key` gives the order and the
 * place to go on from; no index has a task's state (see the table `aside`). Of a stage whose tally says that it has no
 * task in the wanted state, nothing is read. Plans of a page of 200 at a stage of 1,000,000 tasks, wherever the tasks lie:
 *
 * | state                               | walks                                    | takes         |
 * |-------------------------------------|------------------------------------------|---------------|
 * | any                                 | the places                               | 1 ms          |
 * | failed, blocked, cancelled, skipped | `aside`, which has them alone            | 3 ms          |
 * | running                             | `running`, which is small                | not measured  |
 * | ready                               | `ready` where it is short, or the places | not measured  |
 * | waiting, succeeded                  | the places, past all others              | 1 ms to 0.3 s |
 *
 * The last is the price where very few of very many wait (or have succeeded), as here nine in a million: an index would
 * cost every task two writes more. Measured on two cores.
 */
import { placeAt, type TaskQuery, type TaskState, type TaskSummary } from '@gantry/model';
import type { Engine } from './engine.ts';
import type { StagePlan } from './run-plan.ts';

interface TaskRow {
  readonly id: number;
  readonly place: number[];
  readonly state: TaskState;
  readonly stale: boolean;
  readonly message: string | null;
  readonly last: TaskSummary['last'];
}

interface Page {
  readonly state: TaskState | undefined;
  /** The place behind which it begins; null from the first on. */
  readonly after: string | null;
  readonly limit: number;
}

/** Up to so many ready tasks are read whole and sorted. */
const fewReady = 10_000;

/** Tasks of a run in the order of stages and places. */
export async function listTasks(engine: Engine, run: number, query: TaskQuery): Promise<TaskSummary[]> {
  const plan = await engine.plan(run);
  const wanted = plan.stages.filter(({ name }) => query.stage === undefined || name === query.stage);
  const last = query.after === undefined ? undefined : await findPlace(engine, query.after);
  const first = last === undefined ? 0 : wanted.findIndex(({ id }) => id === last.stage);
  if (first < 0) return [];
  const tallies = query.state === undefined ? undefined : await readTallies(engine, wanted, query.state);
  const found: TaskSummary[] = [];
  for (const stage of wanted.slice(first)) {
    const limit = query.limit - found.length;
    if (limit === 0) break;
    const count = tallies?.get(stage.id) ?? 0;
    if (tallies !== undefined && count === 0) continue;
    const after = stage.id === last?.stage ? last.place : null;
    const rows = await readPage(engine, stage, { state: query.state, after, limit }, count);
    found.push(
      ...rows.map(({ last, ...row }) => ({
        ...row,
        stage: stage.name,
        place: placeAt(stage.compiled.axes, row.place),
        last: last === null ? null : { ...last, ended: new Date(last.ended).toISOString() },
      })),
    );
  }
  return found;
}

async function findPlace(
  engine: Engine,
  task: number,
): Promise<{ stage: number; place: string } | undefined> {
  const { rows } = await engine.pool.query<{ stage: number; place: string }>(
    'SELECT stage, place::text FROM task WHERE id = $1',
    [task],
  );
  return rows[0];
}

/** How many tasks of each stage may be in the state: running ones are counted as what they were claimed in. */
async function readTallies(
  engine: Engine,
  stages: readonly StagePlan[],
  state: TaskState,
): Promise<ReadonlyMap<number, number>> {
  const text =
    state === 'running'
      ? 'SELECT stage, count(*) AS tasks FROM running WHERE stage = ANY ($1) AND $2::text IS NOT NULL GROUP BY stage'
      : 'SELECT stage, tasks FROM tally WHERE stage = ANY ($1) AND state::text = $2';
  const { rows } = await engine.pool.query<{ stage: number; tasks: number }>(text, [
    stages.map(({ id }) => id),
    state,
  ]);
  return new Map(rows.map(({ stage, tasks }) => [stage, tasks]));
}

/** @param count how many there may be */
async function readPage(
  engine: Engine,
  { id }: StagePlan,
  { state, after, limit }: Page,
  count: number,
): Promise<TaskRow[]> {
  const { rows } = await engine.pool.query<TaskRow>(
    `SELECT p.id, p.place, p.stale, p.state, l.message, l.last
     FROM (
       SELECT t.id, t.place, t.stale, CASE WHEN r.task IS NULL THEN t.state::text ELSE 'running' END AS state
       ${sourceOf(state, count)}
       ORDER BY t.place LIMIT $3
     ) p LEFT JOIN LATERAL (
       SELECT a.message, json_build_object(
         'agent', g.name, 'ended', a.ended,
         'seconds', a.resources->'wallSeconds', 'memory', a.resources->'maxRssBytes') AS last
       FROM attempt a JOIN session s ON s.id = a.session JOIN agent g ON g.id = s.agent
       WHERE a.task = p.id ORDER BY a.id DESC LIMIT 1
     ) l ON true
     ORDER BY p.place`,
    [id, after, limit],
  );
  return rows;
}

/** Where the tasks in a state are found. States are of our own list. */
function sourceOf(state: TaskState | undefined, count: number): string {
  const behind = '($2::int[] IS NULL OR t.place > $2)';
  const running = 'LEFT JOIN running r ON r.task = t.id';
  switch (state) {
    case undefined:
      return `FROM task t ${running} WHERE t.stage = $1 AND ${behind} AND t.state <> 'dropped'`;
    case 'failed':
    case 'blocked':
    case 'cancelled':
    case 'skipped':
      return `FROM (
        SELECT place FROM aside WHERE stage = $1 AND state = '${state}' AND ($2::int[] IS NULL OR place > $2)
        ORDER BY place
      ) x JOIN task t ON t.stage = $1 AND t.place = x.place ${running} WHERE r.task IS NULL`;
    case 'running':
      return `FROM running r JOIN task t ON t.id = r.task WHERE r.stage = $1 AND ${behind}`;
    case 'ready':
      if (count <= fewReady)
        return `FROM (SELECT stage, task FROM ready UNION ALL SELECT stage, task FROM ready_later) y JOIN task t ON t.id = y.task ${running} WHERE y.stage = $1 AND ${behind}`;
      return `FROM task t ${running} WHERE t.stage = $1 AND ${behind} AND t.state = 'ready' AND r.task IS NULL`;
    case 'waiting':
    case 'succeeded':
      return `FROM task t ${running} WHERE t.stage = $1 AND ${behind} AND t.state = '${state}' AND r.task IS NULL`;
  }
}
