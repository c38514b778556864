/**
 * Writes what people are told, in the transaction of the change that it tells of: what is not committed is not told,
 * and what is, is told once. With it goes a row for every webhook, which the server delivers.
 */
import type { Transaction } from '@gantry/database';
import type { NotificationAbout, TaskCounts, TooLarge } from '@gantry/model';
import { countsSql } from '../counts-sql.ts';

/** What is to be told; the rest is read when it is written. */
export type Notice =
  | { readonly kind: 'run-ended'; readonly run: number }
  | { readonly kind: 'run-failing'; readonly run: number; readonly limit: number }
  | { readonly kind: 'tasks-too-large'; readonly about: TooLarge }
  | Extract<NotificationAbout, { kind: 'agent-lost' | 'webhook-given-up' }>;

interface RunRow {
  readonly project: number;
  readonly name: string;
  readonly pipeline: string;
  readonly state: string;
  readonly seconds: number;
  readonly tasks: TaskCounts;
}

/** @param webhooks their addresses */
export async function writeNotices(
  transaction: Transaction,
  notices: readonly Notice[],
  webhooks: readonly string[],
): Promise<void> {
  for (const notice of notices) {
    const { project, about } = await fillNotice(transaction, notice);
    await transaction.query({
      name: 'write-notice',
      text: `WITH told AS (INSERT INTO notification (project, about) VALUES ($1, $2) RETURNING id)
             INSERT INTO delivery (notification, webhook) SELECT told.id, w FROM told, unnest($3::text[]) w`,
      // A webhook that cannot be reached is not told that it cannot.
      values: [project, JSON.stringify(about), about.kind === 'webhook-given-up' ? [] : webhooks],
    });
  }
}

async function fillNotice(
  transaction: Transaction,
  notice: Notice,
): Promise<{ project: number | null; about: NotificationAbout }> {
  if (notice.kind === 'agent-lost' || notice.kind === 'webhook-given-up')
    return { project: null, about: notice };
  const runId = notice.kind === 'tasks-too-large' ? notice.about.run : notice.run;
  const { rows } = await transaction.query<RunRow>(
    `WITH counts AS (SELECT * FROM (${countsSql}) c WHERE c.stage IN (SELECT id FROM stage WHERE run = $1 AND spec IS NOT NULL AND removed IS NULL))
     SELECT r.project, r.name, p.name AS pipeline, r.state,
       extract(epoch FROM coalesce(r.ended, now()) - r.created)::float8 AS seconds,
       coalesce((SELECT jsonb_object_agg(state, tasks) FROM (
         SELECT state, sum(tasks) AS tasks FROM counts GROUP BY state HAVING sum(tasks) > 0) totals), '{}') AS tasks
     FROM run r JOIN pipeline p ON p.id = r.pipeline WHERE r.id = $1`,
    [runId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`run ${runId} is not there`);
  const run = { id: runId, name: row.name, pipeline: row.pipeline };
  if (notice.kind === 'tasks-too-large') {
    const { stage, tasks, asks, largest } = notice.about;
    return { project: row.project, about: { kind: 'tasks-too-large', run, stage, tasks, asks, largest } };
  }
  if (notice.kind === 'run-failing') {
    const { limit } = notice;
    return {
      project: row.project,
      about: { kind: 'run-failing', run, failed: row.tasks.failed ?? 0, limit, tasks: row.tasks },
    };
  }
  const { state, seconds, tasks } = row;
  if (state !== 'succeeded' && state !== 'failed' && state !== 'cancelled')
    throw new Error(`run ${runId} is ${state} and has not ended`);
  return { project: row.project, about: { kind: 'run-ended', run, state, seconds, tasks } };
}
