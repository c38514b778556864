/** What the words of the model mean, told by small stories. */
import { describe, expect, it } from 'vitest';
import {
  compilePipeline,
  parsePipelineFile,
  ReferenceRun,
  toolManifestSchema,
  unbounded,
  type CompiledPipeline,
  type LatticeBounds,
  type MadeItem,
} from '../src/index.ts';

const tools = [
  {
    name: 'map',
    inputs: { tile: { type: 'image' } },
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

function compile(stages: string, axes = '[row, z]'): CompiledPipeline {
  const text = `gantry: pipeline/v1\nname: story\nsource: { type: image, axes: ${axes} }\nstages:\n${stages}`;
  return compilePipeline(parsePipelineFile(text, 'story.yaml'), tools);
}

function begin(stages: string, bounds: Partial<LatticeBounds> = {}, axes?: string): ReferenceRun {
  return new ReferenceRun(compile(stages, axes), { source: { ...unbounded, ...bounds } });
}

/** States of a stage's tasks by place. */
function states(run: ReferenceRun, stage: string): Record<string, string> {
  return Object.fromEntries(
    [...run.tasks(stage)].map(([key, { state, stale }]) => [key, stale ? `${state}, stale` : state]),
  );
}

const made = (content: string, extra = {}): MadeItem => ({ extra, content });

function succeed(run: ReferenceRun, stage: string, key: string, content = 'a'): void {
  run.claim(stage, key);
  run.settle(stage, key, { kind: 'succeeded', items: { made: [made(content)] } });
}

function fail(run: ReferenceRun, stage: string, key: string): void {
  run.claim(stage, key);
  run.settle(stage, key, { kind: 'failed' });
}

const chain = `
  first: { tool: map@1, inputs: { tile: source } }
  second: { tool: map@1, inputs: { tile: first.made } }`;

describe('each', () => {
  it('lets a tile reach the last stage while others have not come', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    expect(states(run, 'second')).toEqual({ '1,1': 'waiting' });
    succeed(run, 'first', '1,1');
    succeed(run, 'second', '1,1');
    expect(run.state).toBe('active');
    run.close('source');
    expect(run.state).toBe('succeeded');
  });

  it('skips declared places that do not come', () => {
    const run = begin(chain, { extents: { row: [1, 1], z: [1, 2] } });
    run.admit('source', { row: 1, z: 1 }, 'a');
    expect(states(run, 'first')).toEqual({ '1,1': 'ready', '1,2': 'waiting' });
    run.close('source');
    expect(states(run, 'first')).toEqual({ '1,1': 'ready', '1,2': 'skipped' });
    expect(states(run, 'second')).toEqual({ '1,1': 'waiting', '1,2': 'skipped' });
  });

  it('does not run what lies outside extents and region, or on skipped planes', () => {
    const run = begin(chain, { extents: { row: [1, 2] }, region: { z: [1, 5] }, skip: { z: [2] } });
    for (const place of [
      { row: 3, z: 1 },
      { row: 1, z: 6 },
      { row: 1, z: 2 },
    ])
      run.admit('source', place, 'a');
    expect(states(run, 'first')).toEqual({});
  });
});

describe('failures', () => {
  it('block what reads them, until a retry', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    run.close('source');
    fail(run, 'first', '1,1');
    expect(states(run, 'second')).toEqual({ '1,1': 'blocked' });
    expect(run.state).toBe('failed');
    run.retry([{ stage: 'first', key: '1,1' }]);
    expect(states(run, 'second')).toEqual({ '1,1': 'waiting' });
    expect(run.state).toBe('active');
  });

  it('are tolerated in a group once none is pending, and a later success makes it stale', () => {
    const run = begin(`
  first: { tool: map@1, inputs: { tile: source } }
  all: { tool: gather@1, over: all, inputs: { tiles: first.made }, tolerate: 50% }`);
    for (const z of [1, 2]) run.admit('source', { row: 1, z }, 'a');
    run.close('source');
    fail(run, 'first', '1,1');
    expect(states(run, 'all')).toEqual({ '': 'waiting' });
    succeed(run, 'first', '1,2');
    succeed(run, 'all', '');
    expect(run.state).toBe('failed');
    run.retry([{ stage: 'first', key: '1,1' }]);
    expect(states(run, 'all')).toEqual({ '': 'succeeded, stale' });
    succeed(run, 'first', '1,1');
    expect(states(run, 'all')).toEqual({ '': 'ready, stale' });
  });

  it('come of attempts that are lost in a row, as many as are allowed, and a retry counts anew', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    const lose = (): string | undefined => {
      run.claim('first', '1,1');
      run.settle('first', '1,1', { kind: 'lost' }, { lost: 2, attempts: 2 });
      return states(run, 'first')['1,1'];
    };
    expect(lose()).toBe('ready');
    // Another end is between them.
    run.claim('first', '1,1');
    run.settle('first', '1,1', { kind: 'failed' }, { lost: 2, attempts: 2 });
    expect([lose(), lose()]).toEqual(['ready', 'failed']);
    expect(states(run, 'second')).toEqual({ '1,1': 'blocked' });
    run.retry([{ stage: 'first', key: '1,1' }]);
    expect([lose(), lose()]).toEqual(['ready', 'failed']);
  });

  it('are never tolerated where nothing is left', () => {
    const run = begin(`
  first: { tool: map@1, inputs: { tile: source } }
  all: { tool: gather@1, over: all, inputs: { tiles: first.made }, tolerate: 100% }`);
    run.admit('source', { row: 1, z: 1 }, 'a');
    run.close('source');
    fail(run, 'first', '1,1');
    expect(states(run, 'all')).toEqual({ '': 'blocked' });
  });
});

