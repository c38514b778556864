/** Tasks that no agent has room for: told at once, and run as soon as one is there that has. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { describeNotification, describeTooLarge, type NotificationAbout } from '@gantry/model';
import {
  describeRun,
  endSession,
  explainTask,
  listTasks,
  openEngine,
  openSession,
  tellOfTooLarge,
  type Engine,
} from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const join = async (engine: Engine, name: string, cpu: number, memory: number): Promise<number> =>
  (
    await openSession(engine, {
      ...{ name, host: name, instance: 'one', leaseSeconds: 3600 },
      capacity: { cpu, memory, slots: 4 },
    })
  ).session;

describe('a task that no agent has room for', () => {
  const database = testDatabase();

  it('is told of at once with what it asks and the largest agent, and runs when a large one joins', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      '  map: { tool: map@1, resources: { memory: 8GiB, cpu: 2 }, inputs: { tile: source } }\n' +
        '  small: { tool: map@1, inputs: { tile: source } }',
    );
    await join(engine, 'many cores', 16, 2 ** 28);
    await test.admit(1);
    expect((await test.claim()).map(({ stage }) => stage.name)).toEqual(['small']);
    const asks = { cpu: 2, memory: 8 * 2 ** 30, gpu: 0 };
    const { tooLarge } = await describeRun(engine, test.run);
    expect(tooLarge).toEqual([
      {
        run: test.run,
        stage: 'map',
        tasks: 1,
        asks,
        largest: { agent: expect.any(String) as string, cpu: 2, memory: 2 ** 30 },
      },
    ]);
    const [task] = await listTasks(engine, test.run, { stage: 'map', limit: 1 });
    const { why } = await explainTask(engine, task?.id ?? 0, '/store');
    expect(why.join(' ')).toContain('No agent has room for it: it asks for 2 cores and 8GiB of memory');

    const large = await join(engine, 'large', 2, 16 * 2 ** 30);
    expect((await describeRun(engine, test.run)).tooLarge).toEqual([]);
    expect((await test.claim(1, large)).map(({ stage }) => stage.name)).toEqual(['map']);
    await endSession(engine, large, 'returned');
    expect((await describeRun(engine, test.run)).tooLarge).toHaveLength(1);
  });

  it('waits for a graphics processor that nobody has', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      '  map: { tool: map@1, resources: { gpu: 1 }, inputs: { tile: source } }',
    );
    await test.admit(1);
    expect(await test.claim()).toEqual([]);
    expect((await describeRun(engine, test.run)).tooLarge).toMatchObject([
      { stage: 'map', asks: { gpu: 1 } },
    ]);
  });

  it('waits for an agent with its labels, and names them', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      '  map: { tool: map@1, labels: { scanner: b }, pool: night, inputs: { tile: source } }',
    );
    await test.admit(1);
    expect(await test.claim()).toEqual([]);
    const { tooLarge } = await describeRun(engine, test.run);
    expect(tooLarge).toMatchObject([
      { stage: 'map', asks: { pool: 'night', labels: { scanner: 'b' } }, largest: null },
    ]);
    expect(describeTooLarge(tooLarge[0]!)).toBe(
      '1 task of map waits: no agent has room for 1 core and 512MiB of memory, in the pool night, with scanner=b.',
    );
    const scanner = await openSession(engine, {
      ...{ name: 'scanner', host: 'scanner', instance: 'one', leaseSeconds: 3600, labels: { scanner: 'b' } },
      capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
    });
    expect(await test.claim(1, scanner.session)).toEqual([]);
    await database.pool.query(`UPDATE agent SET pool = 'night' WHERE name = 'scanner'`);
    expect((await describeRun(engine, test.run)).tooLarge).toEqual([]);
    expect(await test.claim(1, scanner.session)).toHaveLength(1);
  });

  it('is a notification, once until there was room', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(
      engine,
      '  map: { tool: map@1, resources: { memory: 9GiB }, inputs: { tile: source } }',
    );
    await test.admit(1);
    const told = async (): Promise<unknown[]> => {
      await tellOfTooLarge(engine);
      const { rows } = await database.pool.query<{ about: NotificationAbout }>(
        `SELECT about FROM notification WHERE about ->> 'kind' = 'tasks-too-large' AND about #>> '{run,id}' = $1::text`,
        [test.run],
      );
      return rows.map(({ about }) => describeNotification(about));
    };
    const words = {
      title: `No agent has room for 1 task of run ${test.run} (test)`,
      detail: expect.stringContaining('map asks for 1 core and 9GiB of memory; the largest, ') as string,
    };
    expect(await told()).toMatchObject([words]);
    expect(await told()).toHaveLength(1);
    const large = await join(engine, 'larger', 2, 16 * 2 ** 30);
    expect(await told()).toHaveLength(1);
    await endSession(engine, large, 'returned');
    expect(await told()).toMatchObject([words, words]);
  });
});
