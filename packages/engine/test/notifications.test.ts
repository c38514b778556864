/** What people are told: once, and only of what has come to pass. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { notificationSchema, type Notification } from '@gantry/model';
import {
  cancelRun,
  closeDataset,
  countUnread,
  expireSessions,
  forgetNotifications,
  giveUpDeliveries,
  listDueDeliveries,
  listFreshNotifications,
  listNotifications,
  markRead,
  noteDelivered,
  noteRefused,
  openEngine,
  openSession,
  resumeRun,
  untilNextDelivery,
  type Engine,
} from '../src/index.ts';
import { startTestRun, type TestRun } from './test-run.ts';

const map = '  map: { tool: map@1, inputs: { tile: source } }';
const webhooks = ['https://a.example/x', 'https://b.example/y'];

async function failAll(test: TestRun): Promise<void> {
  for (const task of await test.claim()) await test.settle(task, { end: 'failed', made: [], message: 'no' });
}

async function succeedAll(test: TestRun): Promise<void> {
  for (const task of await test.claim()) await test.settle(task);
}

describe('people', () => {
  const database = testDatabase();

  /** What was told since the last time that this was asked. */
  function listener(engine: Engine): () => Promise<Notification['about'][]> {
    let last: number | undefined;
    return async () => {
      const before = last ?? 0;
      const all = await listFreshNotifications(engine, 1, before, 1000);
      last = all.at(-1)?.id ?? before;
      return all.map((one) => notificationSchema.parse(one).about);
    };
  }

  it('are told how a run ended, each time that it does', async () => {
    const engine = openEngine(database.pool);
    const told = listener(engine);
    await told();
    const test = await startTestRun(engine, map);
    await test.admit(1);
    await test.admit(2);
    await closeDataset(engine, test.dataset);
    const [first, second] = await test.claim();
    if (first === undefined || second === undefined) throw new Error('nothing to claim');
    await test.settle(first, { end: 'failed', made: [], message: 'no' });
    expect(await told()).toEqual([]);
    await test.settle(second);
    const run = { id: test.run, name: 'test', pipeline: 'test' };
    expect(await told()).toMatchObject([
      { kind: 'run-ended', run, state: 'failed', tasks: { failed: 1, succeeded: 1 } },
    ]);
    // Nothing to do: it has come to no other end.
    await resumeRun(engine, test.run, 'none');
    expect(await told()).toEqual([]);
    await resumeRun(engine, test.run, 'all');
    await failAll(test);
    expect(await told()).toMatchObject([{ kind: 'run-ended', run, state: 'failed' }]);
    await resumeRun(engine, test.run, 'all');
    await succeedAll(test);
    expect(await told()).toMatchObject([
      { kind: 'run-ended', run, state: 'succeeded', tasks: { succeeded: 2 } },
    ]);
    // It is over already.
    await cancelRun(engine, test.run);
    expect(await told()).toEqual([]);
  });

  it('are told that a run was cancelled, once', async () => {
    const engine = openEngine(database.pool);
    const told = listener(engine);
    await told();
    const test = await startTestRun(engine, map);
    await test.admit(1);
    await cancelRun(engine, test.run);
    await cancelRun(engine, test.run);
    expect(await told()).toMatchObject([
      { kind: 'run-ended', run: { id: test.run }, state: 'cancelled', tasks: { cancelled: 1 } },
    ]);
  });

  it('are told nothing of a change that did not come to its end', async () => {
    const engine = openEngine(database.pool);
    const told = listener(engine);
    await told();
    const gone = engine.work((_, news) => {
      news.notices.push({ kind: 'webhook-given-up', webhook: 'x', notifications: 1, tries: 1, error: 'no' });
      return Promise.reject(new Error('it did not'));
    });
    await expect(gone).rejects.toThrow('it did not');
    expect(await told()).toEqual([]);
  });

  it('are told once that so many tasks of a run at work have failed, and again after a retry', async () => {
    const engine = openEngine(database.pool, { failureNotice: 2, webhooks: [] });
    const told = listener(engine);
    await told();
    const test = await startTestRun(engine, map);
    for (const n of [1, 2, 3, 4]) await test.admit(n);
    const tasks = await test.claim();
    const heard: unknown[] = [];
    for (const task of tasks) {
      await test.settle(task, { end: 'failed', made: [], message: 'no' });
      heard.push((await told()).map(({ kind }) => kind));
    }
    expect(heard).toEqual([[], ['run-failing'], [], []]);
    await resumeRun(engine, test.run, 'all');
    await failAll(test);
    expect(await told()).toMatchObject([{ kind: 'run-failing', failed: 2, limit: 2, run: { id: test.run } }]);
  });

  it('are told of failures and of the end at once by the end alone', async () => {
    const engine = openEngine(database.pool, { failureNotice: 1, webhooks: [] });
    const told = listener(engine);
    await told();
    const test = await startTestRun(engine, map);
    await test.admit(1);
    await closeDataset(engine, test.dataset);
    await failAll(test);
    expect(await told()).toMatchObject([{ kind: 'run-ended', state: 'failed' }]);
  });

  it('are told of an agent whose lease is over, not of one that joins again', async () => {
    const engine = openEngine(database.pool);
    const told = listener(engine);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    await told();
    const join = () =>
      openSession(engine, {
        name: 'bench',
        host: 'lab',
        instance: 'one',
        capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
        leaseSeconds: 3600,
      });
    await join();
    const { session } = await join();
    expect(await told()).toEqual([]);
    await test.claim(10, session);
    await database.pool.query('UPDATE session SET expires = now() WHERE id = $1', [session]);
    await expireSessions(engine);
    await expireSessions(engine);
    expect(await told()).toMatchObject([
      { kind: 'agent-lost', agent: { name: 'bench', host: 'lab' }, held: 1 },
    ]);
  });

  it('read what they missed page by page, and mark it as read', async () => {
    const engine = openEngine(database.pool);
    for (let n = 0; n < 3; n++) {
      const test = await startTestRun(engine, map);
      await cancelRun(engine, test.run);
    }
    const unread = await countUnread(engine, 1);
    const all = await listNotifications(engine, 1, { limit: 200 });
    expect(all).toMatchObject({ unread, more: false });
    expect(all.notifications.map(({ id }) => id)).toEqual(
      all.notifications.map(({ id }) => id).toSorted((a, b) => b - a),
    );
    const page = await listNotifications(engine, 1, { limit: 2 });
    expect(page).toMatchObject({ more: true, notifications: all.notifications.slice(0, 2) });
    const before = page.notifications.at(-1)?.id ?? 0;
    expect((await listNotifications(engine, 1, { limit: 1, before })).notifications).toEqual(
      all.notifications.slice(2, 3),
    );
    const [newest, next] = all.notifications;
    if (newest === undefined || next === undefined) throw new Error('nothing was told');
    expect(await markRead(engine, 1, { ids: [newest.id] })).toBe(unread - 1);
    expect(await markRead(engine, 1, { through: next.id })).toBe(0);
    expect((await listNotifications(engine, 1, { limit: 2 })).notifications.every(({ read }) => read)).toBe(
      true,
    );
  });

  it('keep what is not too old', async () => {
    const engine = openEngine(database.pool);
    const { notifications } = await listNotifications(engine, 1, { limit: 200 });
    const [newest, ...older] = notifications;
    await database.pool.query(`UPDATE notification SET at = now() - interval '91 days' WHERE id <> $1`, [
      newest?.id,
    ]);
    expect(await forgetNotifications(engine, 90)).toBe(older.length);
    expect((await listNotifications(engine, 1, { limit: 200 })).notifications).toEqual([newest]);
  });
});

