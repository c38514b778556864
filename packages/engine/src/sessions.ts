/**
 * Sessions of agents and their leases, on the database's clock. A session that is not heard of in time ends, and
 * what it held is lost and ready again.
 */
import { GantryError, type AgentCapacity, type AttemptEnd, type RemoteStorage } from '@gantry/model';
import type { Engine } from './engine.ts';
import type { LostAttempt } from './lost-attempt.ts';
import { settleAttempts } from './settle-attempts.ts';

export interface NewSession {
  readonly name: string;
  /** Which agent it is, the same over its restarts. */
  readonly instance: string;
  readonly host: string;
  readonly capacity: AgentCapacity;
  readonly leaseSeconds: number;
  /** What the agent says of itself; what its owner says goes over it. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** What it proved itself by; null for the agent of the server's own host. */
  readonly credential?: number | null | undefined;
  /** How it reaches the bytes; null where it sees all paths as the server does. */
  readonly storage?: RemoteStorage | null | undefined;
}

export interface OpenedSession {
  readonly session: number;
  readonly lost: readonly LostAttempt[];
}

/**
 * Starts a session of the agent `name`; one that it had before, from a life that is over, ends.
 * @throws GantryError `agent-name-in-use` while another instance bears the name and keeps its lease: if each took the
 *   name from the other, neither would ever end a task
 */
