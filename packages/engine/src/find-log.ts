/**
 * Where the log of an attempt lies. Reads only.
 */
import type { Engine } from './engine.ts';

export interface FoundLog {
  readonly attempt: number;
  /** Name of the agent that writes it, and the session that it does so in. */
  readonly agent: string;
  readonly session: number;
  readonly running: boolean;
  /** What the agent reported of it at the end. */
  readonly reference: unknown;
}

/** The log of an attempt of the task, of the last one if none is named. */
export async function findLog(
  engine: Engine,
  task: number,
  attempt: number | undefined,
): Promise<FoundLog | undefined> {
  const { rows } = await engine.pool.query<FoundLog>(
    `SELECT attempt, agent, session, running, reference FROM (
       SELECT a.id AS attempt, g.name AS agent, a.session, false AS running, a.log AS reference
       FROM attempt a JOIN session s ON s.id = a.session JOIN agent g ON g.id = s.agent WHERE a.task = $1
       UNION ALL
       SELECT r.attempt, g.name, r.session, true, NULL
       FROM running r JOIN session s ON s.id = r.session JOIN agent g ON g.id = s.agent WHERE r.task = $1
     ) logs WHERE $2::bigint IS NULL OR attempt = $2 ORDER BY attempt DESC LIMIT 1`,
    [task, attempt ?? null],
  );
  const [row] = rows;
  return row === undefined ? undefined : { ...row, reference: row.reference ?? undefined };
}
