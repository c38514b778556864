/** What has failed, seen across runs: counted by cause, with what waits for it, and tried again. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { failedTasksQuerySchema, failureGroupsQuerySchema } from '@gantry/model';
import {
  cancelRun,
  closeDataset,
  endSession,
  explainTask,
  expireSessions,
  groupFailures,
  listAgents,
  listFailedTasks,
  openEngine,
  openSession,
  retryFailures,
  sealDataset,
  summarizeFailures,
  type Engine,
} from '../src/index.ts';
import { startTestRun, type TestRun } from './test-run.ts';

const map = '  map: { tool: map@1, inputs: { tile: source } }';
const chain = `${map}\n  next: { tool: map@1, inputs: { tile: map.made } }`;

const group = (engine: Engine, query: Record<string, unknown> = {}) =>
  groupFailures(engine, 1, failureGroupsQuerySchema.parse(query));
const list = (engine: Engine, query: Record<string, unknown> = {}) =>
  listFailedTasks(engine, 1, failedTasksQuerySchema.parse(query));

/** Lets every ready task of the run fail, with the message that is made for its place. */
async function failAll(
  test: TestRun,
  message: (n: number) => string,
  end = 'failed' as const,
): Promise<void> {
  for (const task of await test.claim()) {
    await test.settle(task, { end, made: [], exitCode: 3, message: message(task.place[0] ?? 0) });
  }
}

async function succeedAll(test: TestRun): Promise<void> {
  for (let tasks = await test.claim(); tasks.length > 0; tasks = await test.claim())
    for (const task of tasks) await test.settle(task);
}

const cut = (n: number): string => `tile_${n}.tif is cut short`;

