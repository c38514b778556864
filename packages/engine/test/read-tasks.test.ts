/** Tasks in one state or all, in pages, whichever way they are found. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { taskStates, type TaskState, type TaskSummary } from '@gantry/model';
import { cancelRun, closeDataset, listTasks, openEngine, type Engine } from '../src/index.ts';
import { startTestRun, type TestRun } from './test-run.ts';

const database = testDatabase();

const stages = `  map: { tool: map@1, inputs: { tile: source } }
  next: { tool: map@1, inputs: { tile: map.made } }
  all: { tool: gather@1, over: all, inputs: { tiles: next.made } }`;

/** Every page of tasks in a state. */
async function walk(engine: Engine, run: number, state: TaskState | undefined): Promise<TaskSummary[]> {
  const found: TaskSummary[] = [];
  for (;;) {
    const after = found.at(-1)?.id;
    const page = await listTasks(engine, run, { state, limit: 3, ...(after === undefined ? {} : { after }) });
    if (page.length === 0) return found;
    found.push(...page);
  }
}

const names = (tasks: readonly TaskSummary[]): string[] =>
  tasks.map(({ stage, place, state }) => `${stage} ${Object.values(place).join()} ${state}`);

/** What all pages of every state say agrees with the pages of all states. */
async function checkStates(engine: Engine, test: TestRun): Promise<Record<string, string[]>> {
  const all = await walk(engine, test.run, undefined);
  const byState: Record<string, string[]> = {};
  for (const state of taskStates) {
    const found = await walk(engine, test.run, state);
    expect(names(found)).toEqual(names(all.filter((task) => task.state === state)));
    if (found.length > 0) byState[state] = names(found).map((name) => name.replace(` ${state}`, ''));
  }
  return byState;
}

describe('the tasks of a run', () => {
  it('are listed by stage and place, in whichever state', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    // In no order of their places.
    for (const n of [5, 1, 4, 2, 3]) await test.admit(n);
    expect(names(await walk(engine, test.run, undefined))).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => `map ${n} ready`),
      ...[1, 2, 3, 4, 5].map((n) => `next ${n} waiting`),
      'all  waiting',
    ]);
    for (const task of await test.claim()) {
      const [n = 0] = task.place;
      if (n === 4) await test.settle(task, { end: 'failed', made: [], message: 'no' });
      else if (n < 4) await test.settle(task);
    }
    const [running] = await test.claim(1);
    expect(running?.place).toEqual([1]);
    expect(await checkStates(engine, test)).toEqual({
      succeeded: ['map 1', 'map 2', 'map 3'],
      failed: ['map 4'],
      running: ['map 5', 'next 1'],
      ready: ['next 2', 'next 3'],
      blocked: ['next 4', 'all '],
      waiting: ['next 5'],
    });
    const [failed] = await walk(engine, test.run, 'failed');
    expect(failed).toMatchObject({ message: 'no', place: { n: 4 } });
    expect(failed?.last?.agent).not.toBe('');
    expect(Date.now() - Date.parse(failed?.last?.ended ?? '')).toBeLessThan(60_000);
    // A running task that was asked to stop is running until it has.
    await cancelRun(engine, test.run);
    const cancelled = await checkStates(engine, test);
    expect(cancelled).toMatchObject({ failed: ['map 4'], running: ['map 5', 'next 1'] });
    expect(cancelled['cancelled']).toEqual(['next 2', 'next 3', 'next 4', 'next 5', 'all ']);
  });

  it('are those of one stage, from a task on', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    for (const n of [1, 2, 3]) await test.admit(n);
    await closeDataset(engine, test.dataset);
    const next = await listTasks(engine, test.run, { stage: 'next', limit: 10 });
    expect(names(next)).toEqual([1, 2, 3].map((n) => `next ${n} waiting`));
    const after = next[1]?.id ?? 0;
    expect(names(await listTasks(engine, test.run, { stage: 'next', limit: 10, after }))).toEqual([
      'next 3 waiting',
    ]);
    expect(names(await listTasks(engine, test.run, { limit: 10, after }))).toEqual([
      'next 3 waiting',
      'all  waiting',
    ]);
    expect(await listTasks(engine, test.run, { stage: 'map', limit: 10, after })).toEqual([]);
    expect(await listTasks(engine, test.run, { stage: 'nowhere', limit: 10 })).toEqual([]);
  });
});
