import type { Pool } from '@gantry/database';
import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { placeAt } from '@gantry/model';
import {
  closeDataset,
  createDataset,
  describeDataset,
  explainTask,
  findDatasetItem,
  listDatasets,
  listItems,
  listUses,
  openEngine,
  traceItem,
  type ItemRequest,
} from '../../src/index.ts';
import { Chance } from '../random-pipeline.ts';
import { startTestRun } from '../test-run.ts';

const database = testDatabase();
const bounds = { extents: {}, skip: {}, region: {} };

/** A dataset with an item at each of the places. */
async function fill(axes: readonly string[], places: readonly (readonly number[])[]): Promise<number> {
  const engine = openEngine(database.pool);
  const dataset = await createDataset(engine, { project: 1, name: 'filled', type: 'image', axes, bounds });
  await database.pool.query(
    `INSERT INTO item (dataset, place, name, path, size, checksum)
     SELECT $1, ARRAY(SELECT jsonb_array_elements_text(place)::int), 'a.tif', '/a.tif', 1, 'a'
     FROM jsonb_array_elements($2) place`,
    [dataset, JSON.stringify(places)],
  );
  return dataset;
}

describe('the items of a dataset', () => {
  it('are those of the box, in the order of places, page by page: as filtering all of them says', async () => {
    const engine = openEngine(database.pool);
    const chance = new Chance(7);
    const axes = ['t', 'row', 'col'];
    const places = [0, 1, 2, 3].flatMap((t) =>
      [-2, -1, 0, 1, 2].flatMap((row) => [5, 6, 7, 9].map((col) => [t, row, col])),
    );
    const there = places.filter(() => !chance.oneIn(4));
    const dataset = await fill(axes, there);
    for (let round = 0; round < 120; round++) {
      const at: Record<string, [number, number]> = {};
      for (const [index, axis] of axes.entries()) {
        if (chance.oneIn(2)) continue;
        const first = [-1, -3, 4][index]! + chance.below(6);
        at[axis] = [first, first + chance.below(3)];
      }
      const expected = there.filter((place) =>
        axes.every((axis, index) => {
          const [first, last] = at[axis] ?? [-Infinity, Infinity];
          return place[index]! >= first && place[index]! <= last;
        }),
      );
      const limit = 1 + chance.below(9);
      const found: number[][] = [];
      let after: ItemRequest['after'];
      for (;;) {
        const page = await listItems(engine, dataset, { at, after, limit });
        found.push(...page.map(({ place }) => axes.map((axis) => place[axis]!)));
        if (page.length < limit) break;
        after = page.at(-1)?.place;
      }
      expect(found, JSON.stringify(at)).toEqual(expected);
    }
  });

  it('may be one alone, without axes; and a request of axes that there are not is told', async () => {
    const engine = openEngine(database.pool);
    const only = await fill([], [[]]);
    expect(await listItems(engine, only, { at: {}, after: undefined, limit: 5 })).toMatchObject([
      { place: {} },
    ]);
    expect(await listItems(engine, only, { at: {}, after: {}, limit: 5 })).toEqual([]);
    const row = await fill(['row'], [[1]]);
    const ask = listItems(engine, row, { at: { z: [1, 1] }, after: undefined, limit: 5 });
    await expect(ask).rejects.toMatchObject({ code: 'bad-request', field: 'at', mend: 'Write it as row=1.' });
    await expect(findDatasetItem(engine, row, { row: 2 }, '/store')).rejects.toMatchObject({
      code: 'unknown-item',
    });
    await expect(findDatasetItem(engine, row, {}, '/store')).rejects.toMatchObject({ code: 'bad-request' });
    expect(await findDatasetItem(engine, row, { row: 1 }, '/store')).toMatchObject({
      path: '/a.tif',
      attempt: null,
    });
  });
});

