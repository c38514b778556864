/**
 * A run of a pipeline file in a test: sources filled with made-up items, tasks claimed and settled by name.
 */
import {
  compilePipeline,
  type AgentCapacity,
  parsePipelineFile,
  toolManifestSchema,
  unbounded,
} from '@gantry/model';
import {
  admitItems,
  claimTasks,
  closeDataset,
  createDataset,
  createRun,
  describeRun,
  openSession,
  settleAttempts,
  type ClaimedTask,
  type Engine,
  type EndedAttempt,
} from '../src/index.ts';

export const testTools = [
  {
    name: 'map',
    inputs: { tile: { type: 'image' } },
    params: { level: { type: 'integer', default: 1 } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
    results: { mean: {} },
  },
  {
    name: 'tuned',
    inputs: { tile: { type: 'image' } },
    params: { method: { type: 'string' } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  },
  {
    name: 'gather',
    inputs: { tiles: { type: 'image', many: true } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  },
  {
    name: 'split',
    inputs: { tile: { type: 'image' } },
    outputs: { parts: { type: 'image', path: 'parts', pattern: 'part_{part:d+}.tif' } },
  },
].map((tool) =>
  toolManifestSchema.parse({ gantry: 'tool/v1', version: '1.0.0', command: ['true'], ...tool }),
);

export interface TestRun {
  readonly run: number;
  readonly dataset: number;
  readonly session: number;
  /** Admits an item with these bytes' checksum at a place of axis n. */
  admit(n: number, checksum?: string): ReturnType<typeof admitItems>;
  close(): Promise<unknown>;
  /** By its own session, or another. */
  claim(limit?: number, by?: number): Promise<ClaimedTask[]>;
  settle(task: ClaimedTask, end?: Partial<EndedAttempt>): ReturnType<typeof settleAttempts>;
  /** Counts of tasks by stage. */
  counts(): Promise<Record<string, Record<string, number>>>;
  state(): Promise<string>;
}

let sessions = 0;

/** @param more of the agent's session and of the run */
export async function startTestRun(
  engine: Engine,
  stages: string,
  more: {
    readonly capacity?: Partial<AgentCapacity>;
    readonly project?: number;
    readonly digest?: string;
    readonly cache?: boolean;
  } = {},
): Promise<TestRun> {
  const { project = 1 } = more;
  const text = `gantry: pipeline/v1\nname: test\nsource: { type: image, axes: [n] }\nstages:\n${stages}`;
  const pipeline = compilePipeline(parsePipelineFile(text, 'test.yaml'), testTools);
  const dataset = await createDataset(engine, {
    project,
    name: 'tiles',
    type: 'image',
    axes: ['n'],
    bounds: unbounded,
  });
  sessions += 1;
  const { session } = await openSession(engine, {
    name: `agent ${sessions}`,
    host: 'here',
    instance: 'one',
    capacity: { cpu: 2, memory: 2 ** 30, slots: 2, ...more.capacity },
    leaseSeconds: 3600,
  });
  const run = await createRun(engine, {
    project,
    name: 'test',
    pipeline,
    sources: { source: dataset },
    tools: Object.fromEntries(
      pipeline.stages.map(({ name }) => [name, { digest: more.digest ?? '', folder: '' }]),
    ),
    ...(more.cache === undefined ? {} : { cache: more.cache }),
  });
  return {
    run,
    dataset,
    session,
    admit: (n, checksum = 'a') =>
      admitItems(engine, dataset, [{ place: [n], name: `${n}.tif`, path: `/${n}.tif`, size: 1, checksum }]),
    close: () => closeDataset(engine, dataset),
    claim: async (limit = 100, by = session) => {
      const claimed = await claimTasks(engine, by, 1000);
      const kept = claimed.filter((task) => task.run.id === run).slice(0, limit);
      // Those of other runs, and what was not asked for, go back.
      const rest = claimed.filter((task) => !kept.includes(task));
      await settleAttempts(
        engine,
        by,
        rest.map(({ attempt }) => ({ attempt, end: 'returned', made: [] })),
      );
      return kept;
    },
    settle: (task, end = {}) =>
      settleAttempts(engine, session, [
        {
          attempt: task.attempt,
          end: 'succeeded',
          made: [
            { output: 'made', name: 'made.tif', path: `${task.attempt}/made.tif`, size: 1, checksum: 'm' },
          ],
          ...end,
        },
      ]),
    counts: async () =>
      Object.fromEntries((await describeRun(engine, run)).stages.map(({ name, tasks }) => [name, tasks])),
    state: async () => (await describeRun(engine, run)).state,
  };
}
