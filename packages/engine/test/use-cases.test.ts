import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  admitItems,
  cancelRun,
  closeDataset,
  endSession,
  expireSessions,
  explainTask,
  findTask,
  heldAttempts,
  listOutputs,
  listTasks,
  openEngine,
  openSession,
  renewSession,
  resumeRun,
  sealDataset,
} from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();

const map = '  map: { tool: map@1, inputs: { tile: source } }';
const chain = `${map}\n  next: { tool: map@1, inputs: { tile: map.made } }`;

describe('admitting', () => {
  it('lists what comes late to a closed dataset, and takes new bytes at known places', async () => {
    const test = await startTestRun(openEngine(database.pool), map);
    await test.admit(1);
    await closeDataset(openEngine(database.pool), test.dataset);
    const late = await test.admit(2);
    expect(late).toMatchObject({ changed: 0, late: [{ place: [2] }] });
    expect(await test.admit(1, 'b')).toEqual({ changed: 1, late: [], outside: [] });
    expect(await test.admit(1, 'b')).toEqual({ changed: 0, late: [], outside: [] });
  });

  it('refuses a place with another number of coordinates, and admits nothing', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    const item = { name: 'a.tif', path: '/a.tif', size: 1, checksum: 'a' };
    const admitted = admitItems(engine, test.dataset, [
      { ...item, place: [1] },
      { ...item, place: [1, 2] },
    ]);
    await expect(admitted).rejects.toMatchObject({ code: 'place-of-wrong-size', file: '/a.tif' });
    expect(await test.counts()).toEqual({ map: {} });
  });
});

describe('sealing', () => {
  it('needs a closed dataset, and gives equal contents equal fingerprints', async () => {
    const engine = openEngine(database.pool);
    const [one, other, third] = await Promise.all([1, 2, 3].map(() => startTestRun(engine, map)));
    if (one === undefined || other === undefined || third === undefined) throw new Error('no runs');
    for (const n of [1, 2]) await one.admit(n);
    for (const n of [2, 1]) await other.admit(n);
    for (const n of [1, 2]) await third.admit(n, 'b');
    await expect(sealDataset(engine, one.dataset)).rejects.toMatchObject({ code: 'dataset-open' });
    for (const { dataset } of [one, other, third]) await closeDataset(engine, dataset);
    const fingerprint = await sealDataset(engine, one.dataset);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(await sealDataset(engine, other.dataset)).toBe(fingerprint);
    expect(await sealDataset(engine, third.dataset)).not.toBe(fingerprint);
    await expect(one.admit(1, 'c')).rejects.toMatchObject({ code: 'dataset-sealed' });
  });
});

describe('settling', () => {
  it('tries again as often as the tool says, then fails', async () => {
    const test = await startTestRun(
      openEngine(database.pool),
      map.replace('inputs', 'retry: { attempts: 2, backoff: 0 }, inputs'),
    );
    await test.admit(1);
    for (const expected of [{ ready: 1 }, { failed: 1 }]) {
      const [task] = await test.claim();
      if (task === undefined) throw new Error('nothing to claim');
      await test.settle(task, { end: 'failed', made: [], message: 'no' });
      expect(await test.counts()).toEqual({ map: expected });
    }
  });

  it('refuses a report of another session or of an attempt that is lost, and takes a repeated one', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    const [task] = await test.claim();
    if (task === undefined) throw new Error('nothing to claim');
    const stranger = await startTestRun(engine, map);
    expect(await stranger.settle(task)).toMatchObject({ refused: [task.attempt] });
    expect(await test.settle(task)).toMatchObject({ refused: [] });
    expect(await test.settle(task)).toMatchObject({ refused: [] });
    expect(await test.counts()).toEqual({ map: { succeeded: 1 } });
  });

  it('fails a success whose files do not fit the pattern, and names the file', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, '  split: { tool: split@1, inputs: { tile: source } }');
    await test.admit(1);
    const [task] = await test.claim();
    if (task === undefined) throw new Error('nothing to claim');
    const file = { output: 'parts', path: 'x', size: 1, checksum: 'p' };
    await test.settle(task, {
      made: [
        { ...file, name: 'part_1.tif' },
        { ...file, name: 'other.tif' },
      ],
    });
    const [failed] = await listTasks(engine, test.run, { limit: 10 });
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed?.message).toContain('other.tif');
  });
});

describe('bytes that are there already', () => {
  it('are not pointed at, and named as unused', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    const [first] = await test.claim();
    if (first === undefined) throw new Error('nothing to claim');
    expect(await test.settle(first)).toEqual({ refused: [], unused: [] });
    await test.admit(1, 'b');
    const [second] = await test.claim();
    if (second === undefined) throw new Error('nothing to claim');
    expect(await test.settle(second)).toEqual({
      refused: [],
      unused: [{ attempt: second.attempt, run: test.run, stage: 'map' }],
    });
    const [output] = await listOutputs(engine, test.run, '/store');
    expect(output?.items).toMatchObject([{ path: `/store/${first.attempt}/made.tif`, stale: false }]);
  });
});

