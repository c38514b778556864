import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { writeImage } from '@gantry/imaging';
import {
  checkedPipelineSchema,
  folderListingSchema,
  folderLookSchema,
  intakeStateSchema,
  pipelineChoiceSchema,
  plannedRunSchema,
  recentFolderSchema,
  runChoicesSchema,
  runDetailSchema,
  toolSummarySchema,
  userApiPath,
} from '@gantry/model';
import { openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '../src/index.ts';

const database = testDatabase();
const repository = join(import.meta.dirname, '..', '..', '..');
const pattern = 'img_r{row:d}_c{col:d}.tif';

let folder: string;
let tiles: string;
let data: DataDirectory;
let server: RunningServer;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gantry-new-run-')));
  tiles = join(folder, 'tiles');
  await mkdir(tiles);
  for (const [row, col] of [
    [1, 1],
    [1, 2],
    [2, 1],
  ]) {
    const image = { width: 40, height: 30, bitDepth: 8, sampleFormat: 'uint' } as const;
    await writeImage(join(tiles, `img_r${row}_c${col}.tif`), {
      ...image,
      data: new Uint8Array(1200).fill(9),
    });
  }
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  server = await startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port: 0,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [join(repository, 'tools')],
    exampleFolder: join(repository, 'examples'),
    version: 'test',
  });
});

afterAll(async () => {
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

async function send(path: string, body?: unknown, token = 'owner-token'): Promise<Response> {
  return fetch(`${server.url}${userApiPath}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function ask<T>(schema: { parse(value: unknown): T }, path: string, body?: unknown): Promise<T> {
  const response = await send(path, body);
  const value: unknown = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(value));
  return schema.parse(value);
}

describe('what a form asks before a run', () => {
  it('has the examples, each of which is in order', async () => {
    const pipelines = await ask(pipelineChoiceSchema.array(), '/pipelines');
    expect(pipelines.map(({ id }) => id)).toEqual(['example:stitch-and-measure', 'example:time-series']);
    for (const { file, text } of pipelines) {
      const checked = await ask(checkedPipelineSchema, '/pipelines/check', { file, text });
      expect(checked.problems).toEqual([]);
      expect(checked.graph?.stages.length).toBeGreaterThan(5);
    }
    const tools = await ask(toolSummarySchema.array(), '/tools');
    const label = tools.find(({ name }) => name === 'label');
    expect(label?.params.find(({ name }) => name === 'minSize')?.declared).toMatchObject({
      unit: 'px',
      min: 0,
    });
  });

  it('browses folders, looks at one, and draws its images', async () => {
    const listing = await ask(folderListingSchema, `/folders?path=${encodeURIComponent(folder)}`);
    expect(listing.entries).toContainEqual(expect.objectContaining({ name: 'tiles', images: 3 }));
    const look = await ask(folderLookSchema, '/folders/look', { folder: tiles, axes: ['row', 'col'] });
    expect(look).toMatchObject({
      ...{ pattern, holes: { missing: 1 }, problems: [] },
      images: { kinds: [{ width: 40, height: 30, bits: 8, files: 3 }] },
    });
    const [sample] = look.samples;
    const picture = await send(`/folders/thumbnail?size=64&path=${encodeURIComponent(sample?.path ?? '')}`);
    expect(picture.status).toBe(200);
    expect(picture.headers.get('content-type')).toMatch(/^image\//);
    expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(20);
  });

  it('draws nothing but images, and lets nobody else look', async () => {
    const secret = join(folder, 'secret.txt');
    await writeFile(secret, 'words');
    const answer = await send(`/folders/thumbnail?path=${encodeURIComponent(secret)}`);
    expect(await answer.json()).toMatchObject({ code: 'not-an-image' });
    const fake = join(folder, 'fake.tif');
    await writeFile(fake, 'words');
    expect((await send(`/folders/thumbnail?path=${encodeURIComponent(fake)}`)).status).toBe(422);
    for (const path of [
      '/folders?path=/',
      '/folders/recent',
      '/pipelines',
      `/folders/thumbnail?path=${fake}`,
    ])
      expect((await send(path, undefined, 'agent-token')).status, path).toBe(401);
    expect((await send('/folders/look', { folder: '/' }, 'agent-token')).status).toBe(401);
  });

  it('names the field of a folder that is not there', async () => {
    const answer = await send('/folders/look', { folder: join(folder, 'gone') });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'input-not-found', field: 'folder' });
  });

  it('plans a run, starts it, reads its folder, and remembers what it was started with', async () => {
    const [example] = await ask(pipelineChoiceSchema.array(), '/pipelines');
    const body = {
      pipeline: { file: example?.file ?? '', text: example?.text ?? '' },
      params: { label: { minSize: '7' } },
      sources: { source: { folder: tiles, pattern } },
    };
    const plan = await ask(plannedRunSchema, '/runs/plan', body);
    expect(plan).toMatchObject({ problems: [], sources: [{ name: 'source', items: 3 }] });
    expect(plan.stages.every(({ tasks }) => tasks === 1)).toBe(true);
    const { id } = (await (await send('/runs', body)).json()) as { id: number };
    const read = async () => (await ask(runDetailSchema, `/runs/${id}`)).sources[0];
    await expect.poll(async () => (await read())?.closed, { timeout: 10_000 }).toBe(true);
    const source = await read();
    expect(source).toMatchObject({ items: 3, intake: { state: 'ended', files: 3 } });
    expect(await ask(intakeStateSchema, `/datasets/${source?.dataset}/intake`)).toEqual(source?.intake);
    expect(await ask(runChoicesSchema, `/runs/${id}/choices`)).toMatchObject(body);
    expect(await ask(recentFolderSchema.array(), '/folders/recent')).toMatchObject([
      { folder: tiles, pattern },
    ]);
    expect((await ask(pipelineChoiceSchema.array(), '/pipelines'))[0]?.last?.id).toBe(id);
  });

  it('refuses a start with everything that is wrong, and makes no run', async () => {
    const [example] = await ask(pipelineChoiceSchema.array(), '/pipelines');
    const answer = await send('/runs', {
      pipeline: { file: example?.file ?? '', text: example?.text ?? '' },
      sources: { source: { folder: data.store, pattern }, other: { folder: tiles, pattern } },
    });
    expect(answer.status).toBe(400);
    const { problems } = (await answer.json()) as { problems: { code: string; field: string }[] };
    expect(problems.map(({ code, field }) => [code, field]).sort()).toEqual([
      ['folder-is-gantrys', 'sources.source.folder'],
      ['unknown-source', 'sources.other'],
    ]);
    expect((await send('/datasets/999999/intake')).status).toBe(404);
  });
});
