import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { liveSourceStateSchema, userApiPath, type LiveSourceState } from '@gantry/model';
import { openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '../src/index.ts';

const database = testDatabase();

let folder: string;
let data: DataDirectory;
let server: RunningServer;

async function start(): Promise<RunningServer> {
  return startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port: 0,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [],
    version: 'test',
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-live-'));
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  server = await start();
});

afterAll(async () => {
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${server.url}${userApiPath}${path}`, {
    method,
    headers: {
      authorization: 'Bearer owner-token',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}

async function put(name: string): Promise<void> {
  await writeFile(join(folder, `${name}.part`), 'bytes');
  await rename(join(folder, `${name}.part`), join(folder, name));
}

async function taken(dataset: number, files: number): Promise<LiveSourceState> {
  return vi.waitFor(
    async () => {
      const state = liveSourceStateSchema.parse((await call('GET', `/datasets/${dataset}/watch`)).json);
      expect(state.taken).toBe(files);
      return state;
    },
    { timeout: 10_000 },
  );
}

describe('a folder that is watched through the interface', () => {
  it('goes on after the server has started again, until that is ended', async () => {
    const { json } = await call('POST', '/datasets', { name: 'tiles', type: 'image', axes: ['n'] });
    const { id } = json as { id: number };
    expect(await call('GET', `/datasets/${id}/watch`)).toMatchObject({
      status: 404,
      json: { code: 'not-watched' },
    });
    await put('tile_1.tif');
    const body = { folder, pattern: 'tile_{n:d+}.tif' };
    const started = await call('POST', `/datasets/${id}/watch`, body);
    expect(started.status).toBe(200);
    expect(liveSourceStateSchema.parse(started.json)).toMatchObject({ dataset: id, folder, trouble: null });
    expect(await taken(id, 1)).toMatchObject({ state: 'watching', options: { settleMs: 500 } });

    await server.close();
    await put('tile_2.tif');
    server = await start();
    await taken(id, 2);
    expect((await call('GET', '/watches')).json).toMatchObject([{ dataset: id }]);

    expect((await call('DELETE', `/datasets/${id}/watch`)).status).toBe(204);
    expect((await call('GET', '/watches')).json).toEqual([]);
    expect((await call('GET', `/datasets/${id}/watch`)).json).toMatchObject({ state: 'ended', taken: 2 });
  });

  it('may list its tiles itself; a pattern is of files alone', async () => {
    const axes = ['x', 'y', 'z'];
    const { json } = await call('POST', '/datasets', { name: 'listed', type: 'file', axes });
    const { id } = json as { id: number };
    const listed = await mkdtemp(join(folder, 'listed-'));
    const refused = [{ folder: listed }, { folder: listed, kind: 'tiles', pattern: '{x:d}_{y:d}_{z:d}.tif' }];
    for (const body of refused) {
      const answer = await call('POST', `/datasets/${id}/watch`, body);
      expect(answer).toMatchObject({ status: 400 });
      expect(JSON.stringify(answer.json)).toContain('pattern');
    }
    const started = await call('POST', `/datasets/${id}/watch`, {
      folder: listed,
      kind: 'tiles',
      settleMs: 20,
    });
    expect(started).toMatchObject({
      status: 200,
      json: { options: { kind: 'tiles' }, trouble: { code: 'list-missing' } },
    });
    await mkdir(join(listed, '1'));
    await writeFile(join(listed, '1', 'image.tif'), 'pixels');
    const tile = { relativePath: '1', isComplete: true, position: { x: 1, y: 2, z: 3 } };
    await writeFile(join(listed, 'pipeline-input.json'), JSON.stringify({ tiles: [tile] }));
    await taken(id, 1);
    expect((await call('DELETE', `/datasets/${id}/watch`)).status).toBe(204);
  });

  it('is told of by live events: what it is at, and that it has ended', async () => {
    const { json } = await call('POST', '/datasets', { name: 'told', type: 'image', axes: ['n'] });
    const { id } = json as { id: number };
    const watched = await mkdtemp(join(folder, 'told-'));
    const gone = new AbortController();
    const { body } = await fetch(`${server.url}${userApiPath}/events`, {
      headers: { authorization: 'Bearer owner-token' },
      signal: gone.signal,
    });
    const states: LiveSourceState[] = [];
    const reading = (async () => {
      let text = '';
      for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const data = /^event: watch\ndata: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) states.push(liveSourceStateSchema.parse(JSON.parse(data)));
        }
      }
    })();
    const told = (condition: (state: LiveSourceState) => boolean): Promise<void> =>
      vi.waitFor(
        () => expect(states.filter((state) => state.dataset === id).some(condition)).toBe(true),
        10_000,
      );
    await call('POST', `/datasets/${id}/watch`, { folder: watched, pattern: 'p{n:d}.tif', settleMs: 50 });
    await told(({ state, taken }) => state === 'watching' && taken === 0);
    await writeFile(join(watched, 'p1.tif'), 'bytes');
    await told(({ taken }) => taken === 1);
    await call('DELETE', `/datasets/${id}/watch`);
    await told(({ state }) => state === 'ended');
    gone.abort();
    await expect(reading).rejects.toThrow(/abort/);
  });

  it('is refused where it lies in the data directory, or where the request is wrong', async () => {
    const { json } = await call('POST', '/datasets', { name: 'tiles', type: 'image', axes: ['n'] });
    const path = `/datasets/${(json as { id: number }).id}/watch`;
    const pattern = '{n:d+}.tif';
    expect(await call('POST', path, { folder: data.store, pattern })).toMatchObject({
      status: 400,
      json: { code: 'folder-is-gantrys' },
    });
    expect(await call('POST', path, { folder, pattern, settleMs: 0 })).toMatchObject({
      status: 400,
      json: { code: 'bad-request', field: 'body.settleMs' },
    });
    expect(await call('POST', '/datasets/999999/watch', { folder, pattern })).toMatchObject({
      status: 404,
      json: { code: 'unknown-dataset' },
    });
  });
});
