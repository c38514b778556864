import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  cancelRun,
  closeDataset,
  createDataset,
  describeDataset,
  listDatasets,
  openEngine,
  previewChange,
  readLineage,
  sealDataset,
} from '../../src/index.ts';
import { simulateRun } from '../simulate-run.ts';
import { startTestRun, type TestRun } from '../test-run.ts';

const database = testDatabase();

const chain = `  map: { tool: map@1, inputs: { tile: source } }
  gather: { tool: gather@1, over: all, inputs: { tiles: map.made } }`;

/** Claims and settles until nothing is ready. */
async function finish(test: TestRun): Promise<void> {
  for (let tasks = await test.claim(); tasks.length > 0; tasks = await test.claim())
    for (const task of tasks) await test.settle(task);
}

describe('the list of datasets', () => {
  it('says of each what is in it, who makes it and who reads it, newest first', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [3, 7]) await test.admit(n);
    await closeDataset(engine, test.dataset);
    await finish(test);
    const [gathered, mapped, source] = await listDatasets(engine, 1, { text: '', limit: 3 });
    expect(source).toMatchObject({
      ...{ id: test.dataset, name: 'tiles', type: 'image', axes: ['n'], state: 'closed', items: 2, bytes: 2 },
      extents: [{ axis: 'n', first: 3, last: 7 }],
      madeBy: null,
      readBy: [{ run: test.run, runName: 'test', stages: ['map'] }],
      readers: 1,
      first: { place: { n: 3 }, revision: 1 },
    });
    expect(mapped).toMatchObject({
      name: 'test map.made',
      state: 'closed',
      items: 2,
      madeBy: { run: test.run, runName: 'test', stage: 'map', output: 'made' },
      readBy: [{ run: test.run, stages: ['gather'] }],
    });
    expect(gathered).toMatchObject({
      axes: [],
      items: 1,
      extents: [],
      readBy: [],
      readers: 0,
      first: { place: {} },
    });
  });

  it('is narrowed by type and by words, and goes on behind the last', async () => {
    const engine = openEngine(database.pool);
    const bounds = { extents: {}, skip: {}, region: {} };
    const make = (name: string, type: 'image' | 'table'): Promise<number> =>
      createDataset(engine, { project: 1, name, type, axes: [], bounds });
    const ids = [
      await make('Kidney 1 DAPI', 'image'),
      await make('kidney 2', 'table'),
      await make('liver', 'image'),
    ];
    const find = async (text: string, type?: 'image' | 'table', after?: number): Promise<number[]> =>
      (await listDatasets(engine, 1, { text, type, after, limit: 2 }))
        .map(({ id }) => id)
        .filter((id) => ids.includes(id));
    expect(await find('KIDNEY')).toEqual([ids[1], ids[0]]);
    expect(await find('dapi kidney')).toEqual([ids[0]]);
    expect(await find('kidney', 'table')).toEqual([ids[1]]);
    expect(await find('', undefined, ids[2])).toEqual([ids[1], ids[0]]);
    expect(await find('100%')).toEqual([]);
    expect((await describeDataset(engine, ids[0]!)).items).toBe(0);
    await expect(describeDataset(engine, 123_456)).rejects.toMatchObject({ code: 'unknown-dataset' });
  });

  it('has the sizes that counting gives, whatever happens to runs', { timeout: 120_000 }, async () => {
    for (let seed = 1; seed <= 12; seed++)
      await simulateRun(openEngine(database.pool), seed, { steps: 25, atOnce: 2 });
    const { rows } = await database.pool.query(`
      SELECT d.id, z.items, z.bytes, c.items AS counted, c.bytes AS summed FROM dataset d
      LEFT JOIN dataset_size z ON z.dataset = d.id
      LEFT JOIN (SELECT dataset, count(*) AS items, sum(size) AS bytes FROM item GROUP BY dataset) c ON c.dataset = d.id
      WHERE (coalesce(z.items, 0), coalesce(z.bytes, 0)) <> (coalesce(c.items, 0), coalesce(c.bytes, 0))`);
    expect(rows).toEqual([]);
    const outside = await database.pool.query(`
      SELECT i.dataset, i.place, z.first, z.last FROM item i JOIN dataset_size z ON z.dataset = i.dataset
      WHERE place_least(i.place, z.first) <> z.first OR place_greatest(i.place, z.last) <> z.last`);
    expect(outside.rows).toEqual([]);
    const { rows: sizes } = await database.pool.query<{ datasets: number }>(
      'SELECT count(*) AS datasets FROM dataset_size WHERE items > 0',
    );
    expect(sizes[0]?.datasets).toBeGreaterThan(20);
  });

  it('knows the extents of datasets with more axes than four', async () => {
    const axes = ['plate', 'well', 't', 'z', 'row', 'col'];
    const bounds = { extents: {}, skip: {}, region: {} };
    const engine = openEngine(database.pool);
    const dataset = await createDataset(engine, { project: 1, name: 'plates', type: 'file', axes, bounds });
    await database.pool.query(
      `INSERT INTO item (dataset, place, name, path, size, checksum)
       SELECT $1, ARRAY[1, n, 3, -n, 5, 2 * n], 'a', '/a', 10, 'a' FROM generate_series(1, 9) n`,
      [dataset],
    );
    const { extents, bytes } = await describeDataset(engine, dataset);
    expect(extents.map(({ first, last }) => [first, last])).toEqual([
      [1, 1],
      [1, 9],
      [3, 3],
      [-9, -1],
      [5, 5],
      [2, 18],
    ]);
    expect(bytes).toBe(90);
  });
});

