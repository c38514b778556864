/** Folders that runs have read of late, each with the pattern that it was last read by: none for a list of tiles. */
import type { RecentFolder } from '@gantry/model';
import type { Engine } from '../engine.ts';

const mostListed = 12;

export async function recentFolders(engine: Engine, project: number): Promise<RecentFolder[]> {
  const { rows } = await engine.pool.query<{ folder: string; pattern: string; created: Date }>(
    `SELECT * FROM (
       SELECT DISTINCT ON (folder) folder, coalesce(pattern, '') AS pattern, created FROM dataset d
       WHERE project = $1 AND folder IS NOT NULL
         AND (pattern IS NOT NULL OR EXISTS (SELECT FROM live_source w WHERE w.dataset = d.id)) ORDER BY folder, created DESC) latest
     ORDER BY created DESC LIMIT $2`,
    [project, mostListed],
  );
  return rows.map(({ folder, pattern, created }) => ({ folder, pattern, used: created.toISOString() }));
}
