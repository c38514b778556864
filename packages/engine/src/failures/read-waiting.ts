/**
 * What waits for failures: the blocked tasks of the stages that read, over however many stages, what the failed ones
 * would have made. By stages and not by tasks, which would take a walk through the lattice. Reads only.
 */
import type { Engine } from '../engine.ts';

/** A stage with blocked tasks, and the stages above it that have failed tasks. */
export interface WaitingStage {
  readonly blocked: number;
  readonly above: readonly { readonly stage: number; readonly failed: number }[];
}

/** The stages with blocked tasks in the runs that these stages are of. */
export async function readWaiting(engine: Engine, stages: readonly number[]): Promise<WaitingStage[]> {
  if (stages.length === 0) return [];
  const { rows } = await engine.pool.query<WaitingStage>({
    name: 'read-waiting',
    text: `
WITH RECURSIVE blocked AS (
  SELECT s.id, s.run, y.tasks
  FROM stage s JOIN tally y ON y.stage = s.id AND y.state = 'blocked' AND y.tasks > 0
  WHERE s.run IN (SELECT run FROM stage WHERE id = ANY ($1)) AND s.spec IS NOT NULL
), reads AS MATERIALIZED (
  SELECT s.id AS stage, producer.id AS producer
  FROM stage s
    CROSS JOIN LATERAL jsonb_array_elements(s.spec -> 'inputs') input
    JOIN stage producer ON producer.run = s.run AND producer.name = input #>> '{origin,stage}'
      AND producer.removed IS NULL
  WHERE s.run IN (SELECT run FROM blocked) AND s.spec IS NOT NULL AND s.removed IS NULL
), above AS (
  SELECT b.id AS stage, r.producer FROM blocked b JOIN reads r ON r.stage = b.id
  UNION
  SELECT a.stage, r.producer FROM above a JOIN reads r ON r.stage = a.producer
)
SELECT b.tasks::int AS blocked,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('stage', a.producer, 'failed', y.tasks)), '[]')
   FROM above a JOIN tally y ON y.stage = a.producer AND y.state = 'failed' AND y.tasks > 0
   WHERE a.stage = b.id) AS above
FROM blocked b`,
    values: [stages],
  });
  return rows;
}

/** @param failed failed tasks of a group, by stage */
export function sumWaiting(
  waiting: readonly WaitingStage[],
  failed: ReadonlyMap<number, number>,
): { tasks: number; alone: boolean } {
  const below = waiting.filter(({ above }) => above.some(({ stage }) => failed.has(stage)));
  return {
    tasks: below.reduce((sum, { blocked }) => sum + blocked, 0),
    alone: below.every(({ above }) => above.every(({ stage, failed: all }) => failed.get(stage) === all)),
  };
}
