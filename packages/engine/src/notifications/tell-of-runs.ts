/**
 * When people are told that much fails in a run: once, when the number of its failed tasks reaches the limit while it is
 * at work, and again after something was tried again. That a run has ended is told by `advance-run.ts`.
 */
import type { Transaction } from '@gantry/database';
import type { EngineNewsDraft } from '../engine.ts';
import type { RunPlan } from '../run-plan.ts';

/** Call it under the run's lock, when its stages were advanced. @param limit 0 is never */
export async function tellOfFailures(
  transaction: Transaction,
  plan: RunPlan,
  limit: number,
  news: EngineNewsDraft,
): Promise<void> {
  if (limit === 0) return;
  const { rowCount } = await transaction.query({
    name: 'tell-of-failures',
    text: `UPDATE run SET failures_told = true
           WHERE id = $1 AND state IN ('active', 'paused') AND NOT failures_told
             AND (SELECT coalesce(sum(tasks), 0) FROM tally WHERE stage = ANY ($2) AND state = 'failed') >= $3`,
    values: [plan.id, plan.stages.map(({ id }) => id), limit],
  });
  if ((rowCount ?? 0) > 0) news.notices.push({ kind: 'run-failing', run: plan.id, limit });
}
