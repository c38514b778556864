import { listFewInputs, listInputs, listReaders } from '@gantry/database';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { openEngine } from '../../src/index.ts';
import { simulateRun } from '../simulate-run.ts';

const database = testDatabase();

/** In words that can be compared and sorted. */
function pair(task: number, place: readonly number[]): string {
  return `task ${task} reads ${place.join(',')}`;
}

describe('over random pipelines and histories', () => {
  it(
    'what a task reads is what an agent is given, and who reads an item is the same the other way round',
    { timeout: 240_000 },
    async () => {
      let compared = 0;
      for (let seed = 101; seed <= 124; seed++) {
        const engine = openEngine(database.pool);
        await simulateRun(engine, seed, { steps: 25, atOnce: 1 });
        const { rows: runs } = await database.pool.query<{ id: number }>('SELECT max(id) AS id FROM run');
        const plan = await engine.plan(runs[0]!.id);
        for (const { shape } of plan.stages) {
          const { rows: tasks } = await database.pool.query<{ id: number; place: number[] }>(
            `SELECT id, place FROM task WHERE stage = $1 AND state <> 'dropped' ORDER BY id`,
            [shape.id],
          );
          for (const [index, input] of shape.inputs.entries()) {
            const read: string[] = [];
            for (const { id, place } of tasks) {
              const given = await listInputs(database.pool, shape, index, [id]);
              const few = await listFewInputs(database.pool, shape, index, place, 1000);
              expect(few.map((item) => item.place)).toEqual(given.map((item) => item.place));
              const [first] = await listFewInputs(database.pool, shape, index, place, 1);
              expect(first?.place).toEqual(given[0]?.place);
              read.push(...given.map((item) => pair(id, item.place)));
            }
            const { rows: items } = await database.pool.query<{ place: number[] }>(
              'SELECT place FROM item WHERE dataset = $1',
              [input.dataset],
            );
            const readers: string[] = [];
            for (const { place } of items) {
              const found = await listReaders(database.pool, shape, index, place, 1000);
              readers.push(...found.map(({ id }) => pair(id, place)));
            }
            expect(readers.sort(), `seed ${seed}, stage ${shape.id}, input ${index}`).toEqual(read.sort());
            compared += read.length;
          }
        }
      }
      expect(compared).toBeGreaterThan(50);
    },
  );
});
