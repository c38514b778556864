import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { openEngine, settleAttempts, type EndedAttempt } from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();

const success = (attempt: number): EndedAttempt => ({
  attempt,
  end: 'succeeded',
  made: [{ output: 'made', name: 'made.tif', path: `${attempt}/made.tif`, size: 1, checksum: 'm' }],
});

/** Keeps everybody from the run until the returned function is called. */
async function holdRun(run: number): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  // The key of `lock-runs.ts`.
  await client.query('SELECT pg_advisory_lock($1, $2)', [0x72756e, run]);
  return async () => {
    await client.query('SELECT pg_advisory_unlock($1, $2)', [0x72756e, run]);
    client.release();
  };
}

/** Waits until so many connections wait for a lock of the kind. */
async function untilWaiting(kind: string, count: number): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = $1 AND NOT granted
         AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`,
      [kind],
    );
    if (rows[0]?.waiting === count) return;
  }
}

async function historyOf(attempt: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ outcome: string }>(
    'SELECT outcome FROM attempt WHERE id = $1',
    [attempt],
  );
  return rows.map(({ outcome }) => outcome);
}

describe('settling an attempt', () => {
  it('that is reported twice at once keeps the one and refuses neither', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, '  map: { tool: map@1, inputs: { tile: source } }');
    await test.admit(1);
    const [task] = await test.claim();
    const letGo = await holdRun(test.run);
    const first = settleAttempts(engine, test.session, [success(task!.attempt)]);
    await untilWaiting('advisory', 1);
    const second = settleAttempts(engine, test.session, [success(task!.attempt)]);
    // It meets the first one at the history.
    await untilWaiting('transactionid', 1);
    await letGo();
    expect(await Promise.all([first, second])).toEqual([
      { refused: [], unused: [] },
      { refused: [], unused: [] },
    ]);
    expect(await historyOf(task!.attempt)).toEqual(['succeeded']);
    expect(await test.counts()).toEqual({ map: { succeeded: 1 } });
  });

  it('that was handed back while its report waited refuses the report, and leaves nothing of it', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, '  map: { tool: map@1, inputs: { tile: source } }');
    await test.admit(1);
    const [task] = await test.claim();
    const letGo = await holdRun(test.run);
    const returned = settleAttempts(engine, test.session, [
      { attempt: task!.attempt, end: 'returned', made: [] },
    ]);
    await untilWaiting('advisory', 1);
    const reported = settleAttempts(engine, test.session, [success(task!.attempt)]);
    await untilWaiting('advisory', 2);
    await letGo();
    expect((await returned).refused).toEqual([]);
    expect((await reported).refused).toEqual([task!.attempt]);
    expect(await historyOf(task!.attempt)).toEqual([]);
    expect(await test.counts()).toEqual({ map: { ready: 1 } });
  });
});