describe('an item', () => {
  const stages = `  map: { tool: map@1, inputs: { tile: source } }
  near: { tool: gather@1, over: { neighbors: { n: [-1, 0, 2] } }, inputs: { tiles: map.made } }
  all: { tool: gather@1, over: all, inputs: { tiles: map.made } }`;

  it('tells the attempt that made it and what that read, and which tasks read it in turn', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    for (const n of [1, 2, 3, 4, 5]) await test.admit(n);
    const claimed = await test.claim();
    for (const task of claimed) await test.settle(task);
    const plan = await engine.plan(test.run);
    const made = plan.stages[0]!.shape.outputs[0]!.dataset;
    const item = await findDatasetItem(engine, made, { n: 3 }, '/store');
    const third = claimed.find(({ place }) => place[0] === 3);
    expect(await traceItem(engine, item)).toMatchObject({
      ...{ run: test.run, stage: 'map', output: 'made', confirmedBy: null, persistent: false },
      task: { id: third?.task, place: { n: 3 }, state: 'succeeded', stale: false },
      attempt: { id: third?.attempt, host: 'here' },
      tool: { name: 'map', version: '1.0.0', title: 'map' },
      inputs: [
        {
          ...{ name: 'tile', from: 'source', dataset: test.dataset, available: 1 },
          items: [{ place: { n: 3 }, name: '3.tif', revision: 1, changed: false }],
        },
      ],
    });
    const uses = await listUses(engine, item);
    expect(uses.map(({ stage, input, tasks }) => [stage, input, tasks.map(({ place }) => place)])).toEqual([
      // It is -1 of 4, 0 of 3 and +2 of 1.
      ['near', 'tiles', [{ n: 1 }, { n: 3 }, { n: 4 }]],
      ['all', 'tiles', [{}]],
    ]);
    expect(uses[0]?.outputs).toMatchObject([{ name: 'made', type: 'image', axes: ['n'] }]);
    // The other way round: what those tasks read has it among it.
    for (const { id } of uses[0]!.tasks) {
      const { inputs } = await explainTask(engine, id, '/store');
      expect(inputs[0]?.items.map(({ place }) => place)).toContainEqual({ n: 3 });
    }
  });

  it('says which of what it was made from has changed since, and who made the same again', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    await test.admit(1);
    const [first] = await test.claim();
    await test.settle(first!);
    const made = (await engine.plan(test.run)).stages[0]!.shape.outputs[0]!.dataset;
    const trace = async () => traceItem(engine, await findDatasetItem(engine, made, { n: 1 }, '/store'));
    await test.admit(1, 'other bytes');
    expect(await trace()).toMatchObject({
      task: { stale: true },
      inputs: [{ items: [{ revision: 2, changed: true }] }],
    });
    const again = (await test.claim()).find(({ stage }) => stage.name === 'map');
    await test.settle(again!);
    expect(await trace()).toMatchObject({
      attempt: { id: first!.attempt },
      confirmedBy: again!.attempt,
      inputs: [{ items: [{ revision: 2, changed: true }] }],
    });
  });

  it('of a source comes from no task', async () => {
    const engine = openEngine(database.pool);
    const item = await findDatasetItem(engine, await fill(['n'], [[1]]), { n: 1 }, '/store');
    expect(await traceItem(engine, item)).toBeUndefined();
    expect(await listUses(engine, item)).toEqual([]);
  });
});

