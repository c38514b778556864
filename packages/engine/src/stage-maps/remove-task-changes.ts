/**
 * Removes what changed in stages long ago: a map that has not been looked at since is read anew. Of a run at work a
 * number of changes are kept, of one that has ended the same for an hour.
 *
 * Locks: rows of `stage`, which nobody else changes that has tasks. Index: `task_change_pkey`.
 */
import type { Engine } from '../engine.ts';

/** At full rate some 30 a second, of up to 30 kB each. */
const changesKept = 1000;

export async function removeTaskChanges(engine: Engine, kept = changesKept): Promise<void> {
  await engine.pool.query(
    `WITH old AS (
       SELECT s.id AS stage, CASE WHEN r.ended < now() - interval '1 hour' THEN r.change ELSE r.change - $1::int END AS change
       FROM stage s JOIN run r ON r.id = s.run
       WHERE s.spec IS NOT NULL AND EXISTS (SELECT FROM task_change c WHERE c.stage = s.id)
     ), gone AS (
       DELETE FROM task_change c USING old WHERE c.stage = old.stage AND c.change <= old.change
       RETURNING c.stage, c.change
     )
     UPDATE stage s SET changes_from = g.change
     FROM (SELECT stage, max(change) AS change FROM gone GROUP BY stage) g WHERE s.id = g.stage`,
    [kept],
  );
}