describe('groups', () => {
  const grouped = `
  plane: { tool: gather@1, over: { group: [z] }, inputs: { tiles: source } }`;

  it('go when their plane is complete, though z is open', () => {
    const run = begin(grouped, { extents: { row: [1, 2] } });
    run.admit('source', { row: 1, z: 7 }, 'a');
    expect(states(run, 'plane')).toEqual({ 7: 'waiting' });
    run.admit('source', { row: 2, z: 7 }, 'a');
    expect(states(run, 'plane')).toEqual({ 7: 'ready' });
  });

  it('wait for closing where nothing declares their extent', () => {
    const run = begin(grouped);
    run.admit('source', { row: 1, z: 7 }, 'a');
    expect(states(run, 'plane')).toEqual({ 7: 'waiting' });
    run.close('source');
    expect(states(run, 'plane')).toEqual({ 7: 'ready' });
  });
});

describe('neighbours', () => {
  const pairs = (edges: string): string => `
  pair: { tool: gather@1, over: { neighbors: { z: [0, 1] }, edges: ${edges} }, inputs: { tiles: source } }`;

  it('count in planes that are not skipped', () => {
    const run = begin(pairs('clip'), { skip: { z: [2] } });
    for (const z of [1, 3]) run.admit('source', { row: 1, z }, 'a');
    expect(states(run, 'pair')).toEqual({ '1,1': 'ready', '1,3': 'waiting' });
  });

  it('clip or drop at the edge, once it is known to be one', () => {
    for (const [edges, last] of [
      ['clip', 'ready'],
      ['drop', undefined],
    ] as const) {
      const run = begin(pairs(edges));
      for (const z of [1, 2]) run.admit('source', { row: 1, z }, 'a');
      expect(states(run, 'pair')['1,2']).toBe('waiting');
      run.close('source');
      expect(states(run, 'pair')['1,2']).toBe(last);
    }
  });
});

describe('one to many', () => {
  const splitting = `
  split: { tool: split@1, inputs: { tile: source } }
  part: { tool: map@1, inputs: { tile: split.parts } }`;
  const parts = (...numbers: number[]) => ({
    kind: 'succeeded' as const,
    items: { parts: numbers.map((part) => made('a', { part })) },
  });

  it('makes the tasks below when it has succeeded, and withdraws what is not made again', () => {
    const run = begin(splitting, {}, '[row]');
    run.admit('source', { row: 1 }, 'a');
    expect(states(run, 'part')).toEqual({});
    run.claim('split', '1');
    run.settle('split', '1', parts(0, 1));
    expect(states(run, 'part')).toEqual({ '1,0': 'ready', '1,1': 'ready' });
    succeed(run, 'part', '1,1');
    run.admit('source', { row: 1 }, 'b');
    expect(states(run, 'part')).toEqual({ '1,0': 'waiting', '1,1': 'succeeded, stale' });
    run.claim('split', '1');
    run.settle('split', '1', parts(0));
    expect(states(run, 'part')).toEqual({ '1,0': 'ready' });
    expect([...run.items('part', 'made').keys()]).toEqual([]);
  });
});

