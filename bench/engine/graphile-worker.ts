/**
 * As many jobs through graphile-worker on the same server, in this process too: a flat queue without successors or
 * results, in the batched form of its own performance test (a local queue of 500, completions in batches, 24 at once).
 */
import type { Pool } from '@gantry/database';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { cpuSecondsOf, type CpuSeconds } from './cpu-seconds.ts';

export interface DrivenQueue {
  readonly jobs: number;
  /** From the start of the runner until the last completion is in the database. */
  readonly seconds: number;
  readonly cpu: CpuSeconds;
}

const concurrentJobs = 24;
const addedAtOnce = 10_000;
const logger = new Logger(() => () => {});

/** @param pool a connection to look at the queue with; the runner opens its own */
export async function driveQueue(pool: Pool, jobs: number, postmaster: number): Promise<DrivenQueue> {
  const { user, password, host, port, database } = pool.options;
  const preset = {
    worker: {
      connectionString: `postgresql://${user}:${String(password)}@/${database}?host=${encodeURIComponent(host ?? '')}&port=${port}`,
      logger,
      concurrentJobs,
      maxPoolSize: concurrentJobs + 1,
      localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  };
  const utils = await makeWorkerUtils({ preset });
  await utils.migrate();
  for (let start = 0; start < jobs; start += addedAtOnce) {
    const block = Array.from({ length: Math.min(addedAtOnce, jobs - start) }, (_, index) => start + index);
    await utils.addJobs(block.map((id) => ({ identifier: 'tile', payload: { id } })));
  }
  await utils.release();
  await pool.query('VACUUM ANALYZE graphile_worker._private_jobs');

  const began = performance.now();
  let worked = 0;
  const all = Promise.withResolvers<undefined>();
  const tile = (): void => {
    worked += 1;
    if (worked === jobs) all.resolve(undefined);
  };
  const cpu = await cpuSecondsOf(postmaster, async () => {
    const runner = await run({ preset, taskList: { tile }, noHandleSignals: true });
    await all.promise;
    // Completions that are under way come to their end.
    await runner.stop();
  });
  const seconds = (performance.now() - began) / 1000;
  const { rows } = await pool.query<{ left: number }>(
    'SELECT count(*)::int AS left FROM graphile_worker._private_jobs',
  );
  if (rows[0]?.left !== 0) throw new Error(`graphile-worker left ${rows[0]?.left} of ${jobs} jobs`);
  return { jobs, seconds, cpu };
}
