/**
 * Where an item comes from: the attempt that made it, of which task, with what it read. Reads only, a few rows by
 * their keys: `attempt_pkey`, `attempt_by_task`, `task_pkey`; what the task reads as `list-few-inputs.ts` says.
 */
import { listFewInputs } from '@gantry/database';
import { listedNeighbours, placeAt, type ItemOrigin, type RunState, type TaskState } from '@gantry/model';
import { cachedFromSql } from '../cache/cached-from-sql.ts';
import { stageAt } from '../edits/stage-at.ts';
import type { Engine } from '../engine.ts';
import { findStage, type StagePlan } from '../run-plan.ts';
import type { DatasetItem } from './find-dataset-item.ts';

interface OriginRow {
  readonly id: number;
  readonly task: number;
  readonly stage: number;
  /** Of the pipeline, by which it was made. */
  readonly revision: number;
  readonly output: string;
  readonly run: number;
  readonly runName: string;
  readonly runState: RunState;
  readonly place: number[];
  readonly state: TaskState;
  readonly stale: boolean;
  readonly counts: number[];
  /** Whether the last result was made of what the task would read now. */
  readonly fresh: boolean;
  readonly agent: string;
  readonly host: string;
  readonly claimed: Date;
  readonly started: Date | null;
  readonly ended: Date;
  readonly exitCode: number | null;
  readonly resources: Record<string, unknown> | null;
  readonly confirmedBy: number | null;
  readonly cachedFrom: ItemOrigin['cachedFrom'];
}

/** All but the command, whose templates are filled elsewhere. */
export type TracedItem = Omit<ItemOrigin, 'command'>;

/** Undefined for an item of a source. */
export async function traceItem(engine: Engine, item: DatasetItem): Promise<TracedItem | undefined> {
  if (item.attempt === null) return undefined;
  const { rows } = await engine.pool.query<OriginRow>({
    name: 'trace-item',
    text: `SELECT a.id, a.task, a.stage, a.revision, o.name AS output, r.id AS run, r.name AS "runName", r.state AS "runState",
        t.place, t.stale, t.counts, t.done IS NOT DISTINCT FROM t.reads AS fresh,
        CASE WHEN EXISTS (SELECT FROM running u WHERE u.task = t.id) THEN 'running' ELSE t.state::text END AS state,
        g.name AS agent, g.host, a.claimed, a.started, a.ended, a.exit_code AS "exitCode", a.resources,
        (SELECT max(b.id) FROM attempt b
         WHERE b.task = a.task AND b.id > a.id AND b.outcome = 'succeeded' AND NOT b.superseded) AS "confirmedBy",
        ${cachedFromSql('a.id')} AS "cachedFrom"
      FROM attempt a
        JOIN task t ON t.id = a.task JOIN stage s ON s.id = a.stage JOIN run r ON r.id = s.run
        JOIN stage_output o ON o.stage = s.id AND o.dataset = $2
        JOIN session e ON e.id = a.session JOIN agent g ON g.id = e.agent
      WHERE a.id = $1`,
    values: [item.attempt, item.dataset.id],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`attempt ${item.attempt} of an item is not there`);
  const plan = await engine.plan(row.run);
  const stage = await stageAt(engine, plan, findStage(plan, row.stage), row.revision);
  const { tool, params, axes } = stage.compiled;
  return {
    ...{ run: row.run, runName: row.runName, runState: row.runState, stage: stage.name, output: row.output },
    task: { id: row.task, place: placeAt(axes, row.place), state: row.state, stale: row.stale },
    attempt: {
      ...{ id: row.id, agent: row.agent, host: row.host, exitCode: row.exitCode, resources: row.resources },
      claimed: row.claimed.toISOString(),
      started: row.started?.toISOString() ?? null,
      ended: row.ended.toISOString(),
    },
    confirmedBy: row.confirmedBy,
    cachedFrom: row.cachedFrom,
    tool: {
      ...{ name: tool.name, version: tool.version, title: tool.title ?? tool.name },
      digest: stage.toolDigest,
    },
    params: { ...params },
    persistent: tool.worker !== undefined || tool.batch !== undefined,
    inputs: await describeInputs(engine, stage, row),
  };
}

async function describeInputs(
  engine: Engine,
  stage: StagePlan,
  row: OriginRow,
): Promise<ItemOrigin['inputs']> {
  // Where the last result stands and is of this attempt, it has read just what is there.
  const unchanged = row.fresh && row.confirmedBy === null;
  return Promise.all(
    stage.compiled.inputs.map(async (input, index) => {
      const { dataset } = stage.shape.inputs[index] ?? {};
      if (dataset === undefined) throw new Error(`input ${stage.name}.${input.name} has no dataset`);
      const items = await listFewInputs(engine.pool, stage.shape, index, row.place, listedNeighbours);
      return {
        name: input.name,
        from:
          input.origin.kind === 'source'
            ? input.origin.source
            : `${input.origin.stage}.${input.origin.output}`,
        dataset,
        type: input.type,
        available: row.counts[4 * index + 1] ?? items.length,
        items: items.map((item) => ({
          place: placeAt(input.axes, item.place),
          name: item.name,
          revision: item.revision,
          changed: !unchanged && item.modified > row.claimed,
        })),
      };
    }),
  );
}