describe('failures', () => {
  const database = testDatabase();

  it('are grouped by cause over runs, newest first, with counts, times and an example', async () => {
    const engine = openEngine(database.pool);
    const [one, other] = [await startTestRun(engine, chain), await startTestRun(engine, chain)];
    for (const test of [one, other]) for (const n of [1, 2, 3]) await test.admit(n);
    await failAll(one, cut);
    const [first] = await other.claim(1);
    if (first === undefined) throw new Error('nothing to claim');
    await other.settle(first, { end: 'timed-out', made: [], message: 'killed at its time limit of 5 s' });
    await failAll(other, cut);

    const { groups, tasks, next } = await group(engine);
    expect({ tasks, next }).toEqual({ tasks: 6, next: null });
    expect(groups).toMatchObject([
      {
        title: '‹file› is cut short',
        tasks: 5,
        runs: 2,
        outcomes: [{ outcome: 'failed', tasks: 5 }],
        stages: [{ stage: 'map', tasks: 5 }],
        agents: [{ tasks: 3 }, { tasks: 2 }],
        agentCount: 2,
        example: { run: other.run, stage: 'map', exitCode: 3, message: cut(3), place: { n: 3 } },
        // One task of `next` waits for each, and one for the other cause.
        waiting: { tasks: 6, alone: false },
      },
      {
        title: 'killed at its time limit of ‹number› s',
        tasks: 1,
        runs: 1,
        outcomes: [{ outcome: 'timed-out', tasks: 1 }],
        waiting: { tasks: 3, alone: false },
      },
    ]);
    const [cause] = groups;
    expect(Date.parse(cause?.first ?? '')).toBeLessThanOrEqual(Date.parse(cause?.last ?? ''));
    const members = await list(engine, { cause: cause?.filter.cause });
    expect(members.tasks.map(({ place }) => place['n'])).toEqual([3, 2, 3, 2, 1]);
    expect((await group(engine, { run: one.run })).groups).toMatchObject([
      { tasks: 3, waiting: { tasks: 3, alone: true } },
    ]);
  });

  it('are grouped by stage, agent and host as well, and filtered', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    const [task] = await test.claim(1);
    if (task === undefined) throw new Error('nothing to claim');
    await test.settle(task);
    await failAll(test, cut);
    const { run } = test;
    const by = async (grouping: string): Promise<unknown> =>
      (await group(engine, { by: grouping, run })).groups.map(({ title, filter, tasks }) => [
        title,
        filter,
        tasks,
      ]);
    expect(await by('stage')).toEqual([
      // The deepest stage is served first.
      ['test/map', { run, pipeline: 'test', stage: 'map' }, 1],
      ['test/next', { run, pipeline: 'test', stage: 'next' }, 1],
    ]);
    const agent = (await list(engine, { run })).tasks[0]?.agent;
    expect(await by('agent')).toEqual([[agent, { run, agent }, 2]]);
    expect(await by('host')).toEqual([['here', { run, host: 'here' }, 2]]);

    const count = async (filter: Record<string, unknown>): Promise<number> =>
      (await group(engine, { run, ...filter })).tasks;
    expect(await count({ stage: 'next' })).toBe(1);
    expect(await count({ outcome: 'lost' })).toBe(0);
    expect(await count({ since: new Date(Date.now() + 60_000).toISOString() })).toBe(0);
    expect(await count({ before: new Date(Date.now() + 60_000).toISOString() })).toBe(2);
    expect(await count({ host: 'elsewhere' })).toBe(0);
  });

  it('come page by page, each group and each task once', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    for (let n = 0; n < 7; n++) await test.admit(n);
    await failAll(test, (n) => `${'x'.repeat(n + 1)} is no word`);
    const titles: string[] = [];
    const tasks: number[] = [];
    for (let after: number | null | undefined; after !== null;) {
      const page = await group(engine, { run: test.run, limit: 3, after });
      titles.push(...page.groups.map(({ title }) => title));
      expect(page.tasks).toBe(7);
      after = page.next;
    }
    for (let after: number | null | undefined; after !== null;) {
      const page = await list(engine, { run: test.run, limit: 3, after });
      tasks.push(...page.tasks.map(({ task }) => task));
      after = page.next;
    }
    expect(titles.map((title) => title.indexOf(' '))).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(new Set(tasks).size).toBe(7);
    expect(tasks).toHaveLength(7);
  });

  it('are told in sum, with the runs that have them, and go when they are mended', async () => {
    const engine = openEngine(database.pool);
    const before = await summarizeFailures(engine, 1);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    await closeDataset(engine, test.dataset);
    await failAll(test, cut);
    const after = await summarizeFailures(engine, 1);
    expect(after).toMatchObject({
      failed: before.failed + 2,
      blocked: before.blocked + 2,
      runs: before.runs + 1,
    });
    expect(after.latest).toBeGreaterThan(before.latest);
    expect(after.where[0]).toEqual({
      run: test.run,
      name: 'test',
      state: 'failed',
      stages: [{ stage: 'map', failed: 2 }],
    });
    await retryFailures(engine, 1, { filter: { run: test.run } });
    await succeedAll(test);
    const mended = await summarizeFailures(engine, 1);
    expect(mended).toMatchObject({ failed: before.failed, blocked: before.blocked, runs: before.runs });
    expect((await group(engine, { run: test.run })).groups).toEqual([]);
    expect(await test.state()).toBe('succeeded');
  });

  it('that come again after a retry tell when they came first', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    await failAll(test, cut);
    const [first] = (await group(engine, { run: test.run })).groups;
    await retryFailures(engine, 1, { filter: { run: test.run } });
    await failAll(test, cut);
    const [second] = (await group(engine, { run: test.run })).groups;
    expect(second).toMatchObject({ tasks: 1, first: first?.first });
    expect(Date.parse(second?.last ?? '')).toBeGreaterThan(Date.parse(first?.last ?? ''));
  });
});

describe('a retry of failures', () => {
  const database = testDatabase();

  it('takes up the runs that they are of, whatever they have come to, and no other task', async () => {
    const engine = openEngine(database.pool);
    const [active, ended, cancelled] = [
      await startTestRun(engine, map),
      await startTestRun(engine, map),
      await startTestRun(engine, map),
    ];
    for (const test of [active, ended, cancelled]) for (const n of [1, 2]) await test.admit(n);
    for (const test of [active, ended, cancelled]) await failAll(test, cut);
    await closeDataset(engine, ended.dataset);
    await cancelRun(engine, cancelled.run);
    expect([await active.state(), await ended.state(), await cancelled.state()]).toEqual([
      'active',
      'failed',
      'cancelled',
    ]);
    const tasks = (await list(engine)).tasks.filter(({ place }) => place['n'] === 1);
    const answer = await retryFailures(engine, 1, { tasks: tasks.map(({ task }) => task) });
    expect(answer).toEqual({ again: 3, runs: [active.run, ended.run, cancelled.run], refused: [] });
    for (const test of [active, ended, cancelled]) {
      expect(await test.state()).toBe('active');
      expect(await test.counts()).toEqual({ map: { ready: 1, failed: 1 } });
    }
    expect(await retryFailures(engine, 1, { filter: {} })).toMatchObject({ again: 3, refused: [] });
    for (const test of [active, ended, cancelled]) await succeedAll(test);
    expect((await summarizeFailures(engine, 1)).failed).toBe(0);
    await expect(retryFailures(engine, 1, { filter: {} })).rejects.toMatchObject({
      code: 'nothing-to-retry',
    });
  });

  it('says which runs cannot be taken up, and takes up the others', async () => {
    const engine = openEngine(database.pool);
    const [sealed, other] = [await startTestRun(engine, map), await startTestRun(engine, map)];
    for (const test of [sealed, other]) await test.admit(1);
    for (const test of [sealed, other]) await failAll(test, cut);
    await closeDataset(engine, sealed.dataset);
    const { rows } = await database.pool.query<{ dataset: number }>(
      'SELECT o.dataset FROM stage_output o JOIN stage s ON s.id = o.stage WHERE s.run = $1',
      [sealed.run],
    );
    await sealDataset(engine, rows[0]?.dataset ?? 0);
    const answer = await retryFailures(engine, 1, { filter: { stage: 'map' } });
    expect(answer).toMatchObject({
      again: 1,
      runs: [other.run],
      refused: [{ run: sealed.run, tasks: 1, code: 'outputs-sealed' }],
    });
  });
});

