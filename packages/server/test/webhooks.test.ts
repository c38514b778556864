/** Webhooks with a real receiver: what they are sent, signed how, again and again, over restarts. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { userApiPath, webhookBodySchema, type Notifications } from '@gantry/model';
import { openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type NoticeOptions, type RunningServer } from '../src/index.ts';

const database = testDatabase();
const secret = `whsec_${Buffer.from('thirty-two bytes, more or less..').toString('base64')}`;

let folder: string;
let data: DataDirectory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-webhooks-'));
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
});

afterAll(async () => {
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

const log: string[] = [];

async function start(notices: NoticeOptions): Promise<RunningServer> {
  return startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port: 0,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [],
    version: 'test',
    notices: { webhookPauseMs: 50, ...notices },
    log: (line) => log.push(line),
  });
}

async function call<T>({ url }: RunningServer, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}${userApiPath}${path}`, {
    method,
    headers: {
      authorization: 'Bearer owner-token',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A run of nothing, which has ended when it has begun. @returns its number */
async function endRun(server: RunningServer): Promise<number> {
  const dataset = await call<{ id: number }>(server, 'POST', '/datasets', {
    name: 'none',
    type: 'file',
    axes: ['n'],
  });
  await call(server, 'POST', `/datasets/${dataset.id}/close`);
  const pipeline = `gantry: pipeline/v1
name: nothing
source: { type: file, axes: [n] }
stages: { copy: { tool: copy@1, inputs: { file: source } } }`;
  const { id } = await call<{ id: number }>(server, 'POST', '/runs', {
    pipeline: { file: 'p.yaml', text: pipeline },
    tools: [join(import.meta.dirname, 'tools')],
    sources: { source: dataset.id },
  });
  return id;
}

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with what it is told to, and keeps what it got. */
class Receiver {
  readonly got: Received[] = [];
  /** The status of each answer in turn; the last one stays. 0 is none at all. */
  answers: number[] = [204];
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks/path-secret?key=query-secret`;
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        this.got.push({ path: request.url ?? '', headers: request.headers, body });
        const status = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        if (status === 0) response.destroy();
        else response.writeHead(status ?? 204, { location: '/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }
}

async function openReceiver(): Promise<Receiver> {
  const receiver = new Receiver();
  await receiver.open();
  onTestFinished(() => receiver.close());
  return receiver;
}

const bodyOf = (received: Received | undefined) => webhookBodySchema.parse(JSON.parse(received?.body ?? ''));
const waitFor = (receiver: Receiver, count: number) =>
  vi.waitFor(() => expect(receiver.got.length).toBeGreaterThanOrEqual(count), {
    timeout: 10_000,
    interval: 20,
  });
const undelivered = async (): Promise<number> => {
  const { rows } = await database.pool.query<{ left: number }>(
    'SELECT count(*)::int AS left FROM delivery WHERE ended IS NULL',
  );
  return rows[0]?.left ?? -1;
};

describe('a webhook', () => {
  it('is sent what happened, with a signature that its receiver can check', async () => {
    const receiver = await openReceiver();
    const server = await start({ webhooks: [receiver.url], webhookSecret: secret });
    const run = await endRun(server);
    await waitFor(receiver, 1);
    await server.close();
    const [got] = receiver.got;
    expect(got?.path).toBe('/hooks/path-secret?key=query-secret');
    const body = bodyOf(got);
    expect(body).toMatchObject({
      gantry: 'notification/v1',
      text: `Run ${run} (nothing) has succeeded: it had no tasks.`,
      path: `/runs/${run}`,
      about: { kind: 'run-ended', state: 'succeeded', run: { id: run, pipeline: 'nothing' } },
    });
    expect(got?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': body.id });
    // As the specification of Standard Webhooks says it.
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const timestamp = String(got?.headers['webhook-timestamp']);
    const mac = createHmac('sha256', key).update(`${body.id}.${timestamp}.${got?.body}`).digest('base64');
    expect(got?.headers['webhook-signature']).toBe(`v1,${mac}`);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(await undelivered()).toBe(0);
  });

  it('is tried again under the same id until it answers with 2xx, and then no more', async () => {
    const receiver = await openReceiver();
    receiver.answers = [500, 0, 302, 200];
    const server = await start({ webhooks: [receiver.url], webhookSecret: 'a plain secret is one, too' });
    await endRun(server);
    await waitFor(receiver, 4);
    await vi.waitFor(async () => expect(await undelivered()).toBe(0));
    await new Promise((wake) => setTimeout(wake, 300));
    await server.close();
    expect(receiver.got).toHaveLength(4);
    expect(new Set(receiver.got.map((got) => bodyOf(got).id)).size).toBe(1);
    // A redirection is not followed.
    expect(new Set(receiver.got.map(({ path }) => path)).size).toBe(1);
    const [first] = receiver.got;
    const mac = createHmac('sha256', 'a plain secret is one, too')
      .update([first?.headers['webhook-id'], first?.headers['webhook-timestamp'], first?.body].join('.'))
      .digest('base64');
    expect(first?.headers['webhook-signature']).toBe(`v1,${mac}`);
  });

  it('gets after a restart all that it missed', async () => {
    const receiver = await openReceiver();
    await receiver.close();
    let server = await start({ webhooks: [receiver.url] });
    const runs = [await endRun(server), await endRun(server), await endRun(server)];
    await server.close();
    // Another server with other settings leaves it alone.
    server = await start({ webhooks: [] });
    await server.close();
    expect(await undelivered()).toBe(3);
    await receiver.open();
    server = await start({ webhooks: [receiver.url] });
    await waitFor(receiver, 3);
    await vi.waitFor(async () => expect(await undelivered()).toBe(0));
    await server.close();
    const told = receiver.got.map((got) => {
      const { about } = bodyOf(got);
      return about.kind === 'run-ended' ? about.run.id : undefined;
    });
    expect(new Set(told)).toEqual(new Set(runs));
    expect(receiver.got[0]?.headers['webhook-signature']).toBeUndefined();
  });

  it('is told what happened in the last moment before the server closes', async () => {
    const receiver = await openReceiver();
    const server = await start({ webhooks: [receiver.url] });
    await endRun(server);
    await server.close();
    expect(receiver.got).toHaveLength(1);
  });

  it('that never takes anything is given up after a day, which the page and the log say', async () => {
    const receiver = await openReceiver();
    receiver.answers = [503];
    let server = await start({ webhooks: [receiver.url], webhookSecret: secret });
    await endRun(server);
    await waitFor(receiver, 1);
    await server.close();
    await database.pool.query(`UPDATE notification SET at = now() - interval '25 hours'`);
    log.length = 0;
    server = await start({ webhooks: [receiver.url], webhookSecret: secret });
    const notifications = await vi.waitFor(async () => {
      const found = await call<Notifications>(server, 'GET', '/notifications?limit=1');
      expect(found.notifications[0]?.about.kind).toBe('webhook-given-up');
      return found;
    });
    await server.close();
    const origin = new URL(receiver.url).origin;
    expect(notifications.notifications[0]?.about).toMatchObject({
      webhook: origin,
      notifications: 1,
      error: 'It answers HTTP 503.',
    });
    expect(notifications.webhooks).toEqual({ count: 1, waiting: 0 });
    expect(log.join('\n')).toContain(`${origin} are given up`);
    expect(await undelivered()).toBe(0);
  });

  it('has its secrets in no log, and in no answer', async () => {
    const receiver = await openReceiver();
    receiver.answers = [500, 0, 200];
    const server = await start({ webhooks: [receiver.url], webhookSecret: secret });
    await endRun(server);
    await waitFor(receiver, 3);
    const answer = JSON.stringify(await call(server, 'GET', '/notifications'));
    await server.close();
    expect(log.join('\n')).toContain(new URL(receiver.url).origin);
    for (const hidden of [secret, 'path-secret', 'query-secret']) {
      expect(log.join('\n')).not.toContain(hidden);
      expect(answer).not.toContain(hidden);
      expect(receiver.got.map(({ body }) => body).join()).not.toContain(hidden);
    }
  });

  it('that does not answer keeps nobody waiting at the end', { timeout: 20_000 }, async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const server = await start({ webhooks: [`http://127.0.0.1:${port}/`] });
    await endRun(server);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await undelivered()).toBe(1);
    await database.pool.query('UPDATE delivery SET ended = now() WHERE ended IS NULL');
  });
});
