/** What happens when a task fails: further tries with waits between them, after some outcomes, and with more memory. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  cancelRun,
  describeRun,
  explainTask,
  openEngine,
  openSession,
  resumeRun,
  untilNextTry,
  type ClaimedTask,
} from '../src/index.ts';
import { startTestRun, type TestRun } from './test-run.ts';

const database = testDatabase();

const stage = (retry: string, more = ''): string =>
  `  map: { tool: map@1, retry: ${retry}, ${more}inputs: { tile: source } }`;

async function claimOne(test: TestRun): Promise<ClaimedTask> {
  const [task] = await test.claim();
  if (task === undefined) throw new Error('nothing to claim');
  return task;
}

/** Seconds until the task may be claimed. */
async function waitOf(task: number): Promise<number> {
  const { rows } = await database.pool.query<{ wait: number }>(
    'SELECT extract(epoch FROM due - now())::float8 AS wait FROM ready_later WHERE task = $1',
    [task],
  );
  return rows[0]?.wait ?? NaN;
}

const passTime = () => database.pool.query('UPDATE ready_later SET due = now()');

describe('a failed task with tries left', () => {
  it('waits longer before every try, by the clock of the database, and says so', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      stage('{ attempts: 4, backoff: { first: 40s, factor: 3, max: 5m } }'),
    );
    await test.admit(1);
    const waits: number[] = [];
    for (const made of [1, 2, 3]) {
      const { task, attempt } = await claimOne(test);
      await test.settle({ task, attempt } as ClaimedTask, { end: 'failed', made: [] });
      waits.push(await waitOf(task));
      expect(await test.claim()).toEqual([]);
      const { state, tries, why } = await explainTask(engine, task, '/store');
      expect({ state, tries }).toMatchObject({
        state: 'ready',
        tries: { made, of: 4, next: expect.any(String) as string },
      });
      expect(why.join(' ')).toMatch(new RegExp(`This is try ${made + 1} of 4, again in \\d+ s\\.`));
      expect(await untilNextTry(engine)).toBeLessThan(331_000);
      expect((await describeRun(engine, test.run)).nextTries).toMatchObject({ tasks: 1 });
      await passTime();
      expect(await untilNextTry(engine)).toBe(Infinity);
      expect((await describeRun(engine, test.run)).nextTries).toBeNull();
    }
    // A tenth more or less.
    for (const [index, wait] of [40, 120, 300].entries()) {
      expect(waits[index]).toBeGreaterThan(wait * 0.89);
      expect(waits[index]).toBeLessThan(wait * 1.11);
    }
    await test.settle(await claimOne(test), { end: 'failed', made: [] });
    expect(await test.counts()).toEqual({ map: { failed: 1 } });
  });

  it('is claimed by a waiting claim when its time has come, without a hint', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stage('{ attempts: 2, backoff: 300ms }'));
    await test.admit(1);
    await test.settle(await claimOne(test), { end: 'failed', made: [] });
    expect(await test.claim()).toEqual([]);
    await expect.poll(() => test.claim(), { timeout: 5000, interval: 50 }).toHaveLength(1);
  });

  it('does not wait where it is tried again by hand', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stage('{ attempts: 2, backoff: 1h }'));
    await test.admit(1);
    await test.settle(await claimOne(test), { end: 'failed', made: [] });
    expect(await resumeRun(engine, test.run, 'none')).toBe(0);
    expect(await test.claim()).toEqual([]);
    expect(await resumeRun(engine, test.run, 'all')).toBe(1);
    expect(await test.claim()).toHaveLength(1);
  });

  it('keeps its run at work, is cancelled with it, and does not wait when it has become stale', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stage('{ attempts: 2, backoff: 1h }'));
    for (const n of [1, 2]) await test.admit(n);
    for (const task of await test.claim()) await test.settle(task, { end: 'failed', made: [] });
    await test.admit(1, 'other bytes');
    expect(await test.state()).toBe('active');
    await cancelRun(engine, test.run);
    expect(await test.counts()).toEqual({ map: { cancelled: 2 } });
    const { rows } = await database.pool.query(
      'SELECT FROM ready_later l JOIN stage s ON s.id = l.stage WHERE s.run = $1',
      [test.run],
    );
    expect(rows).toEqual([]);
  });

  it('is tried again after the outcomes that are named, and after others not', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stage('{ attempts: 3, backoff: 0, on: [failed, start-failed] }'));
    for (const n of [1, 2, 3]) await test.admit(n);
    const ends = ['failed', 'start-failed', 'timed-out'] as const;
    for (const [index, task] of (await test.claim()).entries())
      await test.settle(task, { end: ends[index] ?? 'failed', made: [] });
    expect(await test.counts()).toEqual({ map: { ready: 2, failed: 1 } });
  });
});

describe('a task that ran out of memory', () => {
  it('asks for more at its next try, which goes to an agent that has it', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      stage('{ backoff: 0, memory: { factor: 3, max: 4GiB } }', 'resources: { memory: 512MiB }, '),
    );
    for (const n of [1, 2]) await test.admit(n);
    const [first, second] = await test.claim();
    if (first === undefined || second === undefined) throw new Error('nothing to claim');
    expect(first.memory).toBe(512 * 2 ** 20);
    await test.settle(first, { end: 'out-of-memory', made: [] });
    await test.settle(second, { end: 'failed', made: [] });
    // 1.5 GiB is more than the agent has; the one that failed otherwise asks for no more.
    const again = await test.claim();
    expect(again.map(({ task, memory }) => ({ task, memory }))).toEqual([
      { task: second.task, memory: 512 * 2 ** 20 },
    ]);
    const { why, asks } = await explainTask(engine, first.task, '/store');
    expect(asks.memory).toBe(1536 * 2 ** 20);
    expect(why.join(' ')).toContain('asks for 1536MiB now');
    expect(why.join(' ')).toContain('No agent has room for it');

    const { session } = await openSession(engine, {
      ...{ name: 'large', host: 'there', instance: 'one', leaseSeconds: 3600 },
      capacity: { cpu: 2, memory: 3 * 2 ** 30, slots: 2 },
    });
    const [larger] = await test.claim(1, session);
    expect(larger).toMatchObject({ task: first.task, memory: 1536 * 2 ** 20 });
  });

  it('never asks for more than it may, and fails when its tries are over', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      stage('{ backoff: 0, memory: { factor: 2, max: 700MiB } }', 'resources: { memory: 512MiB }, '),
    );
    await test.admit(1);
    const asked: number[] = [];
    for (let [task] = await test.claim(); task !== undefined; [task] = await test.claim()) {
      asked.push(task.memory / 2 ** 20);
      await test.settle(task, { end: 'out-of-memory', made: [] });
    }
    expect(asked).toEqual([512, 700, 700]);
    expect(await test.counts()).toEqual({ map: { failed: 1 } });
  });
});
