import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  cancelRun,
  claimTasks,
  closeDataset,
  drainAgent,
  heldAttempts,
  readOrders,
  listAgents,
  openEngine,
  pauseAgent,
  pauseRun,
  pauseStage,
  resumeRun,
  retryFailures,
  setPriority,
} from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();
const twoStages = `
  first: { tool: map@1, over: each, inputs: { tile: source } }
  second: { tool: map@1, over: each, inputs: { tile: first.made } }`;

describe('a run that is paused', () => {
  it('takes what comes, starts nothing, finishes what runs, and goes on where it was', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, twoStages);
    await test.admit(1);
    const [running] = await test.claim();
    await pauseRun(engine, test.run);
    await test.admit(2);
    await test.settle(running!);
    expect(await test.claim()).toEqual([]);
    expect(await test.counts()).toEqual({
      first: { succeeded: 1, ready: 1 },
      second: { ready: 1, waiting: 1 },
    });
    expect(await test.state()).toBe('paused');
    await resumeRun(engine, test.run, 'none');
    expect((await test.claim()).map(({ stage, place }) => `${stage.name} ${place.join(',')}`).sort()).toEqual(
      ['first 2', 'second 1'],
    );
    await cancelRun(engine, test.run);
  });

  it('ends where nothing is left to do, and is not paused after that', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, '  first: { tool: map@1, over: each, inputs: { tile: source } }');
    await test.admit(1);
    const [running] = await test.claim();
    await pauseRun(engine, test.run);
    await closeDataset(engine, test.dataset);
    await test.settle(running!);
    expect(await test.state()).toBe('succeeded');
    await expect(pauseRun(engine, test.run)).rejects.toMatchObject({ code: 'run-ended' });
  });

  it('stays paused while failed tasks of it are tried again', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, twoStages);
    await test.admit(1);
    const [running] = await test.claim();
    await test.settle(running!, { end: 'failed', made: [], message: 'no' });
    await pauseRun(engine, test.run);
    expect(await retryFailures(engine, 1, { tasks: [running!.task] })).toMatchObject({ again: 1 });
    expect(await test.state()).toBe('paused');
    expect(await test.claim()).toEqual([]);
    await cancelRun(engine, test.run);
  });

  it('has what agents hold and have not started given back', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, twoStages);
    await test.admit(1);
    const [held] = await test.claim();
    expect(await heldAttempts(engine, test.session)).toEqual([
      { attempt: held!.attempt, cancel: false, unwanted: false },
    ]);
    await pauseRun(engine, test.run);
    expect(await heldAttempts(engine, test.session)).toMatchObject([{ unwanted: true }]);
    await cancelRun(engine, test.run);
  });
});

it('a stage that is paused holds back itself alone', async () => {
  const engine = openEngine(database.pool);
  const test = await startTestRun(engine, twoStages);
  await pauseStage(engine, test.run, 'second', true);
  for (const n of [1, 2, 3]) await test.admit(n);
  for (const task of await test.claim()) await test.settle(task);
  expect(await test.claim()).toEqual([]);
  expect(await test.counts()).toEqual({ first: { succeeded: 3 }, second: { ready: 3 } });
  await pauseStage(engine, test.run, 'second', false);
  expect(await test.claim()).toHaveLength(3);
  await expect(pauseStage(engine, test.run, 'secnd', true)).rejects.toMatchObject({
    code: 'unknown-stage',
    mend: expect.stringContaining('second') as unknown,
  });
  await cancelRun(engine, test.run);
});

it('an agent that is paused or drained claims nothing', async () => {
  const engine = openEngine(database.pool);
  const test = await startTestRun(engine, twoStages);
  await test.admit(1);
  const agents = await listAgents(engine);
  const { rows } = await database.pool.query<{ agent: number }>('SELECT agent FROM session WHERE id = $1', [
    test.session,
  ]);
  const agent = rows[0]!.agent;
  expect(agents.find(({ id }) => id === agent)).toMatchObject({ paused: false, draining: false });
  await pauseAgent(engine, agent, true);
  expect(await test.claim()).toEqual([]);
  await pauseAgent(engine, agent, false);
  expect(await readOrders(engine, test.session)).toMatchObject({ drain: false });
  await drainAgent(engine, agent);
  expect(await readOrders(engine, test.session)).toMatchObject({ drain: true });
  expect(await test.claim()).toEqual([]);
  expect((await listAgents(engine)).find(({ id }) => id === agent)).toMatchObject({ draining: true });
  await expect(pauseAgent(engine, 999_999, true)).rejects.toMatchObject({ code: 'unknown-agent' });
  await cancelRun(engine, test.run);
});

it('runs of a higher priority are served first', async () => {
  const engine = openEngine(database.pool);
  const [low, high] = [await startTestRun(engine, twoStages), await startTestRun(engine, twoStages)];
  for (const n of [1, 2]) {
    await low.admit(n);
    await high.admit(n);
  }
  await setPriority(engine, high.run, 5);
  expect((await claimTasks(engine, low.session, 2)).map(({ run }) => run.id)).toEqual([high.run, high.run]);
  expect((await claimTasks(engine, low.session, 3)).map(({ run }) => run.id)).toEqual([low.run, low.run]);
  for (const { run } of [low, high]) await cancelRun(engine, run);
});
