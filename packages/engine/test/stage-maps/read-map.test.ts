/** A page that reads the map once, and then what has changed, shows what the tasks are at, whatever happens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { decodeMap, goneState, readMapState, type MapColumns } from '@gantry/model';
import {
  cancelRun,
  listTasks,
  openEngine,
  readMap,
  readStageHistogram,
  removeTaskChanges,
  resumeRun,
  type Engine,
} from '../../src/index.ts';
import { startTestRun, type TestRun } from '../test-run.ts';

const database = testDatabase();

const stages = `  map: { tool: map@1, inputs: { tile: source } }
  pair: { tool: gather@1, over: { neighbors: { n: [0, 1] } }, inputs: { tiles: map.made } }
  last: { tool: map@1, inputs: { tile: pair.made } }`;

const shown = { x: 'n', y: undefined, at: {}, measure: undefined };

async function ask(engine: Engine, run: number, stage: string, since?: number): Promise<MapColumns> {
  const bytes = await readMap(engine, run, { ...shown, stage, since });
  return decodeMap(new Uint8Array(bytes).buffer);
}

/** What a page holds of one stage: texts of places. */
class Page {
  readonly #stage: string;
  readonly #squares = new Map<number, string>();
  #change: number | undefined;

  constructor(stage: string) {
    this.#stage = stage;
  }

  async look(engine: Engine, run: number): Promise<string[]> {
    const map = await ask(engine, run, this.#stage, this.#change);
    this.#change = map.change;
    map.x.forEach((n, index) => {
      const byte = map.state[index]!;
      const { state, stale } = readMapState(byte) ?? { state: 'gone', stale: false };
      if (byte === goneState) this.#squares.delete(n);
      else this.#squares.set(n, `${n} ${map.task[index]} ${state}${stale ? ' stale' : ''}`);
    });
    return [...this.#squares].sort(([a], [b]) => a - b).map(([, text]) => text);
  }
}

async function truth(engine: Engine, run: number, stage: string): Promise<string[]> {
  const tasks = await listTasks(engine, run, { stage, limit: 1000 });
  return tasks.map(
    ({ id, place, state, stale }) =>
      `${place['n']} ${id} ${state}${stale && state !== 'running' ? ' stale' : ''}`,
  );
}

type Step = (engine: Engine, test: TestRun) => Promise<unknown>;

const places = fc.integer({ min: 1, max: 12 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(places, fc.constantFrom('a', 'b')).map(
    ([n, checksum]): Step =>
      (_, test) =>
        test.admit(n, checksum),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom('succeeded', 'failed', 'returned'))
    .map(([limit, end]): Step => async (_, test) => {
      for (const task of await test.claim(limit))
        await test.settle(task, end === 'succeeded' ? {} : { end: end as 'failed', made: [], message: 'no' });
    }),
  fc.constant<Step>((_, test) => test.claim(2)),
  fc.constant<Step>((engine, test) => cancelRun(engine, test.run)),
  fc.constant<Step>((engine, test) => resumeRun(engine, test.run, 'all')),
  fc.constant<Step>((engine) => removeTaskChanges(engine, 2)),
);

describe('the map of a stage, read again', () => {
  it('is what the tasks are at, after any history, to pages of every age', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(steps, fc.boolean()), { maxLength: 14 }), async (history) => {
        const engine = openEngine(database.pool);
        const test = await startTestRun(engine, stages);
        const pages = ['map', 'pair', 'last'].map((stage) => ({
          stage,
          often: new Page(stage),
          seldom: new Page(stage),
        }));
        for (const [step, all] of history) {
          await step(engine, test);
          for (const { stage, often, seldom } of pages) {
            const tasks = await truth(engine, test.run, stage);
            expect(await often.look(engine, test.run)).toEqual(tasks);
            if (all) expect(await seldom.look(engine, test.run)).toEqual(tasks);
          }
        }
        // A server that has just started knows nothing of what was told before.
        const another = openEngine(database.pool);
        for (const { stage, seldom } of pages)
          expect(await seldom.look(another, test.run)).toEqual(await truth(engine, test.run, stage));
      }),
      { numRuns: 25 },
    );
  });

  it('tells a measure of the last attempts, where one is asked for, and how it is spread', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    for (const n of [1, 2, 3, 4]) await test.admit(n);
    const claimed = await test.claim(3);
    const resources = { wallSeconds: 1.5, cpuSeconds: 0.25, maxRssBytes: 2 ** 20 };
    const started = '2026-03-01T10:00:00Z';
    await test.settle(claimed[0]!, {
      started,
      ended: '2026-03-01T10:00:01.5Z',
      resources,
      results: { mean: -2 },
    });
    await test.settle(claimed[1]!, {
      started,
      ended: '2026-03-01T10:00:04Z',
      resources,
      results: { mean: 10 },
    });
    const valuesOf = async (measure: string): Promise<number[]> => {
      const bytes = await readMap(engine, test.run, { ...shown, stage: 'map', since: undefined, measure });
      return [...decodeMap(new Uint8Array(bytes).buffer).value];
    };
    expect(await valuesOf('duration')).toEqual([1.5, 4, NaN, NaN]);
    expect(await valuesOf('memory')).toEqual([2 ** 20, 2 ** 20, NaN, NaN]);
    expect(await valuesOf('cpu')).toEqual([0.25, 0.25, NaN, NaN]);
    expect(await valuesOf('result.mean')).toEqual([-2, 10, NaN, NaN]);
    await expect(valuesOf('result.area')).rejects.toMatchObject({ code: 'bad-request', field: 'measure' });

    const histogram = (measure: string) =>
      readStageHistogram(engine, test.run, { stage: 'map', measure, bins: 4 });
    expect(await histogram('result.mean')).toEqual({
      ...{ measure: 'result.mean', tasks: 4, looked: 4, count: 2, bins: [1, 0, 0, 1] },
      spread: { least: -2, most: 10, mean: 4, median: 10, p95: 10 },
    });
    expect((await histogram('memory')).bins).toEqual([0, 0, 2, 0]);
    await test.settle(claimed[2]!, {
      started,
      ended: '2026-03-01T10:00:02Z',
      resources,
      results: { mean: 1 },
    });
    expect((await histogram('result.mean')).bins).toEqual([1, 1, 0, 1]);
    expect(
      await readStageHistogram(engine, test.run, { stage: 'last', measure: 'cpu', bins: 4 }),
    ).toMatchObject({ count: 0, bins: [] });
  });

  it('is empty where there are no tasks, and answers many at once', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    expect(await ask(engine, test.run, 'map')).toMatchObject({ count: 0, extents: [] });
    await Promise.all([1, 2, 3, 4].map((n) => test.admit(n)));
    const maps = await Promise.all(Array.from({ length: 5 }, () => ask(engine, test.run, 'map')));
    for (const { count } of maps) expect(count).toBe(4);
  });
});