describe('lineage', () => {
  it('goes through stages to the sources, and to all that was made', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    await test.admit(1);
    await closeDataset(engine, test.dataset);
    await finish(test);
    const lineage = await readLineage(engine, test.dataset);
    expect(lineage.datasets.map(({ name }) => name)).toEqual(['tiles', 'test map.made', 'test gather.made']);
    const [, mapped, gathered] = lineage.datasets.map(({ id }) => id);
    expect(lineage.steps).toEqual([
      expect.objectContaining({ stage: 'map', tool: 'map@1.0.0', from: [test.dataset], to: [mapped] }),
      expect.objectContaining({ stage: 'gather', from: [mapped], to: [gathered] }),
    ]);
    expect(await readLineage(engine, gathered!)).toMatchObject({ datasets: lineage.datasets, cut: false });
    await expect(readLineage(engine, 123_456)).rejects.toMatchObject({ code: 'unknown-dataset' });
  });
});

describe('what closing and sealing would mean', () => {
  it('names the runs that are concerned, or says why it cannot be done', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    await test.admit(1);
    const closing = await previewChange(engine, test.dataset, 'close');
    expect(closing.refused).toBeNull();
    expect(closing.means.join(' ')).toContain(`Run ${test.run} (test) reads it.`);
    expect(closing.means.join(' ')).toContain('1 task of it waits');
    const open = await previewChange(engine, test.dataset, 'seal');
    expect(open).toMatchObject({ means: [], refused: { mend: 'Close it first.' } });
    await closeDataset(engine, test.dataset);
    expect((await previewChange(engine, test.dataset, 'close')).refused?.message).toBe(
      'It is closed already.',
    );
    const [, mapped] = (await readLineage(engine, test.dataset)).datasets;
    const growing = await previewChange(engine, mapped!.id, 'seal');
    expect(growing.refused?.mend).toBe(`It closes by itself when run ${test.run} (test) ends.`);
    await finish(test);
    const sealing = await previewChange(engine, mapped!.id, 'seal');
    expect(sealing.means.join(' ')).toContain(`Run ${test.run} (test) cannot be resumed any more`);
    await sealDataset(engine, mapped!.id);
    expect((await previewChange(engine, mapped!.id, 'seal')).refused?.message).toBe('It is sealed already.');
    await cancelRun(engine, test.run);
  });
});
