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
} from '@gantry/engine';
import { compilePipeline, parsePipelineFile, toolManifestSchema, unbounded } from '@gantry/model';
import { readCpuSeconds } from './cpu-seconds.ts';

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
  readonly pipeline: PipelineName;
  readonly tiles: number;
  /** Attempts that were settled. */
  readonly completions: number;
  readonly admitSeconds: number;
  readonly createSeconds: number;
  /** From the first claim to the end of the run. */
  readonly seconds: number;
  /** User and system time of this process and of PostgreSQL's, from the first claim to the end of the run. */
  readonly cpu: { readonly client: number; readonly server: number };
}

/** Makes a run of `tiles` tiles of two axes and three stages, and drives it to its end. */
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
  const cpuBefore = await readCpuSeconds(postmaster);
  const began = performance.now();
  const counts = await Promise.all(
    Array.from({ length: agents }, async (_, index) => {
      const { session } = await openSession(engine, {
        name: `agent ${index}`,
        instance: 'one',
        host: 'here',
        capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
        leaseSeconds: 3600,
      });
      return work(engine, session, run);
    }),
  );
  const seconds = secondsSince(began);
  const cpuAfter = await readCpuSeconds(postmaster);
  const { state } = await describeRun(engine, run);
  const completions = counts.reduce((sum, count) => sum + count, 0);
  if (state !== 'succeeded' || completions !== 3 * tiles) {
    throw new Error(`the run is ${state} after ${completions} completions of ${tiles} tiles`);
  }
  return {
    pipeline,
    tiles,
    completions,
    admitSeconds,
    createSeconds,
    seconds,
    cpu: {
      client: cpuAfter.client - cpuBefore.client,
      server: cpuAfter.server - cpuBefore.server,
    },
  };
}

/** @returns the id of the run */
export async function startRun(pool: Pool, pipeline: PipelineName, tiles: number): Promise<number> {
  return startPipeline(pool, pipeline, await admitTiles(pool, tiles));
}

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

/** Claims and settles until the run has ended. @returns how many attempts it settled */
async function work(engine: ReturnType<typeof openEngine>, session: number, run: number): Promise<number> {
  let settled = 0;
  for (;;) {
    const claimed = await claimTasks(engine, session, block);
    if (claimed.length === 0) {
      const { rows } = await engine.pool.query<{ state: string }>('SELECT state FROM run WHERE id = $1', [
        run,
      ]);
      if (rows[0]?.state !== 'active') return settled;
      // Another loop holds what there is; its settle makes more ready.
      await new Promise((wake) => setTimeout(wake, 1));
      continue;
    }
    const { refused } = await settleAttempts(engine, session, claimed.map(endOf));
    if (refused.length > 0) throw new Error(`${refused.length} reports were refused`);
    settled += claimed.length;
  }
}

export function endOf({ attempt, run, stage, inputs }: ClaimedTask): EndedAttempt {
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
