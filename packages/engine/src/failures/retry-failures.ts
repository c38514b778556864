/**
 * Tries failed tasks again, of as many runs as they are of: each run is resumed as `resumeRun` does it, in a transaction
 * of its own, so that ended and cancelled runs come back to life. A run that cannot be resumed keeps none of the others
 * from it.
 */
import { GantryError, isGantryError, type RetryAnswer, type RetryBody } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { resumeRun } from '../resume-run.ts';
import { filterSql } from './filter-failures.ts';

/** @throws GantryError `nothing-to-retry` where none of them is failed (any more) */
export async function retryFailures(
  engine: Engine,
  project: number,
  { tasks, filter }: RetryBody,
): Promise<RetryAnswer> {
  const { from, where, values } = filterSql(project, filter ?? {});
  const { rows } = await engine.pool.query<{ run: number; tasks: number[] }>(
    `SELECT f.run, array_agg(f.task) AS tasks ${from} ${where}
       AND ($${values.length + 1}::bigint[] IS NULL OR f.task = ANY ($${values.length + 1}))
     GROUP BY f.run ORDER BY f.run`,
    [...values, tasks ?? null],
  );
  if (rows.length === 0) {
    throw new GantryError('nothing-to-retry', 'None of these tasks is failed now.', {
      mend: 'They are being tried again, or have succeeded; load the list again.',
    });
  }
  let again = 0;
  const runs: number[] = [];
  const refused: RetryAnswer['refused'] = [];
  for (const row of rows) {
    try {
      again += await resumeRun(engine, row.run, row.tasks, { keepPaused: true });
      runs.push(row.run);
    } catch (error) {
      if (!isGantryError(error)) throw error;
      const { code, message, mend } = error;
      refused.push({
        run: row.run,
        tasks: row.tasks.length,
        code,
        message,
        ...(mend === undefined ? {} : { mend }),
      });
    }
  }
  return { again, runs, refused };
}