export async function openSession(engine: Engine, session: NewSession): Promise<OpenedSession> {
  const { rows: others } = await engine.pool.query<{ host: string }>(
    `SELECT a.host FROM session s JOIN agent a ON a.id = s.agent
     WHERE a.name = $1 AND s.instance <> $2 AND s.ended IS NULL AND s.expires > now() LIMIT 1`,
    [session.name, session.instance],
  );
  const [other] = others;
  if (other !== undefined) {
    throw new GantryError(
      'agent-name-in-use',
      `Another agent named "${session.name}" is at work, on the host ${other.host}.`,
      { mend: 'Stop that agent, or give this one another --name.' },
    );
  }
  const { rows } = await engine.pool.query<{ agent: number; id: number }>(
    `WITH known AS (
       INSERT INTO agent (name, host) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET host = excluded.host RETURNING id)
     INSERT INTO session (agent, capacity, expires, instance, labels, credential, storage)
     SELECT id, $3, now() + make_interval(secs => $4), $5, $6, $7, $8 FROM known RETURNING agent, id`,
    [
      session.name,
      session.host,
      JSON.stringify(session.capacity),
      session.leaseSeconds,
      session.instance,
      JSON.stringify(session.labels ?? {}),
      session.credential ?? null,
      session.storage === undefined || session.storage === null ? null : JSON.stringify(session.storage),
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT INTO session returned no row');
  const earlier = await engine.pool.query<{ id: number }>(
    'SELECT id FROM session WHERE agent = $1 AND ended IS NULL AND id < $2',
    [row.agent, row.id],
  );
  const lost: LostAttempt[] = [];
  for (const { id } of earlier.rows) lost.push(...(await endSession(engine, id, 'lost')));
  return { session: row.id, lost };
}

/** Whose a session is, and how it reaches the bytes: what of it never changes. */
export interface SessionOwner {
  readonly agent: string;
  readonly credential: number | null;
  readonly storage: RemoteStorage | null;
}

/** Undefined where there is no such session. */
export async function findSessionOwner(engine: Engine, session: number): Promise<SessionOwner | undefined> {
  const { rows } = await engine.pool.query<SessionOwner>({
    name: 'session-owner',
    text: `SELECT g.name AS agent, s.credential, s.storage FROM session s JOIN agent g ON g.id = s.agent WHERE s.id = $1`,
    values: [session],
  });
  return rows[0];
}

/** Where an attempt that a session holds belongs; undefined where it holds it no longer. */
export async function findHeldAttempt(
  engine: Engine,
  session: number,
  attempt: number,
): Promise<LostAttempt | undefined> {
  const { rows } = await engine.pool.query<LostAttempt>({
    name: 'held-attempt',
    text: `SELECT u.attempt, s.run, s.name AS stage FROM running u JOIN stage s ON s.id = u.stage
             JOIN session c ON c.id = u.session
           WHERE u.attempt = $2 AND u.session = $1 AND c.ended IS NULL AND c.expires > now()`,
    values: [session, attempt],
  });
  return rows[0];
}

/**
 * An attempt that the session held once, and whose files nobody needs: it ended in another way than by its success.
 * Undefined where its files are what items point at, or may still come to be.
 */
export async function findUnwantedAttempt(
  engine: Engine,
  session: number,
  attempt: number,
): Promise<LostAttempt | undefined> {
  const { rows } = await engine.pool.query<LostAttempt>({
    name: 'unwanted-attempt',
    text: `SELECT a.id AS attempt, s.run, s.name AS stage FROM attempt a JOIN stage s ON s.id = a.stage
           WHERE a.id = $2 AND a.session = $1 AND a.outcome <> 'succeeded'`,
    values: [session, attempt],
  });
  return rows[0];
}

/** What an agent says of itself with a heartbeat. */
export interface SessionLoad {
  /** Cores and bytes that are promised to what runs. */
  readonly cpu: number;
  readonly memory: number;
  readonly running: number;
  readonly waiting: number;
  readonly gpu?: number | undefined;
  /** What keeps it from going on, in words for people. */
  readonly trouble?: string | undefined;
}

/**
 * Gives a session a full lease from now.
 * @param load null where the agent does not say
 * @throws GantryError `unknown-session` where it has ended
 */
export async function renewSession(
  engine: Engine,
  session: number,
  leaseSeconds: number,
  load: SessionLoad | null = null,
): Promise<void> {
  const { rowCount } = await engine.pool.query({
    name: 'renew-session',
    text: `UPDATE session SET expires = now() + make_interval(secs => $2), heard = now(), load = $3
           WHERE id = $1 AND ended IS NULL AND expires > now()`,
    values: [session, leaseSeconds, load === null ? null : JSON.stringify(load)],
  });
  if (rowCount === 0) {
    throw new GantryError('unknown-session', `The session ${session} has ended.`, { mend: 'Join again.' });
  }
}

/** @throws GantryError `unknown-session` where it has ended */
export async function requireSession(engine: Engine, session: number): Promise<void> {
  const { rows } = await engine.pool.query({
    name: 'require-session',
    text: 'SELECT FROM session WHERE id = $1 AND ended IS NULL',
    values: [session],
  });
  if (rows.length === 0) {
    throw new GantryError('unknown-session', `The session ${session} has ended.`, { mend: 'Join again.' });
  }
}

/**
 * Ends a session; what it still holds is `lost`, or `returned` where the agent stopped in good order.
 * @param options.tell people are told that the agent is lost, if the session has not ended before
 * @returns what it held
 */
export async function endSession(
  engine: Engine,
  session: number,
  end: Extract<AttemptEnd, 'lost' | 'returned'>,
  { tell = false }: { readonly tell?: boolean } = {},
): Promise<LostAttempt[]> {
  await engine.work(async (transaction, news) => {
    const { rows } = await transaction.query<{
      id: number;
      name: string;
      host: string;
      heard: Date;
      held: number;
    }>(
      `UPDATE session s SET ended = now(), lost = $2, load = NULL FROM agent g
       WHERE s.id = $1 AND s.ended IS NULL AND g.id = s.agent
       RETURNING g.id, g.name, g.host, s.heard, (SELECT count(*)::int FROM running WHERE session = s.id) AS held`,
      [session, end === 'lost'],
    );
    const [row] = rows;
    if (row === undefined || !tell) return;
    const { heard, held, ...agent } = row;
    news.notices.push({ kind: 'agent-lost', agent, heard: heard.toISOString(), held });
    const { rows: heldByRun } = await transaction.query<{ run: number; attempts: number }>(
      `SELECT s.run, count(*)::int AS attempts FROM running r JOIN stage s ON s.id = r.stage WHERE r.session = $1 GROUP BY s.run`,
      [session],
    );
    for (const { run, attempts } of heldByRun)
      news.events.push({ run, about: { kind: 'agent-lost', agent: agent.name, attempts } });
  });
  const lost: LostAttempt[] = [];
  for (;;) {
    const { rows: held } = await engine.pool.query<LostAttempt>(
      `SELECT r.attempt, s.run, s.name AS stage FROM running r JOIN stage s ON s.id = r.stage
       WHERE r.session = $1 ORDER BY r.attempt LIMIT 1000`,
      [session],
    );
    if (held.length === 0) return lost;
    const { refused } = await settleAttempts(
      engine,
      session,
      held.map(({ attempt }) => ({
        attempt,
        end,
        made: [],
        ...(end === 'lost' ? { message: 'The agent that held it went away.' } : {}),
      })),
    );
    // One that its agent reported in between is settled, and its files are what items point at.
    lost.push(...held.filter(({ attempt }) => !refused.includes(attempt)));
  }
}

export interface HeldAttempt {
  readonly attempt: number;
  /** Whether it is to stop. */
  readonly cancel: boolean;
  /** Whether it is to be given back if it has not started: its run, its stage or its agent is held back. */
  readonly unwanted: boolean;
}

/** Attempts that a session holds. */
export async function heldAttempts(engine: Engine, session: number): Promise<HeldAttempt[]> {
  const { rows } = await engine.pool.query<HeldAttempt>({
    name: 'held-attempts',
    text: `SELECT u.attempt, u.cancel, r.state = 'paused' OR s.paused OR g.paused OR c.drain AS unwanted
           FROM running u JOIN stage s ON s.id = u.stage JOIN run r ON r.id = s.run
             JOIN session c ON c.id = u.session JOIN agent g ON g.id = c.agent
           WHERE u.session = $1 ORDER BY u.attempt`,
    values: [session],
  });
  return rows;
}

export interface SessionOrders {
  /** Whether the agent is to end what it runs and leave. */
  readonly drain: boolean;
  /** What it may take: what it said of itself, and over it what its owner says. */
  readonly capacity: AgentCapacity;
}

/** What an agent is to know at a heartbeat. @throws GantryError `unknown-session` */
export async function readOrders(engine: Engine, session: number): Promise<SessionOrders> {
  const { rows } = await engine.pool.query<SessionOrders>({
    name: 'session-orders',
    text: `SELECT s.drain, s.capacity || coalesce(g.capacity, '{}') AS capacity
           FROM session s JOIN agent g ON g.id = s.agent WHERE s.id = $1`,
    values: [session],
  });
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-session', `There is no session ${session}.`, { mend: 'Join again.' });
  }
  return row;
}

/**
 * Ends the sessions whose lease is over, and those that ended while a claim of theirs was under way.
 * @returns what they held
 */
export async function expireSessions(engine: Engine): Promise<LostAttempt[]> {
  const { rows } = await engine.pool.query<{ id: number }>({
    name: 'expired-sessions',
    text: `SELECT id FROM session WHERE ended IS NULL AND expires < now()
           UNION SELECT s.id FROM session s WHERE s.ended IS NOT NULL AND s.id IN (SELECT session FROM running)`,
  });
  const lost: LostAttempt[] = [];
  for (const { id } of rows) lost.push(...(await endSession(engine, id, 'lost', { tell: true })));
  return lost;
}

/** After a time without a server: nobody could be heard, so every session gets a full lease. */
export async function renewAllSessions(engine: Engine, leaseSeconds: number): Promise<void> {
  await engine.pool.query(
    'UPDATE session SET expires = now() + make_interval(secs => $1) WHERE ended IS NULL',
    [leaseSeconds],
  );
}
