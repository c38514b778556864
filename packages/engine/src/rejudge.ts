/**
 * What retry, resume and cancel have in common: a verdict on tasks of a locked run, and the advance that follows.
 */
import type { Transaction } from '@gantry/database';
import type { Touched } from './advance-run.ts';
import type { RunPlan } from './run-plan.ts';

/** How many tasks of a stage got a verdict. */
export interface LeftVerdicts {
  readonly stage: number;
  readonly verdict: string;
  readonly tasks: number;
}

/**
 * Leaves a verdict on tasks of the run for `advanceRun`.
 * @param select SQL condition over `task t` that gives the verdict, or null to leave the task alone; its
 *   parameters count from $3
 * @param ids the tasks to look at; null for all of the run, which is a walk over them
 */
export async function leaveVerdicts(
  transaction: Transaction,
  plan: RunPlan,
  select: string,
  values: readonly unknown[],
  touched: Touched,
  ids: readonly number[] | null = null,
): Promise<LeftVerdicts[]> {
  const { rows } = await transaction.query<LeftVerdicts>(
    `WITH told AS (
       INSERT INTO step_verdict (stage, task, at, place, verdict)
       SELECT stage, id, at, place, verdict
       FROM (SELECT t.*, t.ctid AS at, (${select})::task_verdict AS verdict FROM task t
         WHERE t.stage = ANY ($1) AND ${ids === null ? '$2::bigint[] IS NULL' : 't.id = ANY ($2::bigint[])'}) judged
       WHERE verdict IS NOT NULL
       RETURNING stage, verdict)
     SELECT stage, verdict, count(*)::int AS tasks FROM told GROUP BY stage, verdict`,
    [plan.stages.map(({ id }) => id), ids, ...values],
  );
  for (const { stage } of rows) touched.verdicts.add(stage);
  return rows;
}
