/** What has failed, through server and agent: counted, with the end of its log, tried again, and told to who listens. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserClient } from '@gantry/client';
import { testDatabase } from '@gantry/database/testing';
import { notificationNewsSchema, userApiPath } from '@gantry/model';
import { checksumFile, openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '../src/index.ts';

const database = testDatabase();
const repository = join(import.meta.dirname, '..', '..', '..');

let folder: string;
let data: DataDirectory;
let server: RunningServer;
let agent: ChildProcess;
let client: UserClient;
let run = 0;

const tool = `
gantry: tool/v1
name: look
version: 1.0.0
command: [node, "\${tool.folder}/look.mjs", "\${inputs.file}", "\${outputs.seen}"]
inputs: { file: { type: file } }
outputs: { seen: { type: file, path: seen.txt } }
resources: { cpu: 0.5, memory: 64MiB }
`;

/** Looks at its file; one that is dark it cannot see, until the file \`light\` is there. */
const script = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const [file, out] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
for (let line = 1; line <= 300; line++) console.log('looking, line ' + line);
if (text === 'dark' && !existsSync(join(dirname(file), 'light'))) {
  console.error('it is too dark');
  process.exit(7);
}
writeFileSync(out, 'bright');
`;

const pipeline = `
gantry: pipeline/v1
name: look-around
source: { type: file, axes: [n] }
stages:
  look: { tool: look@1, over: each, inputs: { file: source } }
  again: { tool: look@1, over: each, inputs: { file: look.seen } }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-failures-'));
  await mkdir(join(folder, 'tools', 'look'), { recursive: true });
  await writeFile(join(folder, 'tools', 'look', 'tool.yaml'), tool);
  await writeFile(join(folder, 'tools', 'look', 'look.mjs'), script);
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
      ...['--server', server.url, '--data-dir', join(folder, 'agent'), '--name', 'bench', '--slots', '2'],
    ],
    { env: { ...process.env, GANTRY_AGENT_TOKEN: 'agent-token' }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  client = new UserClient({ server: server.url, token: 'owner-token' });
});

afterAll(async () => {
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGTERM');
  await ended;
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

/** Events of these kinds as they come, until `over`. */
async function listen(kinds: readonly string[], over: AbortSignal, heard: unknown[]): Promise<void> {
  const response = await fetch(`${server.url}${userApiPath}/events`, {
    headers: { authorization: 'Bearer owner-token' },
    signal: over,
  });
  let text = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, kind = '', json = ''] = /event: (\w+)\ndata: (.*)/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (kinds.includes(kind)) heard.push({ kind, ...(JSON.parse(json) as object) });
      }
    }
  } catch (error) {
    if (!over.aborted) throw error;
  }
}

async function waitForEnd(): Promise<void> {
  await vi.waitFor(async () => expect((await client.run(run)).state).not.toBe('active'), {
    timeout: 40_000,
    interval: 50,
  });
}

describe('failures over HTTP', () => {
  it('are counted and told to who listens, with the end of their log', { timeout: 60_000 }, async () => {
    const over = new AbortController();
    const heard: unknown[] = [];
    const listening = listen(['failures', 'notifications'], over.signal, heard);
    const dataset = await client.createDataset({ name: 'files', type: 'file', axes: ['n'] });
    const items = [];
    for (const [n, text] of ['bright', 'dark', 'dark'].entries()) {
      const path = join(folder, `file_${n}.txt`);
      await writeFile(path, text);
      const { size, checksum } = await checksumFile(path);
      items.push({ place: [n], name: `file_${n}.txt`, path, size, checksum });
    }
    await client.admitItems(dataset, { items });
    await client.closeDataset(dataset);
    run = await client.createRun({
      pipeline: { file: 'p.yaml', text: pipeline },
      tools: [join(folder, 'tools')],
      sources: { source: dataset },
    });
    await waitForEnd();
    const { groups, tasks } = await client.failures();
    expect(tasks).toBe(2);
    expect(groups).toMatchObject([
      {
        title: 'look@1.0.0 ended with exit code 7 on ‹file›',
        tasks: 2,
        outcomes: [{ outcome: 'failed', tasks: 2 }],
        waiting: { tasks: 2, alone: true },
        example: { exitCode: 7, agent: 'bench', runName: 'look-around' },
      },
    ]);
    const example = groups[0]?.example;
    const end = await client.logEnd(example?.task ?? 0, { attempt: example?.attempt, lines: 3 });
    expect(end.whole).toBe(false);
    expect(end.lines.map(({ text }) => text).toSorted()).toEqual([
      'it is too dark',
      'looking, line 299',
      'looking, line 300',
    ]);
    expect((await client.logEnd(example?.task ?? 0)).lines).toHaveLength(20);
    expect((await client.failedTasks({ cause: groups[0]?.filter.cause, limit: 1 })).tasks).toMatchObject([
      { task: example?.task },
    ]);
    await vi.waitFor(() => {
      expect(heard).toContainEqual(expect.objectContaining({ kind: 'failures', failed: 2, blocked: 2 }));
      const news = heard.filter((event) => notificationNewsSchema.safeParse(event).success);
      expect(news).toMatchObject([{ unread: 1, fresh: [{ about: { kind: 'run-ended', state: 'failed' } }] }]);
    });
    over.abort();
    await listening;
  });

  it('go when they are tried again and mended', { timeout: 60_000 }, async () => {
    await writeFile(join(folder, 'light'), '');
    const { groups } = await client.failures({ run });
    const filter = groups[0]?.filter ?? {};
    expect(await client.retryFailures({ filter })).toEqual({ again: 2, runs: [run], refused: [] });
    await waitForEnd();
    expect((await client.run(run)).state).toBe('succeeded');
    expect(await client.failureSummary()).toMatchObject({ failed: 0, blocked: 0, where: [] });
    await expect(client.retryFailures({ filter })).rejects.toMatchObject({ code: 'nothing-to-retry' });
  });

  it('are asked for as they may be, or the field is named', async () => {
    const ask = (query: string) =>
      fetch(`${server.url}${userApiPath}/failures?${query}`, {
        headers: { authorization: 'Bearer owner-token' },
      });
    for (const [query, field] of [
      ['by=colour', 'query.by'],
      ['run=0', 'query.run'],
      ['since=yesterday', 'query.since'],
      ['outcome=succeeded', 'query.outcome'],
    ] as const) {
      const response = await ask(query);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'bad-request', field });
    }
    await expect(client.retryFailures({})).rejects.toThrow('either `tasks` or `filter`');
  });
});

describe('the agents over HTTP', () => {
  it('say what they can take and what is taken', async () => {
    const [bench] = await client.agents();
    expect(bench).toMatchObject({ name: 'bench', state: 'alive', held: 0, tasks: [], lost: 0, failures: 0 });
    await vi.waitFor(async () => {
      const [now] = await client.agents();
      expect(now?.load).toEqual({ cpu: 0, memory: 0, running: 0, waiting: 0 });
    }, 10_000);
  });
});

describe('notifications over HTTP', () => {
  it('stay until they are read', async () => {
    const { notifications, unread } = await client.notifications();
    expect(unread).toBe(2);
    expect(notifications.map(({ about }) => about)).toMatchObject([
      { kind: 'run-ended', state: 'succeeded' },
      { kind: 'run-ended', state: 'failed' },
    ]);
    const [newest] = notifications;
    expect(await client.readNotifications({ ids: [newest?.id ?? 0] })).toBe(1);
    expect(await client.readNotifications({ through: newest?.id })).toBe(0);
    await expect(client.readNotifications({})).rejects.toThrow('either `ids` or `through`');
  });
});
