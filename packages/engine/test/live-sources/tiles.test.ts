import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  compilePipeline,
  isGantryError,
  parsePipelineFile,
  parseToolFile,
  unbounded,
  type ItemMeta,
  type LatticeBounds,
  type LiveSourceState,
} from '@gantry/model';
import {
  createDataset,
  createRun,
  openEngine,
  openLiveSources,
  type Engine,
  type LiveSources,
} from '../../src/index.ts';

const database = testDatabase();

const copy = parseToolFile(
  'gantry: tool/v1\nname: copy\nversion: 1.0.0\ncommand: [cp]\ninputs: { tile: { type: file } }',
  'tool.yaml',
);

interface Live {
  readonly engine: Engine;
  sources: LiveSources;
  readonly folder: string;
  readonly dataset: number;
  restart(): Promise<void>;
}

/** The dataset's axes are in another order than the list's. */
const axes = ['z', 'y', 'x'];

async function startLive(): Promise<Live> {
  const engine = openEngine(database.pool);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-tiles-'));
  const dataset = await createDataset(engine, {
    project: 1,
    name: 'tiles',
    type: 'file',
    axes,
    bounds: unbounded,
  });
  const live: Live = {
    engine,
    sources: await openLiveSources(engine, () => {}),
    folder,
    dataset,
    async restart() {
      await live.sources.close();
      live.sources = await openLiveSources(engine, () => {});
    },
  };
  onTestFinished(async () => {
    await live.sources.close();
    await database.pool.query('UPDATE live_source SET ended = now() WHERE ended IS NULL');
    await rm(folder, { recursive: true, force: true });
  });
  return live;
}

interface Listed {
  readonly name: string;
  readonly position?: object | null;
  readonly step?: object;
}

async function putList(folder: string, tiles: readonly Listed[], more: object = {}): Promise<void> {
  const list = {
    extents: { minimumX: 1, maximumX: 9, minimumY: 1, maximumY: 9, minimumZ: 1, maximumZ: 9 },
    planeMarkers: { z: [5] },
    projectInfo: { customParameters: { sigma: 2 } },
    tiles: tiles.map(({ name, ...tile }) => ({ relativePath: name, isComplete: true, ...tile })),
    ...more,
  };
  await writeFile(join(folder, 'list.tmp'), JSON.stringify(list));
  await rename(join(folder, 'list.tmp'), join(folder, 'pipeline-input.json'));
}

async function putTile(folder: string, name: string, bytes = 'pixels'): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'image.tif'), bytes);
}

const watch = (live: Live): Promise<LiveSourceState> =>
  live.sources.watch(live.dataset, { kind: 'tiles', folder: live.folder, settleMs: 50 });

async function stateWhen(
  { sources, dataset }: Live,
  condition: (state: LiveSourceState) => boolean,
): Promise<LiveSourceState> {
  return vi.waitFor(
    async () => {
      const state = await sources.describe(dataset);
      if (!condition(state)) throw new Error(`not yet: ${JSON.stringify(state)}`);
      return state;
    },
    { timeout: 15_000, interval: 10 },
  );
}

async function items(
  dataset: number,
): Promise<{ place: number[]; name: string; revision: number; meta: ItemMeta }[]> {
  const { rows } = await database.pool.query<{
    place: number[];
    name: string;
    revision: number;
    meta: ItemMeta;
  }>('SELECT place, name, revision, meta FROM item WHERE dataset = $1 ORDER BY place', [dataset]);
  return rows;
}

async function datasetRow(
  dataset: number,
): Promise<{ bounds: LatticeBounds; parameters: ItemMeta } | undefined> {
  const { rows } = await database.pool.query<{ bounds: LatticeBounds; parameters: ItemMeta }>(
    'SELECT bounds, parameters FROM dataset WHERE id = $1',
    [dataset],
  );
  return rows[0];
}

