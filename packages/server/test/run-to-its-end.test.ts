import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  agentApiPath,
  userApiPath,
  type AgentSummary,
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

const eatTool = `
gantry: tool/v1
name: eat
version: 1.0.0
command: [node, "\${tool.folder}/eat.mjs", "\${outputs.eaten}"]
inputs: { file: { type: file } }
outputs: { eaten: { type: file, path: eaten.txt } }
`;

/** Holds 400 MiB for a second and a half. */
const eatScript = `
import { writeFileSync } from 'node:fs';
const held = Array.from({ length: 40 }, () => Buffer.alloc(10 * 2 ** 20, 1));
await new Promise((wake) => setTimeout(wake, 1500));
writeFileSync(process.argv[2], String(held.length));
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
    eat: { 'tool.yaml': eatTool, 'eat.mjs': eatScript },
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
  if (agent.exitCode === null) {
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGTERM');
    await ended;
  }
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

/** Over a dataset that holds `count` texts; `open` for more. */
async function startRun(count: number, open = false, cache = false): Promise<number> {
  const { run } = await startOver(count, open, cache);
  return run;
}

async function startOver(
  count: number,
  open: boolean,
  cache = false,
): Promise<{ run: number; dataset: number }> {
  const dataset = await call<{ id: number }>('POST', `${userApiPath}/datasets`, {
    name: 'texts',
    type: 'file',
    axes: ['n'],
  });
  await admit(dataset.id, 0, count);
  if (!open) await call('POST', `${userApiPath}/datasets/${dataset.id}/close`);
  const run = await call<{ id: number }>('POST', `${userApiPath}/runs`, {
    pipeline: { file: 'pipeline.yaml', text: pipeline },
    tools: [join(folder, 'tools')],
    sources: { source: dataset.id },
    cache,
  });
  return { run: run.id, dataset: dataset.id };
}

async function admit(dataset: number, first: number, count: number): Promise<void> {
  const items = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const n = first + index;
      const path = join(folder, `text ${n}.txt`);
      await writeFile(path, `text ${n}`);
      return { place: [n], name: `text ${n}.txt`, path, ...(await checksumFile(path)) };
    }),
  );
  await call('POST', `${userApiPath}/datasets/${dataset}/items`, {
    items: items.map(({ place, name, path, size, checksum }) => ({ place, name, path, size, checksum })),
  });
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

  it('gives a task that ran out of memory more at its next try', { timeout: 90_000 }, async () => {
    const dataset = await call<{ id: number }>('POST', `${userApiPath}/datasets`, {
      ...{ name: 'one text', type: 'file', axes: ['n'] },
    });
    await admit(dataset.id, 0, 1);
    await call('POST', `${userApiPath}/datasets/${dataset.id}/close`);
    const { id } = await call<{ id: number }>('POST', `${userApiPath}/runs`, {
      pipeline: {
        file: 'pipeline.yaml',
        text: `gantry: pipeline/v1
name: hungry
source: { type: file, axes: [n] }
stages:
  eat:
    tool: eat@1
    inputs: { file: source }
    resources: { memory: 150MiB }
    retry: { backoff: 500ms, memory: { factor: 8, max: 1200MiB } }
