/**
 * Says why a task is in its state: what it reads, what of that is not there, and what its attempts came to.
 */
import { join } from 'node:path';
import { listFewInputs } from '@gantry/database';
import {
  describeLargest,
  describeRequest,
  formatMemory,
  formatPlace,
  GantryError,
  listedNeighbours,
  placeAt,
  type AttemptSummary,
  type Origin,
  type TaskExplanation,
  type TaskRequest,
  type TaskState,
  type TooLarge,
} from '@gantry/model';
import { findTooLarge, requestOf } from './agent-room.ts';
import { cachedFromSql } from './cache/cached-from-sql.ts';
import { explainMiss } from './cache/explain-miss.ts';
import { explainStale } from './edits/explain-stale.ts';
import type { Engine } from './engine.ts';
import { findStage, type StagePlan } from './run-plan.ts';

interface TaskRow {
  readonly id: number;
  readonly run: number;
  readonly stage: number;
  readonly place: number[];
  readonly state: TaskState;
  readonly stale: boolean;
  readonly counts: number[];
  readonly attempt: number | null;
  /** What holds it back, if it is ready: its run or its stage is paused. */
  readonly paused: 'run' | 'stage' | null;
  readonly tries: number;
  /** When it may be claimed, if it waits for its next try; and what it asks for, where that is more than its stage does. */
  readonly next: Date | null;
  readonly memory: number | null;
  /** It was asked for once more since it succeeded. */
  readonly again: boolean;
}

/** @throws GantryError `unknown-task` */
export async function explainTask(engine: Engine, task: number, store: string): Promise<TaskExplanation> {
  const { rows } = await engine.pool.query<TaskRow>(
    `SELECT t.id, s.run, t.stage, t.place, t.stale, t.counts, r.attempt,
       CASE WHEN r.task IS NULL THEN t.state::text ELSE 'running' END AS state,
       CASE WHEN n.state = 'paused' THEN 'run' WHEN s.paused THEN 'stage' END AS paused,
       t.tries, (SELECT l.due FROM ready_later l WHERE l.task = t.id AND l.due > now()) AS next,
       (SELECT m.memory FROM raised_memory m WHERE m.task = t.id) AS memory, coalesce(t.done = -1, false) AS again
     FROM task t JOIN stage s ON s.id = t.stage JOIN run n ON n.id = s.run LEFT JOIN running r ON r.task = t.id
     WHERE t.id = $1 AND t.state <> 'dropped' AND s.spec IS NOT NULL`,
    [task],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-task', `There is no task ${task}.`, {
      mend: '`gantry runs` lists the runs, and `gantry explain RUN/STAGE/row=1,col=2` names a task by its place.',
    });
  }
  const plan = await engine.plan(row.run);
  const stage = findStage(plan, row.stage);
  const attempts = await listAttempts(engine, row);
  const inputs = await describeInputs(engine, stage, row, store);
  const { retry } = stage.compiled.tool;
  const asks = requestOf(plan, stage.compiled, row.memory);
  const tooLarge = row.state === 'ready' ? await findTooLarge(engine, row.run) : [];
  const unfit = tooLarge.find((one) => one.stage === stage.name && one.asks.memory <= asks.memory);
  return {
    id: row.id,
    run: plan.id,
    runName: plan.name,
    stage: stage.name,
    tool: `${stage.compiled.tool.name}@${stage.compiled.tool.version}`,
    place: placeAt(stage.compiled.axes, row.place),
    state: row.state,
    stale: row.stale,
    message: attempts.at(-1)?.message ?? null,
    why: [
      ...explain(row, inputs, attempts, row.stale ? await explainStale(engine, plan, stage, row.id) : []),
      ...(await explainMiss(engine, plan, stage, row, attempts)),
      ...explainNext(row, retry.attempts, asks, stage.compiled.tool.resources.memory),
      ...(unfit === undefined ? [] : [explainTooLarge(asks, unfit.largest)]),
    ],
    inputs,
    attempts,
    tries: { made: row.tries, of: retry.attempts, next: row.next?.toISOString() ?? null },
    asks,
  };
}

