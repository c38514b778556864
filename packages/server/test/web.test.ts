import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { decodeMap, readMapState, userApiPath, type RunGraph } from '@gantry/model';
import { checksumFile, openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '../src/index.ts';

const database = testDatabase();
let folder: string;
let data: DataDirectory;
let server: RunningServer;

const start = (port = 0): Promise<RunningServer> =>
  startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [],
    webFolder: join(folder, 'dist'),
    version: 'test',
    log: (line) => process.stderr.write(`${line}\n`),
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-web-'));
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html><title>Gantry</title>');
  await writeFile(join(folder, 'dist', 'assets', 'main-1a2b.js'), 'console.log(1);');
  await writeFile(join(folder, 'secret.txt'), 'not for the browser');
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  server = await start();
});

afterAll(async () => {
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

const owner = { authorization: 'Bearer owner-token' };

/** An address that a browser can sign in at. */
async function newAddress(): Promise<string> {
  const response = await fetch(`${server.url}${userApiPath}/sign-in-addresses`, {
    method: 'POST',
    headers: owner,
  });
  return ((await response.json()) as { address: string }).address;
}

/** Opens an address as a browser does; returns the answer and the cookie. */
async function open(address: string): Promise<{ location: string | null; cookie: string; header: string }> {
  const response = await fetch(address, { redirect: 'manual' });
  const header = response.headers.get('set-cookie') ?? '';
  return { location: response.headers.get('location'), header, cookie: header.split(';')[0] ?? '' };
}

async function statusOf(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const response = await fetch(`${server.url}${path}`, { method, headers });
  await response.arrayBuffer();
  return response.status;
}

describe('signing in', () => {
  it('works once per address, with a cookie that scripts and other sites do not get', async () => {
    const address = await newAddress();
    const first = await open(address);
    expect(first.location).toBe('/');
    expect(first.header).toMatch(/; HttpOnly; SameSite=Strict;/);
    expect(await statusOf(`${userApiPath}/runs`, { cookie: first.cookie })).toBe(200);
    const second = await open(address);
    expect(second).toMatchObject({ location: '/?address=used', cookie: '' });
    expect((await open(`${server.url}/sign-in/guessed`)).cookie).toBe('');
  });

  it('is needed: without it, with a token that is none, or as an agent, nobody gets in', async () => {
    expect(await statusOf(`${userApiPath}/runs`, {})).toBe(401);
    expect(await statusOf(`${userApiPath}/events`, { cookie: 'gantry-session=x' })).toBe(401);
    expect(
      await statusOf(`${userApiPath}/sign-in-addresses`, { authorization: 'Bearer agent-token' }, 'POST'),
    ).toBe(401);
  });

  it('lets only our own pages change something', async () => {
    const { cookie } = await open(await newAddress());
    const post = (headers: Record<string, string>): Promise<number> =>
      statusOf(`${userApiPath}/sign-in-addresses`, { cookie, ...headers }, 'POST');
    expect(await post({})).toBe(401);
    expect(await post({ origin: 'http://127.0.0.1:1' })).toBe(401);
    expect(await post({ 'sec-fetch-site': 'same-site', origin: server.url })).toBe(401);
    expect(await post({ origin: server.url })).toBe(200);
    expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  });

  it('outlives the server, which keeps no token but its hash, and ends by signing out', async () => {
    const { cookie } = await open(await newAddress());
    const kept = await readFile(join(data.run, 'browser-sessions.json'), 'utf8');
    expect(kept).not.toContain(cookie.split('=')[1]);
    const { url } = server;
    await server.close();
    server = await start(Number(new URL(url).port));
    expect(await statusOf(`${userApiPath}/runs`, { cookie })).toBe(200);
    expect(await statusOf(`${userApiPath}/sign-out`, { cookie, origin: server.url }, 'POST')).toBe(204);
    expect(await statusOf(`${userApiPath}/runs`, { cookie })).toBe(401);
  });
});

describe('the pages', () => {
  it('are served for every address of the application, with a policy that forbids foreign scripts', async () => {
    for (const path of ['/', '/runs/3/tasks/17?tab=tasks']) {
      const response = await fetch(server.url + path);
      expect(await response.text()).toContain('<title>Gantry</title>');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
    const asset = await fetch(`${server.url}/assets/main-1a2b.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(await asset.text()).toBe('console.log(1);');
  });

  it('are nothing but what was built', async () => {
    for (const path of [
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/gone.js',
      '/api/v1/unknown',
      '/secret.txt',
    ])
      expect(await statusOf(path, owner), path).toBe(404);
  });
});

const copyTool = `
gantry: tool/v1
name: copy
version: 1.0.0
command: [cp, "\${inputs.file}", "\${outputs.copy}"]
inputs: { file: { type: file } }
outputs: { copy: { type: file, path: "\${inputs.file.name}" } }
`;

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${server.url}${userApiPath}${path}`, {
    method,
    headers: { ...owner, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A run over `planes` × 2 × 3 files, which no agent works on. */
async function startRun(planes: number): Promise<number> {
  await mkdir(join(folder, 'tools', 'copy'), { recursive: true });
  await writeFile(join(folder, 'tools', 'copy', 'tool.yaml'), copyTool);
  const file = join(folder, 'tile.txt');
  await writeFile(file, 'tile');
  const { size, checksum } = await checksumFile(file);
  const dataset = await call<{ id: number }>('POST', '/datasets', {
    name: 'tiles',
    type: 'file',
    axes: ['z', 'row', 'col'],
  });
  const items = Array.from({ length: planes * 6 }, (_, index) => ({
    place: [3 + Math.floor(index / 6), 1 + (Math.floor(index / 3) % 2), 1 + (index % 3)],
    ...{ name: 'tile.txt', path: file, size, checksum },
  }));
  await call('POST', `/datasets/${dataset.id}/items`, { items });
  await call('POST', `/datasets/${dataset.id}/close`);
  const run = await call<{ id: number }>('POST', '/runs', {
    pipeline: {
      file: 'p.yaml',
      text: `gantry: pipeline/v1
name: two
source: { type: file, axes: [z, row, col] }
stages:
  first: { tool: copy@1, inputs: { file: source } }
  second: { tool: copy@1, over: { neighbors: { z: [0] } }, inputs: { file: first.copy } }
`,
    },
    tools: [join(folder, 'tools')],
    sources: { source: dataset.id },
  });
  return run.id;
}

async function readMap(run: number, query: string) {
  const response = await fetch(`${server.url}${userApiPath}/runs/${run}/map?${query}`, { headers: owner });
  if (!response.ok) throw new Error(await response.text());
  return decodeMap(await response.arrayBuffer());
}

describe('a run as it looks', () => {
  it('is a graph of what reads what', async () => {
    const graph = await call<RunGraph>('GET', `/runs/${await startRun(1)}/graph`);
    expect(graph.stages.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(graph.edges).toEqual([
      { from: 'source', to: 'first', input: 'file', pattern: 'each' },
      expect.objectContaining({ from: 'first', to: 'second', output: 'copy' }),
    ]);
  });

  it('is a map: a plane of a stage, with every place once, and the planes that there are', async () => {
    const run = await startRun(2);
    const map = await readMap(run, 'stage=first&x=col&y=row&at=z%3D4&measure=duration');
    const places = Array.from(map.x, (x, index) => `${x} ${map.y[index]}`).sort();
    expect(places).toEqual(['1 1', '1 2', '2 1', '2 2', '3 1', '3 2']);
    expect([...map.state].map((byte) => readMapState(byte)?.state)).toEqual(Array(6).fill('ready'));
    expect([...map.value]).toEqual(Array(6).fill(NaN));
    expect(map.extents).toContainEqual({ axis: 'z', first: 3, last: 4 });
    const found = await call<{ id: number }>('GET', `/tasks?run=${run}&stage=first&place=z=4,row=2,col=3`);
    const index = map.x.findIndex((x, at) => x === 3 && map.y[at] === 2);
    expect(map.task[index]).toBe(found.id);
    // Where no plane is named it is the first.
    expect([...(await readMap(run, 'stage=first&x=col&y=row')).task]).toHaveLength(6);
    await expect(readMap(run, 'stage=first&x=depth')).rejects.toThrow(/have the axes z, row, col/);
    await expect(readMap(run, 'stage=third')).rejects.toThrow(/unknown-stage/);
  });

  it('is told anew by what has changed', async () => {
    const run = await startRun(1);
    const map = await readMap(run, 'stage=first&x=col&y=row');
    expect((await readMap(run, `stage=first&x=col&y=row&since=${map.change}`)).count).toBe(0);
    await call('POST', `/runs/${run}/cancel`);
    const changed = await readMap(run, `stage=first&x=col&y=row&since=${map.change}`);
    expect([...changed.state].map((byte) => readMapState(byte)?.state)).toEqual(Array(6).fill('cancelled'));
    expect(changed.change).toBeGreaterThan(map.change);
  });
});

/** Reads events until `enough` says so. */
async function readEvents(
  enough: (text: string) => boolean,
  headers: Record<string, string> = {},
): Promise<string> {
  const gone = new AbortController();
  const response = await fetch(`${server.url}${userApiPath}/events`, {
    headers: { ...owner, ...headers },
    signal: gone.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (enough(text)) break;
  }
  gone.abort();
  return text;
}

describe('live events', () => {
  it('tell of a run that begins, with the counts of its stages', async () => {
    const reading = readEvents((text) => /"first"[^}]*"tasks": ?\{"ready":6\}/.test(text));
    await startRun(1);
    const text = await reading;
    expect(text).toMatch(/event: hello\ndata: \{"resumed":false\}/);
    expect(text).toMatch(/id: \w+-\d+\nevent: run\ndata: /);
  });

  it('go on where they were: who comes back is told what has changed meanwhile', async () => {
    const run = await startRun(1);
    const told = new RegExp(`event: run\\ndata: \\{"id":${run},`);
    const before = await readEvents((text) => text.includes('event: hello'));
    const [, last = ''] = /id: (\S+)/.exec(before) ?? [];
    await call('POST', `/runs/${run}/cancel`);
    const after = await readEvents((text) => told.test(text), { 'last-event-id': last });
    expect(after).toContain('"resumed":true');
    const stranger = await readEvents((text) => text.includes('hello'), { 'last-event-id': 'other-9' });
    expect(stranger).toContain('"resumed":false');
  });
});
