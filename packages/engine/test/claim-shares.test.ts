/** Who gets how much of an agent: limits of stages, and turns of projects and of their runs. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { claimTasks, openEngine } from '../src/index.ts';
import { startTestRun, type TestRun } from './test-run.ts';

const database = testDatabase();
const map = '  map: { tool: map@1, inputs: { tile: source } }';

describe('a claim', () => {
  it('hands out no more tasks of a stage than may run at once, whoever claims', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, '  map: { tool: map@1, limit: 2, inputs: { tile: source } }');
    for (const n of [1, 2, 3, 4]) await test.admit(n);
    const together = await Promise.all([1, 2, 3].map(() => claimTasks(engine, test.session, 2)));
    const held = together.flat().filter(({ run }) => run.id === test.run);
    expect(held).toHaveLength(2);
    const [first] = held;
    const news: boolean[] = [];
    const unlisten = engine.listen(({ ready }) => void news.push(ready));
    if (first !== undefined) await test.settle(first);
    unlisten();
    // Nothing became ready, and a waiting claim is woken all the same.
    expect(news).toContain(true);
    expect(await test.claim()).toHaveLength(1);
    expect(await test.claim()).toHaveLength(0);
  });

  it('is shared between projects first, and then between the runs of each', async () => {
    const engine = openEngine(database.pool);
    const { rows } = await database.pool.query<{ id: number }>(
      `INSERT INTO project (name, title) VALUES ('other', 'Another') RETURNING id`,
    );
    const other = rows[0]?.id ?? 0;
    const mine: TestRun[] = [];
    for (const project of [1, 1, 1, other]) mine.push(await startTestRun(engine, map, { project }));
    for (const test of mine) for (let n = 0; n < 20; n++) await test.admit(n);
    const claimed = await claimTasks(engine, mine[0]?.session ?? 0, 12);
    const counts = mine.map(({ run }) => claimed.filter((task) => task.run.id === run).length);
    expect(counts).toEqual([2, 2, 2, 6]);

    // One by one they take turns, too.
    const turns: number[] = [];
    for (let turn = 0; turn < 8; turn++)
      turns.push(...(await claimTasks(engine, mine[0]?.session ?? 0, 1)).map(({ run }) => run.project));
    expect(turns.filter((project) => project === other)).toHaveLength(4);
  });
});
