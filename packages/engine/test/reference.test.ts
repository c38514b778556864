import { describe, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { openEngine } from '../src/index.ts';
import { simulateRun } from './simulate-run.ts';

const database = testDatabase();

const first = Number(process.env['GANTRY_TEST_SEED'] ?? 1);
const count = Number(process.env['GANTRY_TEST_RUNS'] ?? 25);
const seeds = Array.from({ length: count }, (_, index) => first + index);

/** Seeds that found a fault once. */
const fixed = [5, 39];

describe('the engine does what the reference model says', { timeout: 900_000 }, () => {
  it('event by event, over random pipelines', async () => {
    for (const seed of new Set([...fixed, ...seeds])) {
      await simulateRun(openEngine(database.pool), seed, { steps: 30, atOnce: 1 });
    }
  });

  it('when events happen at the same time, in one order or another', async () => {
    for (const seed of seeds) {
      await simulateRun(openEngine(database.pool), seed, { steps: 20, atOnce: 3 });
    }
  });

  it('while the pipeline is edited', async () => {
    for (const seed of seeds) {
      await simulateRun(openEngine(database.pool), seed, { steps: 30, atOnce: 1, edits: true });
    }
  });

  it('while the pipeline is edited and other events happen at the same time', async () => {
    for (const seed of seeds) {
      await simulateRun(openEngine(database.pool), seed, { steps: 25, atOnce: 3, block: 3, edits: true });
    }
  });

  it('when an agent reports several attempts in a block', async () => {
    for (const seed of seeds) {
      await simulateRun(openEngine(database.pool), seed, { steps: 25, atOnce: 2, block: 4 });
    }
  });
});