describe('a watched list of tiles', () => {
  it('makes items of folders, with their places and steps, and tells the dataset of the acquisition', async () => {
    const live = await startLive();
    await putTile(live.folder, 'day/00001');
    await putList(live.folder, [
      { name: 'day\\00001', position: { x: 3, y: 2, z: 1 }, step: { x: 0.5, w: 7 } },
    ]);
    await watch(live);
    expect(await stateWhen(live, ({ taken }) => taken === 1)).toMatchObject({
      pattern: '',
      options: { kind: 'tiles' },
      trouble: null,
      problems: { count: 0 },
    });
    expect(await items(live.dataset)).toEqual([
      { place: [1, 2, 3], name: '00001', revision: 1, meta: { step_x: 0.5, step_w: 7 } },
    ]);
    expect(await datasetRow(live.dataset)).toEqual({
      bounds: { extents: { x: [1, 9], y: [1, 9], z: [1, 9] }, skip: { z: [5] }, region: {} },
      parameters: { sigma: 2 },
    });
  });

  it('shows a tile without a place, and takes it as soon as the list gives it one', async () => {
    const live = await startLive();
    for (const name of ['a', 'b']) await putTile(live.folder, name);
    const b = { name: 'b', position: { x: 1, y: 1, z: 1 } };
    await putList(live.folder, [{ name: 'a', position: { x: 1, y: null, z: 2 } }, b]);
    await watch(live);
    const state = await stateWhen(live, ({ taken, problems }) => taken === 1 && problems.count === 1);
    expect(state.problems.first).toMatchObject([{ name: 'a', code: 'tile-without-place' }]);
    await putList(live.folder, [{ name: 'a', position: { x: 1, y: 1, z: 2 } }, b]);
    expect(await stateWhen(live, ({ taken }) => taken === 2)).toMatchObject({ problems: { count: 0 } });
    expect((await items(live.dataset)).map(({ place }) => place)).toEqual([
      [1, 1, 1],
      [2, 1, 1],
    ]);
  });

  it('gives a place to one of two tiles, and to the other when the first has moved', async () => {
    const live = await startLive();
    for (const name of ['a', 'b']) await putTile(live.folder, name, name);
    const [here, there] = [
      { x: 1, y: 1, z: 1 },
      { x: 2, y: 1, z: 1 },
    ];
    await putList(live.folder, [{ name: 'a', position: here }]);
    await watch(live);
    await stateWhen(live, ({ taken }) => taken === 1);
    await putList(live.folder, [
      { name: 'a', position: here },
      { name: 'b', position: here },
    ]);
    const twice = await stateWhen(live, ({ problems }) => problems.count === 1);
    expect(twice.problems.first).toMatchObject([{ name: 'b', code: 'place-twice' }]);
    await putList(live.folder, [
      { name: 'a', position: there },
      { name: 'b', position: here },
    ]);
    await stateWhen(live, ({ taken, problems }) => taken === 2 && problems.count === 0);
    await vi.waitFor(async () =>
      expect((await items(live.dataset)).map(({ place, name }) => [...place, name])).toEqual([
        [1, 1, 1, 'b'],
        [1, 1, 2, 'a'],
      ]),
    );
  });

  it('reads after a restart only what changed, and keeps what the list no longer has', async () => {
    const live = await startLive();
    const tiles = ['a', 'b', 'c'].map((name, index) => ({ name, position: { x: 1 + index, y: 1, z: 1 } }));
    for (const { name } of tiles) await putTile(live.folder, name);
    await putList(live.folder, tiles);
    await watch(live);
    await stateWhen(live, ({ taken }) => taken === 3);
    await vi.waitFor(
      async () => {
        const { rowCount } = await database.pool.query('SELECT FROM live_file WHERE dataset = $1', [
          live.dataset,
        ]);
        expect(rowCount).toBe(3);
      },
      { timeout: 5000 },
    );
    await live.sources.close();
    await putTile(live.folder, 'a', 'other pixels');
    await putList(live.folder, tiles.slice(0, 2));
    await live.restart();
    const state = await stateWhen(live, ({ trouble }) => trouble?.code === 'list-shrunken');
    expect(state.vanished).toEqual({ count: 1, first: ['c'] });
    await vi.waitFor(async () =>
      expect((await items(live.dataset)).map(({ name, revision }) => [name, revision])).toEqual([
        ['a', 2],
        ['b', 1],
        ['c', 1],
      ]),
    );
  });

  it('says where the list declares other bounds than the runs that read it began with', async () => {
    const live = await startLive();
    await putTile(live.folder, 'a');
    const tile = { name: 'a', position: { x: 1, y: 1, z: 1 } };
    await putList(live.folder, [tile]);
    await watch(live);
    await stateWhen(live, ({ taken }) => taken === 1);
    const pipeline = compilePipeline(
      parsePipelineFile(
        'gantry: pipeline/v1\nname: test\nsource: { type: file, axes: [z, y, x] }\nstages: { copy: { tool: copy@1, inputs: { tile: source } } }',
        'test.yaml',
      ),
      [copy],
    );
    await createRun(live.engine, {
      project: 1,
      name: 'test',
      pipeline,
      sources: { source: live.dataset },
      tools: {},
    });
    await putList(live.folder, [tile], { planeMarkers: { z: [5, 6] } });
    const state = await stateWhen(live, ({ problems }) => problems.count === 1);
    expect(state.problems.first[0]).toMatchObject({
      name: join(live.folder, 'pipeline-input.json'),
      code: 'list-bounds-differ',
      message: expect.stringContaining('skipped z 5, 6; what reads it began with') as string,
    });
    expect((await datasetRow(live.dataset))?.bounds.skip).toEqual({ z: [5] });
    await putList(live.folder, [tile]);
    await stateWhen(live, ({ problems }) => problems.count === 0);
  });

  it('refuses a dataset without the axes of tiles', async () => {
    const live = await startLive();
    const flat = await createDataset(live.engine, {
      project: 1,
      name: 'flat',
      type: 'file',
      axes: ['row', 'col'],
      bounds: unbounded,
    });
    const error: unknown = await live.sources
      .watch(flat, { kind: 'tiles', folder: live.folder })
      .catch((thrown: unknown) => thrown);
    expect(isGantryError(error) && [error.code, error.field]).toEqual(['list-axes', 'kind']);
  });
});