describe('sessions', () => {
  it('lose what they hold when their lease is over, and it is ready again', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    const [task] = await test.claim();
    if (task === undefined) throw new Error('nothing to claim');
    expect(await test.counts()).toEqual({ map: { running: 1 } });
    await renewSession(engine, test.session, -1);
    expect(await expireSessions(engine)).toMatchObject([
      { attempt: task.attempt, run: test.run, stage: 'map' },
    ]);
    expect(await test.counts()).toEqual({ map: { ready: 1 } });
    expect(await test.settle(task)).toMatchObject({ refused: [task.attempt] });
    await expect(renewSession(engine, test.session, 10)).rejects.toMatchObject({ code: 'unknown-session' });
    const { attempts } = await explainTask(engine, task.task, '/store');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost']);
  });

  it('give back what was not started, which leaves no trace', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, map);
    await test.admit(1);
    const [task] = await test.claim();
    if (task === undefined) throw new Error('nothing to claim');
    await endSession(engine, test.session, 'returned');
    expect(await test.counts()).toEqual({ map: { ready: 1 } });
    expect((await explainTask(engine, task.task, '/store')).attempts).toEqual([]);
  });

  it('end when their agent joins again', async () => {
    const engine = openEngine(database.pool);
    const agent = {
      name: 'restarted',
      host: 'here',
      instance: 'one',
      capacity: { cpu: 1, memory: 1, slots: 1 },
      leaseSeconds: 60,
    };
    const { session: first } = await openSession(engine, agent);
    await openSession(engine, agent);
    await expect(renewSession(engine, first, 10)).rejects.toMatchObject({ code: 'unknown-session' });
  });

  it('are not taken over by another agent of the same name while theirs lives', async () => {
    const engine = openEngine(database.pool);
    const agent = {
      name: 'namesake',
      host: 'here',
      instance: 'one',
      capacity: { cpu: 1, memory: 1, slots: 1 },
      leaseSeconds: 60,
    };
    const { session } = await openSession(engine, agent);
    const other = { ...agent, instance: 'two', host: 'there' };
    await expect(openSession(engine, other)).rejects.toMatchObject({ code: 'agent-name-in-use' });
    await renewSession(engine, session, 10);
    await endSession(engine, session, 'returned');
    await openSession(engine, other);
  });
});

describe('cancelling and resuming', () => {
  it('asks running attempts to stop, and sees on resume what came meanwhile', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    const claimed = await test.claim();
    await cancelRun(engine, test.run);
    const stopped = (await heldAttempts(engine, test.session)).filter(({ cancel }) => cancel);
    expect(stopped.map(({ attempt }) => attempt)).toEqual(claimed.map(({ attempt }) => attempt));
    for (const task of claimed) await test.settle(task, { end: 'cancelled', made: [] });
    expect(await test.counts()).toEqual({ map: { cancelled: 2 }, next: { cancelled: 2 } });
    expect(await test.claim()).toEqual([]);
    await test.admit(3);
    expect(await test.counts()).toEqual({ map: { cancelled: 2 }, next: { cancelled: 2 } });
    expect(await resumeRun(engine, test.run, 'all')).toBe(4);
    expect(await test.counts()).toEqual({ map: { ready: 3 }, next: { waiting: 3 } });
  });

  it('tries the named tasks again and no others', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    await closeDataset(engine, test.dataset);
    for (const task of await test.claim()) await test.settle(task, { end: 'failed', made: [] });
    expect(await test.state()).toBe('failed');
    const again = await findTask(engine, test.run, 'map', { n: 2 });
    expect(await resumeRun(engine, test.run, [again])).toBe(1);
    expect(await test.counts()).toEqual({ map: { failed: 1, ready: 1 }, next: { blocked: 1, waiting: 1 } });
  });

  it('tries all of the named stages again and of no others', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    await closeDataset(engine, test.dataset);
    const [first, second] = await test.claim();
    await test.settle(first!);
    await test.settle(second!, { end: 'failed', made: [] });
    for (const task of await test.claim()) await test.settle(task, { end: 'failed', made: [] });
    expect(await test.counts()).toEqual({
      map: { succeeded: 1, failed: 1 },
      next: { failed: 1, blocked: 1 },
    });
    expect(await resumeRun(engine, test.run, { stages: ['next'] })).toBe(1);
    expect(await test.counts()).toEqual({ map: { succeeded: 1, failed: 1 }, next: { ready: 1, blocked: 1 } });
    await expect(resumeRun(engine, test.run, { stages: ['nxt'] })).rejects.toMatchObject({
      ...{ code: 'unknown-stage', mend: 'Did you mean `next`?' },
    });
  });
});

describe('explaining', () => {
  it('says what a task waits for, and what blocks it', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    await test.admit(1);
    const next = await findTask(engine, test.run, 'next', { n: 1 });
    expect((await explainTask(engine, next, '/store')).why.join(' ')).toContain('1 place of map.made');
    const [task] = await test.claim();
    if (task === undefined) throw new Error('nothing to claim');
    await test.settle(task, { end: 'timed-out', made: [], message: 'It took longer than 10 s.' });
    const failed = await explainTask(engine, task.task, '/store');
    expect(failed.why.join(' ')).toContain('It took longer than 10 s.');
    expect((await explainTask(engine, next, '/store')).why.join(' ')).toContain('blocked');
    await expect(findTask(engine, test.run, 'next', { row: 1 })).rejects.toMatchObject({
      code: 'unknown-task',
      mend: expect.stringContaining('/next/n=1') as string,
    });
  });
});
