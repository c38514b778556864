/**
 * What retry, resume and cancel have in common: a verdict on tasks of a locked run, and the advance that follows.
 */
import type { Transaction } from '@gantry/database';
import type { Touched } from './advance-run.ts';
import type { RunPlan } from './run-plan.ts';

/**
 * Leaves a verdict on tasks of the run for `advanceRun`.
 * @param select SQL condition over `task t` that gives the verdict, or null to leave the task alone; its
 *   parameters count from $2
 */
export async function leaveVerdicts(
  transaction: Transaction,
  plan: RunPlan,
  select: string,
  values: readonly unknown[],
  touched: Touched,
): Promise<number> {
  const { rows } = await transaction.query<{ stage: number; tasks: number }>(
    `WITH told AS (
       INSERT INTO step_verdict (stage, task, at, place, verdict)
       SELECT stage, id, at, place, verdict
       FROM (SELECT t.*, t.ctid AS at, (${select})::task_verdict AS verdict FROM task t WHERE t.stage = ANY ($1)) judged
       WHERE verdict IS NOT NULL
       RETURNING stage)
     SELECT stage, count(*)::int AS tasks FROM told GROUP BY stage`,
    [plan.stages.map(({ id }) => id), ...values],
  );
  for (const { stage } of rows) touched.verdicts.add(stage);
  return rows.reduce((sum, { tasks }) => sum + tasks, 0);
}
