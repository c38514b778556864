/**
 * A run driven to its end by the engine's own use cases, as a server would for busy agents: three loops at once
 * claim blocks of tasks, and settle them with reports and made files like those of a real agent.
 */
import type { Pool } from '@gantry/database';
import {
  admitItems,
  claimTasks,
  closeDataset,
  createDataset,
  createRun,
  describeRun,
  openEngine,
  openSession,
  settleAttempts,
  type ClaimedTask,
  type EndedAttempt,
  type Engine,
} from '@gantry/engine';
import { compilePipeline, parsePipelineFile, toolManifestSchema, unbounded } from '@gantry/model';
import { cpuSecondsOf, type CpuSeconds } from './cpu-seconds.ts';

/** How many tasks an agent claims and reports at a time. */
const block = 1000;
/** How many items are admitted at a time. */
const admittedAtOnce = 10_000;

const tools = [
  { name: 'map', inputs: { tile: { type: 'image' } } },
  { name: 'pair', inputs: { tile: { type: 'image', many: true } } },
].map((tool) =>
  toolManifestSchema.parse({
    gantry: 'tool/v1',
    version: '1.0.0',
    command: ['true'],
    outputs: { made: { type: 'image', path: 'made.tif' } },
    ...tool,
  }),
);

/** Stages by the name of the pipeline: the one that is three maps deep, and the same with neighbours in its middle. */
const pipelines = {
  map: `
  first:  { tool: map@1, inputs: { tile: tiles } }
  second: { tool: map@1, inputs: { tile: first.made } }
  third:  { tool: map@1, inputs: { tile: second.made } }`,
  neighbors: `
  first:  { tool: map@1, inputs: { tile: tiles } }
  second: { tool: pair@1, inputs: { tile: first.made }, over: { neighbors: { z: [0, 1] } } }
  third:  { tool: map@1, inputs: { tile: second.made } }`,
} as const;

export type PipelineName = keyof typeof pipelines;

export interface DrivenRun {
  readonly run: number;
  readonly pipeline: PipelineName;
  readonly tiles: number;
  /** As the database counts them when the run has ended. */
  readonly rows: RunRows;
  readonly admitSeconds: number;
  readonly createSeconds: number;
  /** From the first claim to the end of the run. */
  readonly seconds: number;
  readonly cpu: CpuSeconds;
}

interface RunRows {
  readonly attempts: number;
  readonly tasks: number;
  readonly items: number;
}

/** Makes a run of `tiles` tiles of two axes and three stages, and has so many agents drive it to its end. */
export async function driveRun(
  pool: Pool,
  pipeline: PipelineName,
  tiles: number,
  postmaster: number,
  agents = 3,
): Promise<DrivenRun> {
  const engine = openEngine(pool);
  const admitBegan = performance.now();
  const dataset = await admitTiles(pool, tiles);
  const admitSeconds = secondsSince(admitBegan);
  const createBegan = performance.now();
  const run = await startPipeline(pool, pipeline, dataset);
  const createSeconds = secondsSince(createBegan);
  const began = performance.now();
  const cpu = await cpuSecondsOf(postmaster, () =>
    Promise.all(
      Array.from({ length: agents }, async (_, index) => {
        const { session } = await openSession(engine, {
          name: `agent ${index}`,
          instance: 'one',
          host: 'here',
          capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
          leaseSeconds: 3600,
        });
        await work(engine, session, run);
      }),
    ),
  );
  const seconds = secondsSince(began);
  const { state } = await describeRun(engine, run);
  const rows = await countRows(pool, run);
  if (state !== 'succeeded' || Object.values(rows).some((count) => count !== 3 * tiles)) {
    throw new Error(`the run of ${tiles} tiles is ${state} with ${JSON.stringify(rows)}`);
  }
  return { run, pipeline, tiles, rows, admitSeconds, createSeconds, seconds, cpu };
}