describe('attempts that are lost', () => {
  const database = testDatabase();

  const join = async (engine: Engine, name: string): Promise<number> =>
    (
      await openSession(engine, {
        name,
        host: `host of ${name}`,
        instance: 'one',
        capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
        leaseSeconds: 3600,
      })
    ).session;

  /** Claims the task with a session of that agent, which then goes away. */
  async function lose(engine: Engine, test: TestRun, name: string): Promise<void> {
    const session = await join(engine, name);
    expect(await test.claim(10, session)).toHaveLength(1);
    await endSession(engine, session, 'lost');
  }

  it('fail their task after five in a row, naming the agents; a retry begins anew', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    for (const name of ['a', 'b', 'a', 'a']) await lose(engine, test, name);
    expect(await test.counts()).toEqual({ map: { ready: 1 } });
    await lose(engine, test, 'c');
    expect(await test.counts()).toEqual({ map: { failed: 1 } });
    const [failed] = (await list(engine, { run: test.run })).tasks;
    expect(failed).toMatchObject({ outcome: 'lost', agent: 'c', host: 'host of c' });
    expect(failed?.message).toContain('5 times in a row: a (3 times), b, c.');
    expect(failed?.message).toContain('retry');
    expect((await explainTask(engine, failed?.task ?? 0, '/')).why.join()).toContain('a (3 times), b, c');
    expect((await listAgents(engine)).find(({ name }) => name === 'a')).toMatchObject({
      state: 'lost',
      lost: 3,
    });
    // However often and wherever it was, the cause is one.
    expect((await group(engine, { run: test.run })).groups).toMatchObject([
      { tasks: 1, outcomes: [{ outcome: 'lost', tasks: 1 }] },
    ]);
    await retryFailures(engine, 1, { filter: { run: test.run } });
    for (const name of ['a', 'a', 'a', 'a']) await lose(engine, test, name);
    expect(await test.counts()).toEqual({ map: { ready: 1 } });
    await succeedAll(test);
    expect(await test.counts()).toEqual({ map: { succeeded: 1 } });
  });

  it('fail it as often as `retry` of its tool or stage says', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map.replace('inputs', 'retry: { lost: 2 }, inputs'));
    await test.admit(1);
    await lose(engine, test, 'a');
    // Another end between them, and they are not in a row.
    const [task] = await test.claim();
    if (task === undefined) throw new Error('nothing to claim');
    await test.settle(task, { end: 'returned', made: [] });
    await lose(engine, test, 'a');
    expect(await test.counts()).toEqual({ map: { failed: 1 } });
  });

  it('are told of the agents, with who is there and what they hold', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    const [gone, left, here] = [
      await join(engine, 'gone'),
      await join(engine, 'left'),
      await join(engine, 'here'),
    ];
    await endSession(engine, left, 'returned');
    await database.pool.query('UPDATE session SET expires = now() WHERE id = $1', [gone]);
    await expireSessions(engine);
    await test.claim(10, here);
    const agents = await listAgents(engine);
    const find = (name: string) => agents.find((agent) => agent.name === name);
    expect(find('gone')).toMatchObject({ state: 'lost', held: 0, lost: 0 });
    expect(find('left')).toMatchObject({ state: 'left', load: null });
    expect(find('here')).toMatchObject({
      state: 'alive',
      host: 'host of here',
      capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
      held: 1,
      tasks: [{ run: test.run, runName: 'test', stage: 'map', place: { n: 1 } }],
    });
    const states = agents.map(({ state }) => state === 'alive');
    expect(states).toEqual(states.toSorted((a, b) => Number(b) - Number(a)));
  });
});