describe('staleness', () => {
  it('passes where the bytes come out equal', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    succeed(run, 'first', '1,1', 'same');
    succeed(run, 'second', '1,1');
    run.admit('source', { row: 1, z: 1 }, 'b');
    expect(states(run, 'second')).toEqual({ '1,1': 'succeeded, stale' });
    succeed(run, 'first', '1,1', 'same');
    expect(states(run, 'second')).toEqual({ '1,1': 'succeeded' });
  });

  it('of an attempt under way shows when it ends', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    run.claim('first', '1,1');
    run.admit('source', { row: 1, z: 1 }, 'b');
    run.settle('first', '1,1', { kind: 'succeeded', items: { made: [made('old')] } });
    expect(states(run, 'first')).toEqual({ '1,1': 'ready, stale' });
  });

  it('of an ended run waits for a resume', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    run.close('source');
    succeed(run, 'first', '1,1');
    succeed(run, 'second', '1,1');
    expect(run.state).toBe('succeeded');
    run.admit('source', { row: 1, z: 1 }, 'b');
    expect(states(run, 'first')).toEqual({ '1,1': 'succeeded, stale' });
    run.resume();
    expect(states(run, 'first')).toEqual({ '1,1': 'ready, stale' });
  });
});

describe('a further try', () => {
  it('waits for its time, unless what it reads changes or somebody asks for it', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    const limits = { attempts: 5, waits: true };
    const lateAfter = (event: () => void): boolean | undefined => {
      run.due();
      run.claim('first', '1,1');
      run.settle('first', '1,1', { kind: 'failed' }, limits);
      event();
      return run.tasks('first').get('1,1')?.later;
    };
    expect(lateAfter(() => {})).toBe(true);
    expect(() => run.claim('first', '1,1')).toThrow('is not ready');
    expect(lateAfter(() => run.due())).toBe(false);
    expect(lateAfter(() => run.retry([{ stage: 'first', key: '1,1' }]))).toBe(false);
    run.claim('first', '1,1');
    run.settle('first', '1,1', { kind: 'failed', final: true }, limits);
    expect(states(run, 'first')).toEqual({ '1,1': 'failed' });
  });
});

describe('a task that is done again', () => {
  it('keeps its result, stale, and what is below waits, and is done again only if bytes change or all is wanted', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    run.close('source');
    for (const stage of ['first', 'second']) succeed(run, stage, '1,1');
    expect(run.state).toBe('succeeded');
    const first = [{ stage: 'first', key: '1,1' }];
    run.again(first);
    expect([states(run, 'first'), states(run, 'second')]).toEqual([
      { '1,1': 'ready, stale' },
      { '1,1': 'succeeded, stale' },
    ]);
    succeed(run, 'first', '1,1');
    expect(run.state).toBe('succeeded');
    run.again(first, true);
    succeed(run, 'first', '1,1');
    expect(states(run, 'second')).toEqual({ '1,1': 'ready, stale' });
  });
});

describe('cancelling', () => {
  it('ends what is not finished, and a retry takes it up', () => {
    const run = begin(chain);
    run.admit('source', { row: 1, z: 1 }, 'a');
    run.close('source');
    succeed(run, 'first', '1,1');
    run.cancel();
    expect(run.state).toBe('cancelled');
    expect(states(run, 'first')).toEqual({ '1,1': 'succeeded' });
    expect(states(run, 'second')).toEqual({ '1,1': 'cancelled' });
    run.retry([{ stage: 'second', key: '1,1' }]);
    expect(states(run, 'second')).toEqual({ '1,1': 'ready' });
  });
});