/** Successes of a run that stand, in the history, among the tasks and as items. */
async function countRows(pool: Pool, run: number): Promise<RunRows> {
  const { rows } = await pool.query<RunRows>(
    `WITH stages AS (SELECT id FROM stage WHERE run = $1 AND spec IS NOT NULL)
     SELECT
       (SELECT count(*) FROM attempt JOIN stages s ON s.id = stage WHERE outcome = 'succeeded' AND NOT superseded)::int AS attempts,
       (SELECT count(*) FROM task JOIN stages s ON s.id = stage WHERE state = 'succeeded' AND NOT stale)::int AS tasks,
       (SELECT count(*) FROM item i JOIN stage_output o ON o.dataset = i.dataset JOIN stages s ON s.id = o.stage)::int AS items`,
    [run],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a query without FROM has a row');
  return row;
}

/** @returns the id of the run */
async function startPipeline(pool: Pool, pipeline: PipelineName, dataset: number): Promise<number> {
  return createRun(openEngine(pool), {
    project: 1,
    name: pipeline,
    pipeline: compilePipeline(
      parsePipelineFile(
        `gantry: pipeline/v1\nname: ${pipeline}\nsources: { tiles: { type: image, axes: [z, n] } }\nstages:${pipelines[pipeline]}\n`,
        'bench.yaml',
      ),
      tools,
    ),
    sources: { tiles: dataset },
    tools: {},
  });
}

/** A closed dataset of 100 planes at most. */
async function admitTiles(pool: Pool, tiles: number): Promise<number> {
  const engine = openEngine(pool);
  const dataset = await createDataset(engine, {
    project: 1,
    name: 'tiles',
    type: 'image',
    axes: ['z', 'n'],
    bounds: unbounded,
  });
  const perPlane = Math.ceil(tiles / 100);
  for (let start = 0; start < tiles; start += admittedAtOnce) {
    await admitItems(
      engine,
      dataset,
      Array.from({ length: Math.min(admittedAtOnce, tiles - start) }, (_, index) => {
        const tile = start + index;
        const place = [Math.floor(tile / perPlane), tile % perPlane];
        return {
          place,
          name: `tile_z${place[0]}_n${place[1]}.ome.tif`,
          path: `/data/microscope/2026-03-01/tile_z${place[0]}_n${place[1]}.ome.tif`,
          size: 8_388_608,
          checksum: checksumOf(tile),
        };
      }),
    );
  }
  await closeDataset(engine, dataset);
  return dataset;
}

/** Claims and settles until the run has ended. */
async function work(engine: Engine, session: number, run: number): Promise<void> {
  for (;;) {
    const claimed = await claimTasks(engine, session, block);
    if (claimed.length === 0) {
      const { rows } = await engine.pool.query<{ state: string }>('SELECT state FROM run WHERE id = $1', [
        run,
      ]);
      if (rows[0]?.state !== 'active') return;
      // Another loop holds what there is; its settle makes more ready.
      await new Promise((wake) => setTimeout(wake, 1));
      continue;
    }
    const { refused } = await settleAttempts(engine, session, claimed.map(endOf));
    if (refused.length > 0) throw new Error(`${refused.length} reports were refused`);
  }
}

function endOf({ attempt, run, stage, inputs }: ClaimedTask): EndedAttempt {
  const [tile] = inputs['tile'] ?? [];
  if (tile === undefined) throw new Error(`attempt ${attempt} reads nothing`);
  return {
    attempt,
    end: 'succeeded',
    made: [
      {
        output: 'made',
        name: tile.name,
        path: `${run.id}/${stage.name}/${attempt % 1000}/${attempt}/made/${tile.name}`,
        size: tile.size,
        checksum: checksumOf(attempt),
      },
    ],
    started: '2026-03-01T10:00:00.125Z',
    ended: '2026-03-01T10:00:01.375Z',
    exitCode: 0,
    resources: { wallSeconds: 1.25, cpuSeconds: 1.125, maxRssBytes: 93_323_264 },
    log: { segment: 12, offset: attempt * 100, bytes: 64, omitted: 0 },
  };
}

/** As long as a real one; another for each number. */
function checksumOf(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
