/** Tasks that are done again, whatever came of them, and just what is below them. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { resubmitBodySchema, type ResubmitBody } from '@gantry/model';
import { explainTask, listTasks, openEngine, resubmitTasks, type Engine } from '../src/index.ts';
import { startTestRun, type TestRun } from './test-run.ts';

const database = testDatabase();

const chain = `  map: { tool: map@1, inputs: { tile: source } }
  next: { tool: map@1, inputs: { tile: map.made } }
  all: { tool: gather@1, over: all, inputs: { tiles: next.made } }`;

const again = (engine: Engine, run: number, body: ResubmitBody) =>
  resubmitTasks(engine, run, resubmitBodySchema.parse(body));

/** Runs all that is ready to the end. @param content of what a stage makes @returns what ran, as \`stage n\` */
async function runAll(test: TestRun, content: (stage: string) => string = () => 'm'): Promise<string[]> {
  const ran: string[] = [];
  for (let tasks = await test.claim(); tasks.length > 0; tasks = await test.claim()) {
    for (const task of tasks) {
      ran.push(`${task.stage.name} ${task.place.join()}`.trim());
      const checksum = content(task.stage.name);
      const path = `${task.attempt}/made.tif`;
      await test.settle(task, { made: [{ output: 'made', name: 'made.tif', path, size: 1, checksum }] });
    }
  }
  return ran.sort();
}

async function startChain(engine: Engine): Promise<TestRun> {
  const test = await startTestRun(engine, chain);
  for (const n of [1, 2, 3]) await test.admit(n);
  await test.close();
  expect(await runAll(test)).toHaveLength(7);
  expect(await test.state()).toBe('succeeded');
  return test;
}

describe('a resubmission', () => {
  it('does one task again, and what is below it only if bytes change', async () => {
    const engine = openEngine(database.pool);
    const test = await startChain(engine);
    const [, task] = await listTasks(engine, test.run, { stage: 'map', limit: 10 });
    const ids = [task?.id ?? 0];
    expect(await again(engine, test.run, { tasks: ids })).toMatchObject({ again: 1, below: 2 });
    expect((await explainTask(engine, ids[0] ?? 0, '/store')).why).toContain(
      'It was asked for once more: it waits for an agent.',
    );
    expect(await test.state()).toBe('active');
    expect(await runAll(test)).toEqual(['map 2']);
    expect(await test.state()).toBe('succeeded');

    await again(engine, test.run, { tasks: ids });
    expect(await runAll(test, (stage) => (stage === 'map' ? 'other' : 'm'))).toEqual(['map 2', 'next 2']);
    await again(engine, test.run, { tasks: ids });
    expect(await runAll(test, () => 'another')).toEqual(['all', 'map 2', 'next 2']);
  });

  it('does just the cone below again where that is wished, even if bytes are equal', async () => {
    const engine = openEngine(database.pool);
    const test = await startChain(engine);
    const request = {
      stages: ['map'],
      states: ['succeeded'],
      place: { n: [2, 3] },
      below: true,
    } satisfies ResubmitBody;
    const stages = [
      { stage: 'map', again: 2, below: 0 },
      { stage: 'next', again: 0, below: 2 },
      { stage: 'all', again: 0, below: 1 },
    ];
    expect(await again(engine, test.run, { ...request, dryRun: true })).toEqual({
      ...{ again: 2, below: 3, stages, forced: true, dryRun: true },
    });
    expect(await test.state()).toBe('succeeded');
    expect(await again(engine, test.run, request)).toMatchObject({ again: 2, below: 3, stages });
    expect(await test.counts()).toEqual({
      map: { succeeded: 1, ready: 2 },
      next: { succeeded: 3 },
      all: { succeeded: 1 },
    });
    expect(await runAll(test)).toEqual(['all', 'map 2', 'map 3', 'next 2', 'next 3']);
    expect(await test.state()).toBe('succeeded');
  });

  it('passes over what runs or waits, and refuses what leaves nothing', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    const [first] = await test.claim(1);
    await expect(
      again(engine, test.run, { stages: ['map', 'all'], states: ['succeeded'] }),
    ).rejects.toMatchObject({
      code: 'nothing-to-retry',
    });
    await expect(again(engine, test.run, { place: { z: [1, 1] } })).rejects.toMatchObject({
      code: 'unknown-axis',
    });
    await expect(again(engine, test.run, { stages: ['nap'] })).rejects.toMatchObject({
      code: 'unknown-stage',
    });
    if (first !== undefined) await test.settle(first);
    expect(await again(engine, test.run, { stages: ['map'], states: ['succeeded'] })).toMatchObject({
      again: 1,
    });
  });

  it('with nothing said but the run does what has failed again', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, chain);
    for (const n of [1, 2]) await test.admit(n);
    await test.close();
    const [first] = await test.claim(1);
    if (first !== undefined) await test.settle(first, { end: 'failed', made: [] });
    await runAll(test);
    expect(await test.state()).toBe('failed');
    expect(await again(engine, test.run, {})).toMatchObject({ again: 1, below: 2 });
    expect(await runAll(test)).toEqual(['all', 'map 1', 'next 1']);
    expect(await test.state()).toBe('succeeded');
  });
});