`,
      },
      tools: [join(folder, 'tools')],
      sources: { source: dataset.id },
    });
    expect((await waitForEnd(id)).state).toBe('succeeded');
    const [task] = await call<{ id: number }[]>('GET', `${userApiPath}/runs/${id}/tasks`);
    const { attempts, asks } = await call<TaskExplanation>('GET', `${userApiPath}/tasks/${task?.id}`);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['out-of-memory', 'succeeded']);
    expect(asks.memory).toBe(1200 * 2 ** 20);
  });

  it('takes what an earlier run has made of the same, and says from where', { timeout: 60_000 }, async () => {
    const first = await startRun(4, false, true);
    await waitForEnd(first);
    const second = await startRun(4, false, true);
    expect((await waitForEnd(second)).state).toBe('succeeded');
    const tasks = await call<{ id: number; message: string }[]>('GET', `${userApiPath}/runs/${second}/tasks`);
    for (const { id } of tasks) {
      const { attempts, why } = await call<TaskExplanation>('GET', `${userApiPath}/tasks/${id}`);
      expect(attempts).toMatchObject([{ outcome: 'succeeded', cachedFrom: { run: first } }]);
      expect(why[0]).toContain('taken from the cache');
    }
    const datasets = await call<DatasetSummary[]>('GET', `${userApiPath}/datasets?limit=3`);
    const copies = datasets.find(({ madeBy }) => madeBy?.run === second && madeBy.stage === 'copy');
    const item = await call<ItemDetail>('GET', `${userApiPath}/datasets/${copies?.id}/item?place=n=2`);
    expect(item.madeBy).toMatchObject({ run: second, cachedFrom: { run: first } });
    expect(item.madeBy?.command).toBeUndefined();
    const file = await fetch(`${server.url}${userApiPath}/datasets/${copies?.id}/file?place=n=2`, {
      headers: { authorization: 'Bearer owner-token' },
    });
    expect(await file.text()).toBe('text 2');
  });

  it('takes what comes while a stage is paused, and drains it after that', { timeout: 60_000 }, async () => {
    const { run, dataset } = await startOver(0, true);
    const stage = `${userApiPath}/runs/${run}/stages/copy`;
    const copies = async (): Promise<unknown> =>
      (await call<RunDetail>('GET', `${userApiPath}/runs/${run}`)).stages.find(({ name }) => name === 'copy');
    await call('POST', `${stage}/pause`);
    // About fifty in a second.
    for (let n = 0; n < 100; n += 5) {
      await admit(dataset, n, 5);
      await new Promise((wake) => setTimeout(wake, 100));
    }
    expect(await copies()).toMatchObject({ paused: true, tasks: { ready: 100 } });
    await call('POST', `${stage}/resume`);
    await expect
      .poll(copies, { timeout: 20_000 })
      .toMatchObject({ paused: false, tasks: { succeeded: 100 } });
    await call('POST', `${userApiPath}/runs/${run}/pause`);
    await admit(dataset, 100, 1);
    await call('POST', `${userApiPath}/datasets/${dataset}/close`);
    expect(await call('GET', `${userApiPath}/runs/${run}`)).toMatchObject({ state: 'paused' });
    await call('POST', `${userApiPath}/runs/${run}/resume`, { again: 'none' });
    expect((await waitForEnd(run)).tasks).toEqual({ succeeded: 102 });
  });

  it('tells the metrics that the documents name, to the owner alone, and whether it can work', async () => {
    const ask = async (path: string, token = 'owner-token'): Promise<{ status: number; text: string }> => {
      const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, text: await response.text() };
    };
    const { text } = await ask('/metrics');
    const documents = await readFile(join(repository, 'docs', 'metrics.md'), 'utf8');
    const documented = new Set(documents.match(/`gantry_\w+`/g)?.map((name) => name.slice(1, -1)));
    const told = new Set([...text.matchAll(/^# TYPE (gantry_\w+) /gm)].map(([, name]) => name));
    expect([...told].sort()).toEqual([...documented].sort());
    expect(text).toMatch(/^gantry_agents 1$/m);
    expect(text).toMatch(/^gantry_runs\{state="succeeded"\} [1-9]/m);
    expect(Number(/^gantry_attempts_total\{outcome="succeeded"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(
      100,
    );
    expect(text).toContain('route="/api/v1/runs/:id"');
    expect(text).not.toContain('route="/api/agent/v1/claims"');
    expect(await ask('/metrics', 'agent-token')).toMatchObject({ status: 401 });
    expect(await ask('/health/live', 'nobody')).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect(await ask('/health/ready', 'nobody')).toEqual({ status: 200, text: '{"status":"ok"}' });
  });

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

  it('lets an agent that is drained finish, and it leaves', { timeout: 60_000 }, async () => {
    const run = await startRun(5);
    const [{ id } = { id: 0 }] = await call<AgentSummary[]>('GET', `${userApiPath}/agents`);
    const left = new Promise<number | null>((resolve) => agent.once('exit', resolve));
    await call('POST', `${userApiPath}/agents/${id}/drain`);
    expect(await left).toBe(0);
    expect(await call('GET', `${userApiPath}/agents`)).toMatchObject([{ id, state: 'left', held: 0 }]);
    const { tasks } = await call<RunDetail>('GET', `${userApiPath}/runs/${run}`);
    expect(tasks.running).toBeUndefined();
    await expect(call('POST', `${userApiPath}/agents/${id}/drain`)).rejects.toThrow(/agent-away/);
  });
});
