/**
 * The revisions of a run's pipeline: which there are, what each changed, and what was asked for with it.
 */
import type { Transaction } from '@gantry/database';
import {
  compareBounds,
  GantryError,
  type PartChange,
  type RevisionSummary,
  type StageEdit,
} from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { LockedRun } from '../lock-runs.ts';
import type { RunPlan } from '../run-plan.ts';
import type { PipelineSource, RunEdit } from './run-edit.ts';

/** What a revision changed: a stage, or the bounds of a source. */
export type RevisionChange =
  StageEdit | { readonly source: string; readonly kind: 'bounds'; readonly parts: readonly PartChange[] };

interface RevisionRow {
  readonly revision: number;
  readonly at: Date;
  readonly by: string | null;
  readonly note: string | null;
  readonly source: PipelineSource | null;
  readonly changes: RevisionChange[];
  readonly redone: number;
}

/** Newest first. @throws GantryError `unknown-run` */
export async function listRevisions(engine: Engine, run: number): Promise<RevisionSummary[]> {
  const { rows } = await engine.pool.query<RevisionRow>(
    `SELECT revision, at, by, note, source, changes, redone FROM run_revision WHERE run = $1 ORDER BY revision DESC`,
    [run],
  );
  if (rows.length === 0)
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  return rows.map(({ source, at, ...row }) => ({
    ...row,
    at: at.toISOString(),
    pipeline: source === null ? null : { ...source, tools: [...source.tools], params: copyParams(source) },
    changes: row.changes.map((change) => ({ ...change, parts: change.parts.map((part) => ({ ...part })) })),
  }));
}

function copyParams({ params }: PipelineSource): Record<string, Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([stage, values]) => [stage, { ...values }]));
}

/**
 * An edit of a revision that the run has no more. The very edit that made the next revision is taken for the same,
 * which somebody sends again.
 * @throws GantryError `run-edited`, which says what changed since
 */
export async function refuseOldBase(
  transaction: Transaction,
  { id, revision }: LockedRun,
  edit: RunEdit,
  pipeline: number,
  plan: RunPlan,
): Promise<{ revision: number; changes: RevisionChange[] }> {
  const { rows } = await transaction.query<RevisionRow & { pipeline: number }>(
    `SELECT revision, by, changes, pipeline FROM run_revision WHERE run = $1 AND revision > $2 ORDER BY revision`,
    [id, edit.base],
  );
  const [next] = rows;
  const bounded = Object.entries(edit.bounds ?? {}).every(([name, bounds]) => {
    const source = plan.sources.find((one) => one.name === name);
    return source !== undefined && compareBounds(source.bounds, bounds).length === 0;
  });
  if (rows.length === 1 && next?.pipeline === pipeline && bounded)
    return { revision: next.revision, changes: next.changes };
  const since = rows
    .map(
      ({ revision: one, by, changes }) =>
        `revision ${one}${by === null ? '' : ` (${by})`}: ${describeChanges(changes)}`,
    )
    .join('; ');
  throw new GantryError(
    'run-edited',
    edit.base > revision
      ? `Run ${id} has no revision ${edit.base}: it is at ${revision}.`
      : `Run ${id} was edited meanwhile. It is at revision ${revision}, and this is an edit of ${edit.base}. Since then ${since}.`,
    { field: 'base', mend: `Look at it, and make the edit anew over revision ${revision}.` },
  );
}

/** In one line. */
export function describeChanges(changes: readonly RevisionChange[]): string {
  return changes
    .map((change) => {
      if ('source' in change) return change.parts.map((part) => describePart(change.source, part)).join(', ');
      if (change.kind === 'changed')
        return change.parts.map((part) => describePart(change.stage, part)).join(', ');
      return `${change.stage} ${change.kind === 'replaced' ? 'begun anew' : change.kind}`;
    })
    .join(', ');
}

function describePart(of: string, { field, from, to }: PartChange): string {
  const name = field.startsWith('params.') ? `${of}.${field.slice(7)}` : `${of} ${field}`;
  return `${name} ${from ?? 'none'} → ${to ?? 'none'}`;
}