/** What is to be said of its next try. */
function explainNext(task: TaskRow, of: number, asks: TaskRequest, usual: number): string[] {
  if (task.state !== 'ready' && task.state !== 'running') return [];
  const said: string[] = [];
  if (task.tries > 0 && task.tries < of) {
    const wait =
      task.next === null
        ? ''
        : `, again in ${Math.max(1, Math.ceil((task.next.getTime() - Date.now()) / 1000))} s`;
    said.push(`This is try ${task.tries + 1} of ${of}${wait}.`);
  }
  if (asks.memory > usual)
    said.push(
      `It ran out of memory with ${formatMemory(usual)} or more, and asks for ${formatMemory(asks.memory)} now.`,
    );
  return said;
}

function explainTooLarge(asks: TaskRequest, largest: TooLarge['largest']): string {
  return (
    `No agent has room for it: it asks for ${describeRequest(asks)}${describeLargest(largest)}. ` +
    'It runs as soon as an agent joins that has.'
  );
}

/** Finds a task by run, stage and place. @throws GantryError `unknown-stage`, `unknown-task` */
export async function findTask(
  engine: Engine,
  run: number,
  stageName: string,
  place: Readonly<Record<string, number>>,
): Promise<number> {
  const plan = await engine.plan(run);
  const stage = plan.stages.find(({ name }) => name === stageName);
  if (stage === undefined) {
    throw new GantryError('unknown-stage', `Run ${run} has no stage ${stageName}.`, {
      mend: `Its stages are ${plan.stages.map(({ name }) => name).join(', ')}.`,
    });
  }
  const { axes } = stage.compiled;
  const missing = axes.find((axis) => place[axis] === undefined);
  const unknown = Object.keys(place).find((axis) => !axes.includes(axis));
  if (missing !== undefined || unknown !== undefined) {
    const want = axes.length === 0 ? 'no axes' : `the axes ${axes.join(', ')}`;
    throw new GantryError(
      'unknown-task',
      `The tasks of ${stageName} have ${want}, not ${formatPlace(place)}.`,
      {
        mend: `Name the task as ${run}/${stageName}${axes.length === 0 ? '' : `/${axes.map((axis) => `${axis}=1`).join(',')}`}.`,
      },
    );
  }
  const { rows } = await engine.pool.query<{ id: number }>(
    `SELECT id FROM task WHERE stage = $1 AND place = $2 AND state <> 'dropped'`,
    [stage.id, axes.map((axis) => place[axis])],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-task', `${stageName} has no task at ${formatPlace(place)}.`, {
      mend: 'No item of its inputs is known there.',
    });
  }
  return row.id;
}

async function listAttempts(engine: Engine, task: TaskRow): Promise<AttemptSummary[]> {
  const { rows } = await engine.pool.query<
    Omit<AttemptSummary, 'claimed' | 'started' | 'ended'> & {
      claimed: Date;
      started: Date | null;
      ended: Date | null;
    }
  >(
    `SELECT a.id, a.outcome::text, g.name AS agent, a.claimed, a.started, a.ended, a.exit_code AS "exitCode",
       a.signal, a.message, a.resources, a.revision, ${cachedFromSql('a.id')} AS "cachedFrom"
     FROM attempt a JOIN session s ON s.id = a.session JOIN agent g ON g.id = s.agent WHERE a.task = $1
     UNION ALL
     SELECT r.attempt, 'running', g.name, r.claimed, NULL, NULL, NULL, NULL, NULL, NULL, r.revision, NULL
     FROM running r JOIN session s ON s.id = r.session JOIN agent g ON g.id = s.agent WHERE r.task = $1
     ORDER BY id`,
    [task.id],
  );
  return rows.map((row) => ({
    ...row,
    claimed: row.claimed.toISOString(),
    started: row.started?.toISOString() ?? null,
    ended: row.ended?.toISOString() ?? null,
  }));
}