describe('on a large run', () => {
  const rows = 250;
  const columns = 160;
  let run: number;
  let source: number;
  let made: number;

  beforeAll(async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      `  map: { tool: map@1, inputs: { tile: source } }
  all: { tool: gather@1, over: all, inputs: { tiles: map.made } }`,
    );
    ({ run, dataset: source } = test);
    await test.admit(0);
    const [task] = await test.claim();
    await test.settle(task!);
    await closeDataset(engine, source);
    made = (await engine.plan(run)).stages[0]!.shape.outputs[0]!.dataset;
    // As a run over so many tiles leaves them, without the minutes that it takes.
    const [stage] = (await engine.plan(run)).stages;
    const tiles = (await engine.plan(run)).sources[0]!.id;
    const many = rows * columns;
    for (const dataset of [source, made])
      await database.pool.query(
        `INSERT INTO item (dataset, place, name, path, size, checksum, attempt)
         SELECT $1, ARRAY[n], n || '.tif', n || '.tif', 1, 'a', $3 FROM generate_series(1, $2) n`,
        [dataset, many, dataset === made ? task!.attempt : null],
      );
    for (const id of [tiles, stage!.id])
      await database.pool.query(
        `INSERT INTO task (stage, place, state, result, counts, done)
         SELECT $1, ARRAY[n], 'succeeded', 'succeeded', '{1,1,0,0}', 0 FROM generate_series(1, $2) n`,
        [id, many],
      );
    await database.pool.query(
      `INSERT INTO attempt (id, task, stage, session, outcome, claimed)
       SELECT t.id, t.id, t.stage, $2, 'succeeded', now() FROM task t WHERE t.stage = $1 AND t.id <> $3`,
      [stage!.id, test.session, task!.attempt],
    );
    await database.pool.query('ANALYZE');
  });

  /** A pool that has every statement explained before it runs. */
  function explaining(plans: string[]): Pool {
    return new Proxy(database.pool, {
      get(pool, name) {
        if (name !== 'query') return Reflect.get(pool, name, pool) as unknown;
        return async (query: string | { text: string; values?: unknown[] }, values?: unknown[]) => {
          const [text, given] = typeof query === 'string' ? [query, values] : [query.text, query.values];
          if (/^\s*(?:SELECT|WITH|\()/.test(text)) {
            const plan = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, given);
            plans.push(`${text}\n→ ${plan.rows.map((row) => row['QUERY PLAN']).join('\n')}`);
          }
          return typeof query === 'string' ? pool.query(query, values) : pool.query(query);
        };
      },
    });
  }

  it('no look goes through a whole table of items, tasks or attempts', async () => {
    const plans: string[] = [];
    const engine = openEngine(explaining(plans));
    await listDatasets(engine, 1, { text: 'te', limit: 100 });
    await describeDataset(engine, made);
    const page = { after: undefined, limit: 200 };
    expect(await listItems(engine, made, { ...page, at: {} })).toHaveLength(200);
    expect(await listItems(engine, made, { ...page, at: { n: [100, 149] } })).toHaveLength(50);
    expect(await listItems(engine, made, { at: {}, after: { n: 39_990 }, limit: 200 })).toHaveLength(10);
    const item = await findDatasetItem(engine, made, { n: 77 }, '/store');
    await traceItem(engine, item);
    const [use] = await listUses(engine, item);
    const { inputs } = await explainTask(engine, use!.tasks[0]!.id, '/store');
    // Of 40,001 items a hundred are named.
    expect(inputs[0]?.items).toHaveLength(100);
    expect(inputs[0]?.items[0]?.place).toEqual({ n: 0 });
    const whole = plans.filter((plan) =>
      /(?:Seq Scan|Bitmap Heap Scan) on (?:item|task|attempt) /.test(plan),
    );
    expect(whole).toEqual([]);
    expect(plans.length).toBeGreaterThan(10);
  });

  it('a narrow box on the last axes is looked up place by place', async () => {
    const axes = ['row', 'col', 't'];
    const places = Array.from({ length: 30_000 }, (_, n) => [
      Math.floor(n / 300),
      Math.floor(n / 10) % 30,
      n % 10,
    ]);
    const dataset = await fill(axes, places);
    await database.pool.query('ANALYZE item');
    const plans: string[] = [];
    const engine = openEngine(explaining(plans));
    const found = await listItems(engine, dataset, {
      at: { t: [3, 3], row: [10, 19] },
      after: undefined,
      limit: 1000,
    });
    expect(found).toHaveLength(300);
    expect(found[0]?.place).toEqual(placeAt(axes, [10, 0, 3]));
    expect(plans.at(-1)).toMatch(/Index Scan using item_pkey on item\s/);
  });
});
