/**
 * Which edits of its pipeline may have made a task stale: those since its last result, of its own stage or of one that it
 * reads, over however many.
 */
import type { Engine } from '../engine.ts';
import type { RunPlan, StagePlan } from '../run-plan.ts';
import { describeChanges, type RevisionChange } from './read-revisions.ts';

/** A sentence per edit, the oldest first; none where the pipeline is as it was. Index: `attempt_by_task`. */
export async function explainStale(
  engine: Engine,
  plan: RunPlan,
  stage: StagePlan,
  task: number,
): Promise<string[]> {
  if (plan.revision === 1) return [];
  const { rows } = await engine.pool.query<{ revision: number; changes: RevisionChange[] }>(
    `SELECT v.revision, v.changes FROM run_revision v
     WHERE v.run = $1 AND v.revision > coalesce((
       SELECT a.revision FROM attempt a WHERE a.task = $2 AND a.outcome NOT IN ('lost', 'returned', 'cancelled')
       ORDER BY a.id DESC LIMIT 1), 0)
     ORDER BY v.revision`,
    [plan.id, task],
  );
  const above = readFrom(plan, stage);
  return rows.flatMap(({ revision, changes }) => {
    const ours = changes.filter((change) =>
      'source' in change ? above.has(change.source) : change.effect === 'redo' && above.has(change.stage),
    );
    return ours.length === 0
      ? []
      : [`It is stale because of ${describeChanges(ours)} in revision ${revision} of the pipeline.`];
  });
}

/** Names of the stage itself and of all that it reads, sources among them. */
function readFrom(plan: RunPlan, stage: StagePlan): Set<string> {
  const names = new Set([stage.name]);
  for (const { name, compiled } of [...plan.stages].reverse()) {
    if (!names.has(name)) continue;
    for (const { origin } of compiled.inputs)
      names.add(origin.kind === 'source' ? origin.source : origin.stage);
  }
  return names;
}
