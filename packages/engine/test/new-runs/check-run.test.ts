import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { newRunBodySchema, toolManifestSchema, unbounded, type NewRunBody } from '@gantry/model';
import {
  admitItems,
  checkPipeline,
  checkRun,
  closeDataset,
  createDataset,
  describeRun,
  FolderListings,
  listPipelines,
  openEngine,
  openIntakes,
  openLiveSources,
  readChoices,
  recentFolders,
  startRun,
  type Engine,
  type InstalledTool,
  type StartRunContext,
} from '../../src/index.ts';

const database = testDatabase();
const log: string[] = [];

const tools: InstalledTool[] = [
  {
    name: 'fix',
    inputs: { tile: { type: 'image' } },
    params: {
      sigma: { type: 'number', default: 1, min: 0, max: 10, unit: 'px' },
      label: { type: 'string', required: true },
    },
    outputs: { fixed: { type: 'image', path: 'fixed.tif' } },
  },
  {
    name: 'gather',
    inputs: { tiles: { type: 'image', many: true } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  },
].map((tool) => ({
  folder: '/tools',
  manifest: toolManifestSchema.parse({
    ...{ gantry: 'tool/v1', version: '1.0.0', command: ['true'], image: 'none' },
    ...tool,
  }),
}));

const text = `gantry: pipeline/v1
name: fix-and-gather
title: Fix and gather
sources: { tiles: { type: image, axes: [row, col], title: Tiles } }
stages:
  fix: { tool: fix@1, inputs: { tile: tiles } }
  rows: { tool: gather@1, over: { group: [row] }, inputs: { tiles: fix.fixed } }
  all: { tool: gather@1, over: all, inputs: { tiles: rows.made } }
`;

let engine: Engine;
let folder: string;
let context: StartRunContext;

beforeEach(async () => {
  engine = openEngine(database.pool);
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gantry-check-')));
  const tell = (line: string): void => void log.push(line);
  const [intakes, live] = [await openIntakes(engine, tell), await openLiveSources(engine, tell)];
  context = {
    ...{ engine, listings: new FolderListings(), dataDirectory: '/no/data/directory', project: 1 },
    ...{ intakes, live, log: tell },
  };
  onTestFinished(async () => {
    await intakes.close();
    await live.close();
    await rm(folder, { recursive: true, force: true });
    await database.pool.query('UPDATE intake SET ended = now() WHERE ended IS NULL');
    await database.pool.query('UPDATE live_source SET ended = now() WHERE ended IS NULL');
  });
  for (const name of ['r1_c1.tif', 'r1_c2.tif', 'r2_c1.tif', 'r2_c2.tif', 'r2_c3.tif', 'notes.txt'])
    await writeFile(join(folder, name), 'bytes');
});

const pattern = 'r{row:d}_c{col:d}.tif';

function request(changes: Partial<NewRunBody> = {}) {
  return newRunBodySchema.parse({
    pipeline: { file: 'fix.yaml', text },
    params: { fix: { label: 'a' } },
    sources: { tiles: { folder, pattern } },
    ...changes,
  });
}

async function plan(changes: Partial<NewRunBody> = {}) {
  return (await checkRun(context, request(changes), tools, 'plan')).plan;
}

describe('a run that is planned', () => {
  it('comes to so many tasks per stage, and says what is odd', async () => {
    expect(await plan()).toEqual({
      problems: [],
      warnings: [
        { field: 'sources.tiles', message: expect.stringContaining('1 file of') as string },
        { field: 'sources.tiles', message: expect.stringContaining('1 of the 6 places') as string },
      ],
      sources: [{ name: 'tiles', items: 5, bytes: 25, open: false }],
      stages: [
        { name: 'fix', tasks: 5, open: false },
        { name: 'rows', tasks: 2, open: false },
        { name: 'all', tasks: 1, open: false },
      ],
    });
  });

  it('names everything that is wrong at once, each at its field', async () => {
    const { problems } = await plan({
      params: { fix: { sigma: '11', label: 'a' } },
      sources: { tiles: { folder: join(folder, 'gone'), pattern }, flats: 3 },
    });
    expect(problems.map(({ code, field, line }) => [code, field, line])).toEqual([
      ['bad-param', 'stages.fix.params.sigma', 0],
      ['input-not-found', 'sources.tiles.folder', 0],
      ['unknown-source', 'sources.flats', 0],
    ]);
    expect(problems.every(({ mend }) => mend !== '')).toBe(true);
  });

  it.each([
    [{ pattern: 'x{row:d}_c{col:d}.tif' }, 'pattern-matches-nothing', 'pattern'],
    [{ pattern: 'r{row:d}_c{_:d+}.tif' }, 'pattern-axes', 'pattern'],
    [{ pattern: 'r{row' }, 'pattern-syntax', 'pattern'],
    [{ folder: 'tiles' }, 'folder-not-absolute', 'folder'],
    [{ extents: { z: [1, 2] } }, 'unknown-axis', 'extents'],
    [{ extents: { row: [1, 100_000], col: [1, 100_000] } }, 'too-many-places', 'extents'],
    [
      { mode: 'live', completeWhen: { marker: 'r1_c9.tif' } },
      'marker-fits-pattern',
      'completeWhen.marker',
    ],
  ] as const)('refuses %j as %s at %s', async (change, code, field) => {
    const source = { folder, pattern, ...change } as NewRunBody['sources'][string];
    const { problems } = await plan({ sources: { tiles: source } });
    expect(problems).toMatchObject([{ code, field: `sources.tiles.${field}` }]);
  });

  it('refuses a place that comes twice, and a folder of its own data directory', async () => {
    await writeFile(join(folder, 'r01_c1.tif'), 'bytes');
    const twice = await plan({ sources: { tiles: { folder, pattern: 'r{row:d+}_c{col:d}.tif' } } });
    expect(twice.problems).toMatchObject([{ code: 'place-twice', field: 'sources.tiles.pattern' }]);
    const own = await checkRun({ ...context, dataDirectory: folder }, request(), tools, 'plan');
    expect(own.plan.problems).toMatchObject([{ code: 'folder-is-gantrys', field: 'sources.tiles.folder' }]);
  });

  it('counts what extents promise to a folder that is followed, there or not', async () => {
    const source = {
      ...{ folder: join(folder, 'to come'), pattern, mode: 'live' as const },
      extents: { row: [1, 3] as [number, number], col: [1, 4] as [number, number] },
    };
    const promised = await plan({ sources: { tiles: source } });
    expect(promised).toMatchObject({ problems: [], warnings: [{ field: 'sources.tiles' }] });
    expect(promised.stages.map(({ tasks, open }) => [tasks, open])).toEqual([
      [12, false],
      [3, false],
      [1, false],
    ]);
    const open = await plan({ sources: { tiles: { folder, pattern, mode: 'live' } } });
    expect(open.stages.map(({ tasks, open: more }) => [tasks, more])).toEqual([
      [5, true],
      [2, true],
      [1, false],
    ]);
  });

  it('takes a dataset whose axes and type fit', async () => {
    const made = await createDataset(engine, {
      ...{ project: 1, name: 'old tiles', type: 'image', axes: ['row', 'col'], bounds: unbounded },
    });
    const item = (row: number) => ({
      ...{ place: [row, 1], name: `${row}.tif`, path: `/${row}.tif`, size: 10, checksum: String(row) },
    });
    await admitItems(engine, made, [item(1), item(2)]);
    await closeDataset(engine, made);
    expect(await plan({ sources: { tiles: made } })).toMatchObject({
      ...{ problems: [], sources: [{ items: 2, bytes: 20, open: false }] },
      stages: [{ tasks: 2 }, { tasks: 2 }, { tasks: 1 }],
    });
    const other = await createDataset(engine, {
      ...{ project: 1, name: 'tables', type: 'table', axes: ['t'], bounds: unbounded },
    });
    const { problems } = await plan({ sources: { tiles: other } });
    expect(problems.map(({ code }) => code)).toEqual(['axes-differ', 'type-differs']);
    expect((await plan({ sources: { tiles: 999_999 } })).problems).toMatchObject([
      { code: 'unknown-dataset', field: 'sources.tiles.dataset' },
    ]);
    expect((await plan({ sources: {} })).problems).toMatchObject([
      { code: 'source-without-input', field: 'sources.tiles' },
    ]);
  });

  it('says all that is wrong with the pipeline, at its lines', async () => {
    const broken = text.replace('fix@1', 'fxi@1').replace('rows.made', 'rows.maid');
    const { problems } = await plan({ pipeline: { file: 'fix.yaml', text: broken }, params: {} });
    expect(problems.map(({ code, file, line }) => [code, file, line])).toEqual([
      ['unknown-tool', 'fix.yaml', 6],
      ['unknown-output', 'fix.yaml', 8],
    ]);
  });
});

describe('a run that is started from a folder', () => {
  it('reads it, and keeps what it was started with for another one', async () => {
    const wanted = request({ name: 'first', params: { fix: { label: 'a', sigma: '2' } } });
    const id = await startRun(context, wanted, tools);
    await expect
      .poll(async () => (await describeRun(engine, id)).sources, { timeout: 10_000 })
      .toMatchObject([{ name: 'tiles', items: 5, closed: true }]);
    expect((await describeRun(engine, id)).stages[0]?.tasks).toEqual({ ready: 5 });
    const choices = await readChoices(engine, id);
    expect(choices).toEqual({ ...wanted });
    // Whoever starts another one with the same choices gets the same.
    const again = await startRun(context, newRunBodySchema.parse(choices), tools);
    expect(await readChoices(engine, again)).toEqual(choices);
    expect(await recentFolders(engine, 1)).toMatchObject([{ folder, pattern }]);
    const listed = await listPipelines(engine, { project: 1, exampleFolder: undefined, log: () => {} });
    expect(listed).toMatchObject([
      {
        ...{ id: `run:${again}`, kind: 'run', title: 'Fix and gather', stages: 3, text },
        sources: [{ name: 'tiles', axes: ['row', 'col'] }],
        last: { id: again, name: 'first' },
      },
    ]);
  });

  it('makes nothing where anything is wrong', async () => {
    const count = async (): Promise<unknown> =>
      (await database.pool.query('SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM dataset)')).rows;
    const before = await count();
    const bad = request({ sources: { tiles: { folder: join(folder, 'gone'), pattern } } });
    await expect(startRun(context, bad, tools)).rejects.toMatchObject({
      ...{ code: 'input-not-found', field: 'sources.tiles.folder' },
      problems: [{ mend: expect.stringContaining('Name the folder') as string }],
    });
    expect(await count()).toEqual(before);
  });

  it('follows a folder that is to be followed', async () => {
    const source = { folder, pattern, mode: 'live' as const, completeWhen: { marker: 'done.txt' } };
    const id = await startRun(context, request({ sources: { tiles: source } }), tools);
    await expect.poll(async () => (await describeRun(engine, id)).sources[0]?.items, { timeout: 10_000 }).toBe(5);
    await writeFile(join(folder, 'r3_c1.tif'), 'bytes');
    await expect.poll(async () => (await describeRun(engine, id)).sources[0]?.items, { timeout: 10_000 }).toBe(6);
    await writeFile(join(folder, 'done.txt'), '');
    await expect
      .poll(async () => (await describeRun(engine, id)).sources[0]?.closed, { timeout: 10_000 })
      .toBe(true);
    expect((await readChoices(engine, id)).sources['tiles']).toMatchObject({
      ...{ mode: 'live', completeWhen: { marker: 'done.txt' } },
    });
  });
});

describe('a pipeline that is checked for a form', () => {
  const check = (changed: string) =>
    checkPipeline(
      changed,
      'fix.yaml',
      tools.map(({ manifest }) => manifest),
    );

  it('shows its graph, its sources and the parameters of its stages, also those that the form is to ask for', () => {
    const checked = check(text.replace('tile: tiles }', 'tile: tiles }, params: { sigma: 2 }'));
    expect(checked).toMatchObject({
      ...{ problems: [], name: 'fix-and-gather', title: 'Fix and gather' },
      graph: { stages: [{ name: 'fix' }, { name: 'rows' }, { name: 'all' }] },
      sources: [{ name: 'tiles', type: 'image', axes: ['row', 'col'], title: 'Tiles' }],
    });
    expect(checked.stages[0]?.params).toMatchObject([
      { name: 'sigma', declared: { type: 'number', max: 10, unit: 'px' }, set: 2 },
      { name: 'label', declared: { required: true } },
    ]);
  });

  it('says everything that is wrong, at its line', () => {
    const { problems, graph } = check(text.replace('over: all', 'over: every').replace('[row]', '[z]'));
    expect(problems.map(({ line, code }) => [line, code])).toEqual([
      [7, 'group-axis-unknown'],
      [8, 'bad-value'],
    ]);
    expect(graph).toBeUndefined();
    expect(check(': nothing').problems[0]).toMatchObject({ line: 1 });
  });
});
