/**
 * The rows of stages that an edit removes, adds and changes, in the transaction of `edit-run.ts`.
 */
import type { Transaction } from '@gantry/database';
import type { StageEdit } from '@gantry/model';
import { stageCacheKey } from '../cache/stage-cache-text.ts';
import { insertStage } from '../create-run.ts';
import type { RunPlan, StagePlan } from '../run-plan.ts';
import type { RunEdit } from './run-edit.ts';

/**
 * What they made stays and can be read; what was not finished is dropped, and what runs is cancelled. Nothing of them is
 * judged any more, so that a report of a running attempt comes to nothing.
 */
export async function removeStages(
  transaction: Transaction,
  stages: readonly StagePlan[],
  revision: number,
): Promise<void> {
  if (stages.length === 0) return;
  const ids = stages.map(({ id }) => id);
  await transaction.query('UPDATE stage SET removed = $2, paused = false WHERE id = ANY ($1)', [
    ids,
    revision,
  ]);
  // First: it waits for claims under way, so that none comes after.
  for (const table of ['ready', 'ready_later', 'raised_memory'])
    await transaction.query(`DELETE FROM ${table} WHERE stage = ANY ($1)`, [ids]);
  await transaction.query('UPDATE running SET cancel = true WHERE stage = ANY ($1)', [ids]);
  await transaction.query(
    `UPDATE task SET state = CASE WHEN state IN ('waiting', 'blocked', 'ready') THEN coalesce(result, 'dropped') ELSE state END,
       stale = false
     WHERE stage = ANY ($1) AND (stale OR state IN ('waiting', 'blocked', 'ready'))`,
    [ids],
  );
  for (const table of ['tally', 'aside', 'failure', 'task_change'])
    await transaction.query(`DELETE FROM ${table} WHERE stage = ANY ($1)`, [ids]);
  await transaction.query(
    `UPDATE dataset d SET state = 'closed' FROM stage_output o
     WHERE o.stage = ANY ($1) AND d.id = o.dataset AND d.state = 'open'`,
    [ids],
  );
}

export async function addStages(
  transaction: Transaction,
  {
    before,
    edit,
    edits,
    revision,
    change,
  }: {
    readonly before: RunPlan;
    readonly edit: RunEdit;
    readonly edits: readonly StageEdit[];
    readonly revision: number;
    readonly change: number;
  },
): Promise<void> {
  for (const [index, stage] of edit.pipeline.stages.entries()) {
    const isNew = edits.some(
      ({ stage: name, kind }) => name === stage.name && (kind === 'added' || kind === 'replaced'),
    );
    if (!isNew) continue;
    await insertStage(
      transaction,
      { project: before.project, name: before.name, cache: before.cache, tools: edit.tools },
      before.id,
      before.sources.length + index,
      stage,
      { revision, change },
    );
  }
}

/**
 * Gives the stages that stay what the new pipeline says of them, and moves the fingerprints of their tasks by as much as
 * their recipes have moved.
 * @param recipes tells, when the rows are written, by how much that is, by stage
 */
export async function changeStages(
  transaction: Transaction,
  {
    before,
    kept,
    edit,
  }: { readonly before: RunPlan; readonly kept: readonly StagePlan[]; readonly edit: RunEdit },
  recipes: () => Promise<Map<number, number>>,
): Promise<Map<number, number>> {
  const rows = kept.flatMap(({ id, name }) => {
    const index = edit.pipeline.stages.findIndex((stage) => stage.name === name);
    const spec = edit.pipeline.stages[index];
    const tool = edit.tools[name];
    if (spec === undefined) return [];
    const { digest = null, folder = null } = tool ?? {};
    const key = before.cache ? (stageCacheKey(before.project, spec, digest ?? '') ?? null) : null;
    return [{ id, ordinal: before.sources.length + index, spec, digest, folder, key }];
  });
  await transaction.query(
    `UPDATE stage s SET ordinal = n.ordinal, spec = n.spec, tool_digest = n.digest, tool_folder = n.folder, cache_key = n.key
     FROM jsonb_to_recordset($1::jsonb) AS n(id int, ordinal int, spec jsonb, digest text, folder text, key text)
     WHERE s.id = n.id`,
    [JSON.stringify(rows)],
  );
  const moved = await recipes();
  if (moved.size > 0) {
    const parameters = [[...moved.keys()], [...moved.values()]];
    await transaction.query(
      `UPDATE stage s SET recipe = s.recipe + m.by FROM unnest($1::int[], $2::bigint[]) m(id, by) WHERE s.id = m.id`,
      parameters,
    );
    await transaction.query(
      `UPDATE task t SET reads = t.reads + m.by, tries = 0, lost = 0
       FROM unnest($1::int[], $2::bigint[]) m(id, by) WHERE t.stage = m.id`,
      parameters,
    );
    // What failed by the earlier recipe need not wait before it is tried by the new one.
    await transaction.query('UPDATE ready_later SET due = now() WHERE stage = ANY ($1) AND due > now()', [
      [...moved.keys()],
    ]);
  }
  return moved;
}

/** Has agents stop attempts of tasks that have no place any more. */
export async function dropRunning(transaction: Transaction, plan: RunPlan): Promise<void> {
  await transaction.query(
    `UPDATE running r SET cancel = true FROM task t
     WHERE r.stage = ANY ($1) AND NOT r.cancel AND t.id = r.task AND t.state = 'dropped'`,
    [plan.stages.map(({ id }) => id)],
  );
}