async function describeInputs(
  engine: Engine,
  stage: StagePlan,
  task: TaskRow,
  store: string,
): Promise<TaskExplanation['inputs']> {
  return Promise.all(
    stage.compiled.inputs.map(async (input, index) => {
      const { dataset } = stage.shape.inputs[index] ?? {};
      if (dataset === undefined) throw new Error(`input ${stage.name}.${input.name} has no dataset`);
      const items = await listFewInputs(engine.pool, stage.shape, index, task.place, listedNeighbours);
      const [, available = 0, pending = 0, failed = 0] = task.counts.slice(4 * index, 4 * index + 4);
      return {
        name: input.name,
        from: originName(input.origin),
        dataset,
        type: input.type,
        available,
        pending,
        failed,
        items: items.map((item) => ({
          place: placeAt(input.axes, item.place),
          name: item.name,
          revision: item.revision,
          path: item.made_by === null ? item.path : join(store, item.path),
        })),
      };
    }),
  );
}

function originName(origin: Origin): string {
  return origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`;
}

function explain(
  task: TaskRow,
  inputs: TaskExplanation['inputs'],
  attempts: readonly AttemptSummary[],
  edits: readonly string[],
): string[] {
  const last = attempts.at(-1);
  const pending = inputs.filter((input) => input.pending > 0);
  const failed = inputs.filter((input) => input.failed > 0);
  const stale = !task.stale
    ? []
    : edits.length > 0
      ? edits
      : ['What it read is no longer what is there: its result is stale.'];
  switch (task.state) {
    case 'waiting':
      return [
        ...(pending.length === 0
          ? ['It waits: places that it would read may still become known, until their source is closed.']
          : pending.map(
              (input) =>
                `It waits for ${countOf(input.pending, 'place')} of ${input.from} (input ${input.name}).`,
            )),
        ...stale,
      ];
    case 'blocked':
      return [
        ...failed.map(
          (input) =>
            `It is blocked: ${countOf(input.failed, 'place')} of ${input.from} (input ${input.name}) failed, ` +
            'was cancelled or is blocked itself.',
        ),
        'A retry of what failed unblocks it.',
        ...stale,
      ];
    case 'ready':
      return [
        task.again
          ? 'It was asked for once more: it waits for an agent.'
          : task.stale
            ? 'All that it reads is there and differs from what its last result was made of: it waits for an agent.'
            : 'All that it reads is there: it waits for an agent.',
        ...(task.stale ? edits : []),
        ...(task.paused === null ? [] : [`Its ${task.paused} is paused: it is run when that goes on.`]),
        ...(last === undefined ? [] : [`Its last attempt ${endingOf(last.outcome)}.`]),
      ];
    case 'running':
      return [`Attempt ${last?.id ?? ''} of it runs on ${last?.agent ?? 'an agent'}.`];
    case 'succeeded':
      return [
        last?.cachedFrom
          ? `It was not run: its result was taken from the cache (run ${last.cachedFrom.run}, task ${last.cachedFrom.task}, attempt ${last.cachedFrom.attempt}), which had made it of the same.`
          : `Attempt ${last?.id ?? ''} succeeded.`,
        ...stale,
      ];
    case 'failed':
      return [explainFailure(attempts), ...stale];
    case 'cancelled':
      return ['It was cancelled. A retry takes it up again.'];
    case 'skipped': {
      const empty = inputs.filter((input) => input.available === 0);
      return [
        `It is skipped: there is no item of ${empty.map(({ from }) => from).join(', ') || 'a required input'} at its place.`,
      ];
    }
  }
}

function explainFailure(attempts: readonly AttemptSummary[]): string {
  const last = attempts.at(-1);
  const message = last?.message ?? null;
  const bad = attempts.filter(({ outcome }) => outcome !== 'succeeded');
  const how = endingOf(last?.outcome ?? 'failed');
  const count =
    bad.length > 1 ? `${bad.length} attempts came to nothing; the last one ${how}` : `Its attempt ${how}`;
  return message === null ? `${count}.` : `${count}: ${message}`;
}

/** What came of an attempt, as the end of a sentence. */
function endingOf(outcome: string): string {
  switch (outcome) {
    case 'timed-out':
      return 'ran out of time';
    case 'out-of-memory':
      return 'ran out of memory';
    case 'start-failed':
      return 'could not be started';
    case 'lost':
      return 'was lost with its agent';
    case 'cancelled':
      return 'was cancelled';
    case 'returned':
      return 'was given back by its agent';
    default:
      return outcome;
  }
}

function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
