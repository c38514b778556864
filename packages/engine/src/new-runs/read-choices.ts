/**
 * What a run was started with, as the choices for another one: its folders where it was given folders, even if they
 * became datasets first.
 */
import { GantryError, type LatticeBounds, type RunChoices, type WatchOptions } from '@gantry/model';
import type { Engine } from '../engine.ts';

interface SourceRow {
  readonly name: string;
  readonly dataset: number;
  readonly folder: string | null;
  readonly pattern: string | null;
  readonly bounds: LatticeBounds;
  readonly watched: WatchOptions | null;
  readonly skip_unreadable: boolean | null;
  readonly made: boolean;
}

/** @throws GantryError `unknown-run`, `run-without-choices` */
export async function readChoices(engine: Engine, run: number): Promise<RunChoices> {
  const { rows } = await engine.pool.query<{ request: RunChoices | null }>(
    'SELECT request FROM run WHERE id = $1',
    [run],
  );
  const [row] = rows;
  if (row === undefined)
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  if (row.request === null)
    throw new GantryError('run-without-choices', `What run ${run} was started with was not kept.`, {
      mend: 'It is of an earlier version of Gantry: choose its pipeline anew.',
    });
  const sources = await engine.pool.query<SourceRow>(
    `SELECT s.name, s.dataset, d.folder, d.pattern, d.bounds, w.options AS watched, i.skip_unreadable,
       EXISTS (SELECT FROM stage_output o WHERE o.dataset = d.id) AS made
     FROM stage s JOIN dataset d ON d.id = s.dataset
       LEFT JOIN live_source w ON w.dataset = d.id LEFT JOIN intake i ON i.dataset = d.id
     WHERE s.run = $1 AND s.spec IS NULL ORDER BY s.ordinal`,
    [run],
  );
  return {
    ...row.request,
    sources: Object.fromEntries(sources.rows.map((source) => [source.name, sourceOf(source)])),
  };
}

function sourceOf(source: SourceRow): RunChoices['sources'][string] {
  const { folder, bounds, watched, skip_unreadable: skipUnreadable } = source;
  const pattern = source.pattern ?? (watched?.kind === 'tiles' ? '' : null);
  if (folder === null || pattern === null || source.made) return source.dataset;
  const { kind = 'files', completeWhen = {} } = watched ?? {};
  const isLive = watched !== null && completeWhen.listed === undefined;
  const base = { folder, kind, pattern, skipUnreadable: skipUnreadable ?? false };
  const mode = isLive ? ('live' as const) : ('batch' as const);
  // A list of tiles says the extents itself, and may say others by now.
  if (kind === 'tiles') return { ...base, mode, extents: {}, completeWhen: isLive ? completeWhen : {} };
  return {
    ...base,
    mode,
    extents: Object.fromEntries(
      Object.entries(bounds.extents).map(([axis, [first, last]]) => [axis, [first, last]]),
    ),
    completeWhen,
  };
}
