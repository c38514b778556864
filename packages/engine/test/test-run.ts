/**
 * A run of a pipeline file in a test: sources filled with made-up items, tasks claimed and settled by name.
 */
import { compilePipeline, parsePipelineFile, toolManifestSchema, unbounded } from '@gantry/model';
import {
  admitItems,
  claimTasks,
  createDataset,
  createRun,
  describeRun,
  openSession,
  settleAttempts,
  type ClaimedTask,
  type Engine,
  type EndedAttempt,
} from '../src/index.ts';

const tools = [
  {
    name: 'map',
    inputs: { tile: { type: 'image' } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
    results: { mean: {} },
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
  /** By its own session, or another. */
  claim(limit?: number, by?: number): Promise<ClaimedTask[]>;
  settle(task: ClaimedTask, end?: Partial<EndedAttempt>): ReturnType<typeof settleAttempts>;
  /** Counts of tasks by stage. */
  counts(): Promise<Record<string, Record<string, number>>>;
  state(): Promise<string>;
}

let sessions = 0;

export async function startTestRun(engine: Engine, stages: string): Promise<TestRun> {
  const text = `gantry: pipeline/v1\nname: test\nsource: { type: image, axes: [n] }\nstages:\n${stages}`;
  const pipeline = compilePipeline(parsePipelineFile(text, 'test.yaml'), tools);
  const dataset = await createDataset(engine, {
    project: 1,
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
    capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
    leaseSeconds: 3600,
  });
  const run = await createRun(engine, {
    project: 1,
    name: 'test',
    pipeline,
    sources: { source: dataset },
    tools: {},
  });
  return {
    run,
    dataset,
    session,
    admit: (n, checksum = 'a') =>
      admitItems(engine, dataset, [{ place: [n], name: `${n}.tif`, path: `/${n}.tif`, size: 1, checksum }]),
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
