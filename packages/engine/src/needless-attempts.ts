/**
 * Which attempts' bytes nobody needs any more. Two ways to them:
 *
 * - An item that gets other bytes, or goes, leaves the attempt that made it in `replaced_attempt` (migration 0003).
 * - What a kill has left is found by a look through the store.
 *
 * Bytes are **needed** while an item points at them; while an agent holds the attempt, which may still write; and, once
 * an item has pointed at them, while a task of the run is held that was claimed before nobody did: it may still read
 * them. An attempt that is not held and that no item points at comes to be neither again, so that what one statement
 * has found holds for ever. Removing folders is left to others.
 *
 * Indexes: `attempt_pkey`, `task_pkey`, `stage_output_pkey`, and per output a range of `item_pkey` behind the task's
 * place; `running_pkey`. A thousand attempts among a million take 40 ms.
 */
import type { Engine } from './engine.ts';
import type { LostAttempt } from './lost-attempt.ts';

/** A folder of the store, as its path names it. */
export interface StoredAttempt {
  readonly run: number;
  /** Name of its stage. */
  readonly stage: string;
  readonly attempt: number;
}

/**
 * Whether an item points at the bytes of the attempt `id`: those of its task's places alone can, or those of attempts that
 * were not run and took its result (`cache/take-from-cache.ts`).
 */
const isPointedAt = (
  id: string,
): string => `(EXISTS (SELECT FROM borrowed w WHERE w.source = ${id}) OR EXISTS (
  SELECT FROM attempt b JOIN task t ON t.id = b.task JOIN stage_output o ON o.stage = b.stage
    JOIN item i ON i.dataset = o.dataset AND i.place >= t.place AND i.place < place_after(t.place) AND i.attempt = b.id
  WHERE b.id = ${id}))`;

/**
 * Of attempts whose folders were found in the store, those to be removed now. Successes at which no item points are
 * left to `takeReplaced`. Folders that this database knows nothing of are left alone: they may be another one's.
 */
export async function selectNeedless(
  engine: Engine,
  attempts: readonly StoredAttempt[],
): Promise<LostAttempt[]> {
  const { rows } = await engine.pool.query<LostAttempt & { succeeded: boolean }>({
    name: 'select-needless',
    text: `
WITH needless AS MATERIALIZED (
  SELECT l.attempt, l.run, l.stage, coalesce(a.outcome = 'succeeded' AND NOT a.superseded, false) AS succeeded
  FROM unnest($1::bigint[], $2::int[], $3::text[]) l(attempt, run, stage)
    LEFT JOIN attempt a ON a.id = l.attempt
  WHERE EXISTS (SELECT FROM stage s WHERE s.run = l.run AND s.name = l.stage)
    AND l.attempt <= (SELECT last_value FROM attempt_id)
    AND NOT EXISTS (SELECT FROM running r WHERE r.attempt = l.attempt)
    AND NOT ${isPointedAt('l.attempt')}
), left_to_wait AS (
  INSERT INTO replaced_attempt (attempt) SELECT attempt FROM needless WHERE succeeded ORDER BY attempt
  ON CONFLICT (attempt) DO NOTHING
)
SELECT attempt, run, stage FROM needless WHERE NOT succeeded`,
    values: [
      attempts.map(({ attempt }) => attempt),
      attempts.map(({ run }) => run),
      attempts.map(({ stage }) => stage),
    ],
  });
  return rows;
}

/**
 * Attempts that were replaced and that nobody reads any more, at most 1,000; they are named again until they are
 * forgotten. What was replaced since the last look is only noted: it is named by a later one.
 */
export async function takeReplaced(engine: Engine): Promise<LostAttempt[]> {
  const { rows } = await engine.pool.query<LostAttempt>({
    name: 'take-replaced',
    text: `
SELECT p.attempt, s.run, s.name AS stage
FROM replaced_attempt p JOIN attempt a ON a.id = p.attempt JOIN stage s ON s.id = a.stage
WHERE p.seen IS NOT NULL
  AND NOT EXISTS (SELECT FROM running r WHERE r.attempt = p.attempt)
  AND NOT EXISTS (SELECT FROM running r JOIN stage c ON c.id = r.stage WHERE c.run = s.run AND r.claimed <= p.seen)
  AND NOT ${isPointedAt('p.attempt')}
ORDER BY p.attempt LIMIT 1000`,
  });
  // One that made several items may be pointed at by another of them. Rows that somebody is about to write are
  // passed over: nobody waits for the other. `seen` is looked at again once the row is locked, so that one that was
  // replaced anew meanwhile stays.
  await engine.pool.query({
    name: 'forget-needed',
    text: `DELETE FROM replaced_attempt WHERE attempt IN (
             SELECT p.attempt FROM replaced_attempt p WHERE p.seen IS NOT NULL AND ${isPointedAt('p.attempt')}
             FOR UPDATE SKIP LOCKED)`,
  });
  // The clock after the statement's snapshot: what is claimed later lists what this has seen committed.
  await engine.pool.query({
    name: 'note-replaced',
    text: `UPDATE replaced_attempt SET seen = clock_timestamp() WHERE attempt IN (
             SELECT attempt FROM replaced_attempt WHERE seen IS NULL FOR UPDATE SKIP LOCKED)`,
  });
  return rows;
}

/** Their folders are gone. */
export async function forgetReplaced(engine: Engine, attempts: readonly LostAttempt[]): Promise<void> {
  const ids = attempts.map(({ attempt }) => attempt);
  await engine.pool.query({
    name: 'forget-replaced',
    text: `DELETE FROM replaced_attempt WHERE attempt IN (
             SELECT attempt FROM replaced_attempt WHERE attempt = ANY ($1) FOR UPDATE SKIP LOCKED)`,
    values: [ids],
  });
  // What was kept for them alone may go, at a later look.
  await engine.pool.query({
    name: 'forget-borrowed',
    text: `WITH given_back AS (DELETE FROM borrowed WHERE attempt = ANY ($1) RETURNING source)
           INSERT INTO replaced_attempt (attempt) SELECT DISTINCT source FROM given_back ORDER BY source
           ON CONFLICT (attempt) DO UPDATE SET seen = NULL`,
    values: [ids],
  });
}
