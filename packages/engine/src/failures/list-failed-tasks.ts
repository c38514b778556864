/**
 * Failed tasks with the attempt that they failed by, newest first. Reads only.
 *
 * Index: `failure_pkey`, walked from its end; `failure_by_cause` where a cause is named. The first page of 100,000
 * failures takes 3 ms, a filter that fits none of them 8 ms.
 */
import { placeAt, type FailedTask, type FailedTasks, type FailedTasksQuery } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { filterSql } from './filter-failures.ts';

interface FailedTaskRow extends Omit<FailedTask, 'place' | 'at'> {
  readonly id: number;
  readonly place: number[];
  readonly axes: string[];
  readonly at: Date;
}

export async function listFailedTasks(
  engine: Engine,
  project: number,
  { limit, after, ...filter }: FailedTasksQuery,
): Promise<FailedTasks> {
  const { from, where, values } = filterSql(project, filter);
  const { rows } = await engine.pool.query<FailedTaskRow>(
    `${select} ${from} ${details} ${where} AND ($${values.length + 1}::bigint IS NULL OR f.id < $${values.length + 1})
     ORDER BY f.id DESC LIMIT $${values.length + 2}`,
    [...values, after ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  return { tasks: shown.map(describe), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** The failures with these ids, by id. */
export async function readFailedTasks(
  engine: Engine,
  ids: readonly number[],
): Promise<ReadonlyMap<number, FailedTask>> {
  const { from } = filterSql(0, {});
  const { rows } = await engine.pool.query<FailedTaskRow>(
    `${select} ${from} ${details} WHERE f.id = ANY ($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, describe(row)]));
}

const select = `SELECT f.id, f.task, f.run, r.name AS "runName", s.name AS stage, t.place, s.spec -> 'axes' AS axes, f.attempt,
  f.outcome, a.exit_code AS "exitCode", a.signal, a.message, g.name AS agent, g.host, f.at`;
const details = 'JOIN task t ON t.id = f.task JOIN attempt a ON a.id = f.attempt';

function describe({ id: _id, axes, place, at, ...row }: FailedTaskRow): FailedTask {
  return { ...row, place: placeAt(axes, place), at: at.toISOString() };
}