describe('webhooks', () => {
  const database = testDatabase();

  it('are due a notification each, until they have taken it', async () => {
    const engine = openEngine(database.pool, { failureNotice: 0, webhooks });
    const test = await startTestRun(engine, map);
    await cancelRun(engine, test.run);
    const due = await listDueDeliveries(engine, webhooks, 10);
    expect(due).toMatchObject(
      webhooks.map((webhook) => ({ webhook, tries: 0, about: { state: 'cancelled' } })),
    );
    expect(new Set(due.map(({ key }) => key)).size).toBe(1);
    const [taken, refused] = due;
    if (taken === undefined || refused === undefined) throw new Error('nothing is due');
    await noteDelivered(engine, taken);
    await noteRefused(engine, refused, 'It answers HTTP 500.', 60_000);
    expect(await listDueDeliveries(engine, webhooks, 10)).toEqual([]);
    expect(await untilNextDelivery(engine, [taken.webhook])).toBeUndefined();
    expect(await untilNextDelivery(engine, [refused.webhook])).toBeGreaterThan(50_000);
    // Another server, later: it is there all the same.
    await database.pool.query('UPDATE delivery SET due = now()');
    const later = openEngine(database.pool);
    expect(await listDueDeliveries(later, webhooks, 10)).toEqual([{ ...refused, tries: 1 }]);
  });

  it('are given up after a time, and people are told so, in the page alone', async () => {
    const engine = openEngine(database.pool, { failureNotice: 0, webhooks });
    expect(await giveUpDeliveries(engine, 24, (webhook) => new URL(webhook).origin)).toEqual([]);
    await database.pool.query(`UPDATE notification SET at = now() - interval '25 hours'`);
    const given = await giveUpDeliveries(engine, 24, (webhook) => new URL(webhook).origin);
    expect(given).toEqual([
      { webhook: webhooks[1], notifications: 1, tries: 1, error: 'It answers HTTP 500.' },
    ]);
    expect((await listFreshNotifications(engine, 1, 0, 100)).at(-1)?.about).toEqual({
      kind: 'webhook-given-up',
      webhook: 'https://b.example',
      notifications: 1,
      tries: 1,
      error: 'It answers HTTP 500.',
    });
    expect(await listDueDeliveries(engine, webhooks, 10)).toEqual([]);
    expect(await untilNextDelivery(engine, webhooks)).toBeUndefined();
  });
});
