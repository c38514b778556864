import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { toolManifestSchema, unbounded, type CompiledPipeline } from '@gantry/model';
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
} from '../src/index.ts';

const database = testDatabase();

const tool = toolManifestSchema.parse({
  gantry: 'tool/v1',
  name: 'anything',
  version: '1.0.0',
  command: ['true'],
  inputs: { tile: { type: 'image', many: true } },
  outputs: { made: { type: 'image', path: 'made.tif' } },
});

const output = { name: 'made', type: 'image', axes: ['z'], extraAxes: [], min: 1 } as const;

/** A map, then a stage that reads each place and the next: most of its tasks read places of two settles. */
const pipeline: CompiledPipeline = {
  name: 'neighbours',
  sources: [{ name: 'tiles', type: 'image', axes: ['z'] }],
  stages: [
    {
      name: 'map',
      tool,
      over: { kind: 'each' },
      axes: ['z'],
      inputs: [
        {
          name: 'tile',
          origin: { kind: 'source', source: 'tiles' },
          type: 'image',
          axes: ['z'],
          many: true,
          required: true,
          covering: true,
        },
      ],
      outputs: [output],
      params: {},
      tolerate: { places: 0 },
    },
    {
      name: 'pair',
      tool,
      over: { kind: 'neighbors', offsets: { z: [0, 1] }, edges: 'drop' },
      axes: ['z'],
      inputs: [
        {
          name: 'tile',
          origin: { kind: 'output', stage: 'map', output: 'made' },
          type: 'image',
          axes: ['z'],
          many: true,
          required: true,
          covering: true,
        },
      ],
      outputs: [output],
      params: {},
      tolerate: { places: 0 },
    },
  ],
};

describe('settles at the same time', () => {
  it('lose no release', { timeout: 120_000 }, async () => {
    const places = 4000;
    const engine = openEngine(database.pool);
    const dataset = await createDataset(engine, {
      project: 1,
      name: 'tiles',
      type: 'image',
      axes: ['z'],
      bounds: unbounded,
    });
    await admitItems(
      engine,
      dataset,
      Array.from({ length: places }, (_, z) => ({
        place: [z],
        name: `${z}.tif`,
        path: `/${z}.tif`,
        size: 1,
        checksum: 'a',
      })),
    );
    await closeDataset(engine, dataset);
    const { session } = await openSession(engine, {
      name: 'agent',
      host: 'here',
      instance: 'one',
      capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
      leaseSeconds: 3600,
    });
    const run = await createRun(engine, {
      project: 1,
      name: 'neighbours',
      pipeline,
      sources: { tiles: dataset },
      tools: {},
    });
    const claimed = await claimTasks(engine, session, places);
    expect(claimed).toHaveLength(places);
    // Neighbouring places go into different blocks, and the blocks over all connections at once.
    const blocks = Array.from({ length: 40 }, (_, block) =>
      claimed.filter((_task, index) => index % 40 === block),
    );
    await Promise.all(
      blocks.map((block) =>
        settleAttempts(
          engine,
          session,
          block.map(({ attempt }) => ({
            attempt,
            end: 'succeeded' as const,
            made: [
              { output: 'made', extra: [], name: 'made.tif', path: `${attempt}`, size: 1, checksum: 'a' },
            ],
          })),
        ),
      ),
    );
    const { stages } = await describeRun(engine, run);
    expect(stages.map(({ tasks }) => tasks)).toEqual([{ succeeded: places }, { ready: places - 1 }]);
  });
});
