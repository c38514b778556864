import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  agentApiPath,
  userApiPath,
  type DatasetSummary,
  type ItemDetail,
  type RunDetail,
  type RunOutput,
  type TaskExplanation,
} from '@gantry/model';
import { checksumFile, openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '../src/index.ts';

const database = testDatabase();
const repository = join(import.meta.dirname, '..', '..', '..');

let folder: string;
let data: DataDirectory;
let server: RunningServer;
let agent: ChildProcess;

const copyTool = `
gantry: tool/v1
name: copy
version: 1.0.0
command: [cp, "\${inputs.file}", "\${outputs.copy}"]
inputs: { file: { type: file } }
outputs: { copy: { type: file, path: "\${inputs.file.stem}-copy.txt" } }
`;

const joinTool = `
gantry: tool/v1
name: join
version: 1.0.0
command: [node, "\${tool.folder}/join.mjs", "\${inputs.files.manifest}", "\${outputs.joined}"]
inputs: { files: { type: file, many: true } }
outputs: { joined: { type: file, path: joined.txt } }
`;

const joinScript = `
import { readFileSync, writeFileSync } from 'node:fs';
const [manifest, out] = process.argv.slice(2);
const { items } = JSON.parse(readFileSync(manifest, 'utf8'));
console.log('joining', items.length, 'files');
writeFileSync(out, items.map(({ path, place }) => place.n + ':' + readFileSync(path, 'utf8')).join(' '));
`;

const pipeline = `
gantry: pipeline/v1
name: copy-and-join
source: { type: file, axes: [n] }
stages:
  copy: { tool: copy@1, over: each, inputs: { file: source } }
  join: { tool: join@1, over: all, inputs: { files: copy.copy } }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-server-'));
  for (const [name, files] of Object.entries({
    copy: { 'tool.yaml': copyTool },
    join: { 'tool.yaml': joinTool, 'join.mjs': joinScript },
  })) {
    await mkdir(join(folder, 'tools', name), { recursive: true });
    for (const [file, text] of Object.entries(files))
      await writeFile(join(folder, 'tools', name, file), text);
  }
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  server = await startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port: 0,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [],
    version: 'test',
    log: (line) => process.stderr.write(`${line}\n`),
  });
  agent = spawn(
    process.execPath,
    [
      join(repository, 'packages/agent/src/main.ts'),
      ...['--server', server.url, '--data-dir', join(folder, 'agent'), '--name', 'test', '--slots', '2'],
    ],
    { env: { ...process.env, GANTRY_AGENT_TOKEN: 'agent-token' }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
});

afterAll(async () => {
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGTERM');
  await ended;
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

async function call<T>(method: string, path: string, body?: unknown, token = 'owner-token'): Promise<T> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function startRun(count: number): Promise<number> {
  const dataset = await call<{ id: number }>('POST', `${userApiPath}/datasets`, {
    name: 'texts',
    type: 'file',
    axes: ['n'],
  });
  const items = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const path = join(folder, `text ${n}.txt`);
      await writeFile(path, `text ${n}`);
      return { place: [n], name: `text ${n}.txt`, path, ...(await checksumFile(path)) };
    }),
  );
  await call('POST', `${userApiPath}/datasets/${dataset.id}/items`, {
    items: items.map(({ place, name, path, size, checksum }) => ({ place, name, path, size, checksum })),
  });
  await call('POST', `${userApiPath}/datasets/${dataset.id}/close`);
  const run = await call<{ id: number }>('POST', `${userApiPath}/runs`, {
    pipeline: { file: 'pipeline.yaml', text: pipeline },
    tools: [join(folder, 'tools')],
    sources: { source: dataset.id },
  });
  return run.id;
}

async function waitForEnd(run: number): Promise<RunDetail> {
  for (;;) {
    const detail = await call<RunDetail>('GET', `${userApiPath}/runs/${run}`);
    if (detail.state !== 'active') return detail;
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

describe('a run, through server and agent', () => {
  it('makes every output once and says how it went', { timeout: 60_000 }, async () => {
    const run = await startRun(20);
    const detail = await waitForEnd(run);
    expect(detail.tasks).toEqual({ succeeded: 21 });
    expect(detail.state).toBe('succeeded');

    const outputs = await call<RunOutput[]>('GET', `${userApiPath}/runs/${run}/outputs`);
    const joined = outputs.find(({ stage }) => stage === 'join')?.items[0];
    const expected = Array.from({ length: 20 }, (_, n) => `${n}:text ${n}`).join(' ');
    expect(await readFile(joined?.path ?? '', 'utf8')).toBe(expected);

    const { id } = await call<{ id: number }>('GET', `${userApiPath}/tasks?run=${run}&stage=join`);
    const explanation = await call<TaskExplanation>('GET', `${userApiPath}/tasks/${id}`);
    expect(explanation).toMatchObject({ state: 'succeeded', stage: 'join', tool: 'join@1.0.0' });
    expect(explanation.inputs[0]).toMatchObject({ from: 'copy.copy', available: 20, pending: 0, failed: 0 });
    expect(explanation.attempts).toHaveLength(1);
    const log = await fetch(`${server.url}${userApiPath}/tasks/${id}/log`, {
      headers: { authorization: 'Bearer owner-token' },
    });
    expect(await log.text()).toContain('joining 20 files');
  });

  it(
    'tells of what it made by which command that came about, and hands it over',
    { timeout: 60_000 },
    async () => {
      const run = await startRun(3);
      await waitForEnd(run);
      const datasets = await call<DatasetSummary[]>('GET', `${userApiPath}/datasets?limit=3`);
      const copies = datasets.find(({ madeBy }) => madeBy?.run === run && madeBy.stage === 'copy');
      const item = await call<ItemDetail>('GET', `${userApiPath}/datasets/${copies?.id}/item?place=n=2`);
      const { path } = item;
      expect(item.madeBy).toMatchObject({
        ...{ run, stage: 'copy', output: 'copy', runState: 'succeeded' },
        task: { place: { n: 2 }, state: 'succeeded', stale: false },
        attempt: { agent: 'test', exitCode: 0 },
        tool: { name: 'copy', version: '1.0.0', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
        command: ['cp', join(folder, 'text 2.txt'), path],
        inputs: [{ from: 'source', items: [{ place: { n: 2 }, name: 'text 2.txt', changed: false }] }],
      });
      expect(item.usedBy).toMatchObject([
        { run, stage: 'join', input: 'files', tasks: [{ state: 'succeeded' }] },
      ]);
      const file = await fetch(`${server.url}${userApiPath}/datasets/${copies?.id}/file?place=n=2`, {
        headers: { authorization: 'Bearer owner-token' },
      });
      expect(await file.text()).toBe('text 2');
    },
  );

  it('lets nobody in without the token that may', async () => {
    await expect(call('GET', `${userApiPath}/runs`, undefined, 'agent-token')).rejects.toThrow(
      /401.*unauthorized/,
    );
    await expect(
      call('POST', `${agentApiPath}/claims`, { session: '1', limit: 1, waitSeconds: 0 }, 'owner-token'),
    ).rejects.toThrow(/401.*unauthorized/);
  });

  it('names the field of a bad request and the mend', async () => {
    const answer = call('POST', `${userApiPath}/datasets`, { name: '', type: 'picture', axes: ['n'] });
    await expect(answer).rejects.toThrow(/400.*body\.name/);
  });

  it('names file and line of a bad pipeline', async () => {
    const answer = call('POST', `${userApiPath}/runs`, {
      pipeline: { file: 'bad.yaml', text: pipeline.replace('copy@1', 'cpoy@1') },
      tools: [join(folder, 'tools')],
      sources: {},
    });
    await expect(answer).rejects.toThrow(/bad\.yaml.*"line":6/);
  });
});
