/**
 * Why a task was run although an earlier run of the project had a task of the same stage at its place: which part of what
 * its result depends on differs. Reads only.
 */
import { listInputs } from '@gantry/database';
import { compareCacheKeys, placeAt, type AttemptSummary, type CacheKeyParts } from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { RunPlan, StagePlan } from '../run-plan.ts';
import { stageCacheText } from './stage-cache-text.ts';

/** So many differences are named. */
const most = 3;
/** Tasks that read more are not compared: nobody would read it. */
const mostItems = 1000;

interface Task {
  readonly id: number;
  readonly place: readonly number[];
  readonly counts: readonly number[];
}

/** Sentences; none where there is nothing to say. */
export async function explainMiss(
  engine: Engine,
  run: RunPlan,
  stage: StagePlan,
  task: Task,
  attempts: readonly AttemptSummary[],
): Promise<string[]> {
  const ran = attempts.some(({ cachedFrom }) => cachedFrom === null);
  if (
    !ran ||
    attempts.at(-1)?.cachedFrom ||
    stageCacheText(run.project, stage.compiled, stage.toolDigest) === undefined
  )
    return [];
  if (task.counts.reduce((sum, count) => sum + count, 0) > 4 * mostItems) return [];
  const { rows } = await engine.pool.query<{ run: number; stage: number; task: number; name: string }>({
    name: 'earlier-task',
    text: `SELECT s.run, s.id AS stage, t.id AS task, r.name
           FROM run r JOIN run own ON own.id = $1 JOIN pipeline p ON p.id = r.pipeline JOIN pipeline q ON q.id = own.pipeline
             JOIN stage s ON s.run = r.id AND s.name = $2 JOIN task t ON t.stage = s.id AND t.place = $3
           WHERE r.project = own.project AND r.id < own.id AND p.name = q.name AND s.spec -> 'axes' = $4::jsonb
             AND t.state = 'succeeded' AND NOT t.stale
           ORDER BY r.id DESC LIMIT 1`,
    values: [run.id, stage.name, task.place, JSON.stringify(stage.compiled.axes)],
  });
  const [earlier] = rows;
  if (earlier === undefined) return [];
  const plan = await engine.plan(earlier.run);
  const other = plan.stages.find(({ id }) => id === earlier.stage);
  if (other === undefined) return [];
  const differences = compareCacheKeys(
    await partsOf(engine, other, earlier.task, task.place),
    await partsOf(engine, stage, task.id, task.place),
  );
  if (differences.length === 0) return [];
  const named = differences
    .slice(0, most)
    .map(({ part, before, after }) => `${part} (${shorten(before)} there, ${shorten(after)} here)`);
  const more = differences.length > most ? `, and ${differences.length - most} more` : '';
  return [`It was not taken from the cache: run ${earlier.run} differs in ${named.join(', ')}${more}.`];
}

async function partsOf(
  engine: Engine,
  stage: StagePlan,
  task: number,
  place: readonly number[],
): Promise<CacheKeyParts> {
  const { tool, params, axes, inputs } = stage.compiled;
  const items: [string, CacheKeyParts['inputs'][string]][] = [];
  for (const [index, input] of inputs.entries()) {
    const read = await listInputs(engine.pool, stage.shape, index, [task]);
    items.push([
      input.name,
      read.map(({ place: at, name, checksum }) => ({ place: placeAt(input.axes, at), name, checksum })),
    ]);
  }
  return {
    toolDigest: stage.toolDigest,
    args: { command: tool.command, args: tool.args, env: tool.env, outputs: tool.outputs },
    params,
    inputs: Object.fromEntries(items),
    at: placeAt(axes, place),
  };
}

function shorten(value: string | undefined): string {
  if (value === undefined) return 'none';
  return value.length > 60 ? `${value.slice(0, 57)}…` : value;
}
