import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { claimTasks, openEngine } from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();

describe('claiming', () => {
  it('lets runs take turns, and the deepest stage of a run go first', async () => {
    const engine = openEngine(database.pool);
    const stages =
      '  map: { tool: map@1, inputs: { tile: source } }\n  next: { tool: map@1, inputs: { tile: map.made } }';
    const one = await startTestRun(engine, stages);
    const other = await startTestRun(engine, stages);
    for (const test of [one, other]) for (const n of [1, 2, 3]) await test.admit(n);

    const turns: number[] = [];
    for (let claim = 0; claim < 4; claim++) {
      for (const task of await claimTasks(engine, one.session, 1)) turns.push(task.run.id);
    }
    expect(turns).toEqual([one.run, other.run, one.run, other.run]);

    const [last, ...rest] = await claimTasks(engine, one.session, 2);
    if (last === undefined) throw new Error('nothing to claim');
    expect([last, ...rest].map(({ run }) => run.id)).toEqual([one.run, other.run]);
    await one.settle(last);
    const [deepest] = await claimTasks(engine, one.session, 1);
    expect(deepest).toMatchObject({ stage: { name: 'next' }, place: last.place });
    expect(await claimTasks(engine, one.session, 100)).toEqual([]);
  });
});
