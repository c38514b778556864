/**
 * How machines become agents: an invitation's token is changed, once, for a credential that lasts until it is revoked.
 * Of both the database holds hashes alone. What an agent with a credential may do is left to the server's routes.
 *
 * Indexes: the unique ones of `secret_hash`, `agent_credential_by_agent`.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  GantryError,
  type EnrolRequest,
  type InvitationSummary,
  type InviteAgentRequest,
  type IssuedInvitation,
} from '@gantry/model';
import type { Engine } from './engine.ts';
import type { LostAttempt } from './lost-attempt.ts';
import { endSession } from './sessions.ts';

/** Tells a token from other secrets, to people and to programs that look for leaked ones. */
const tokenPrefix = 'gantry-agent';
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

interface InvitationRow {
  readonly id: number;
  readonly name: string | null;
  readonly labels: Record<string, string> | null;
  readonly pool: string | null;
  readonly created: Date;
  readonly expires: Date;
}

const columns = 'id, name, labels, pool, created, expires';

/** @param server which server the token is for, a word without dots */
export async function inviteAgent(
  engine: Engine,
  server: string,
  { name, labels, pool, expiresMinutes }: InviteAgentRequest,
): Promise<IssuedInvitation> {
  const secret = randomBytes(32).toString('base64url');
  const { rows } = await engine.pool.query<InvitationRow>(
    `INSERT INTO agent_invitation (secret_hash, name, labels, pool, expires)
     VALUES ($1, $2, $3, $4, now() + make_interval(mins => $5)) RETURNING ${columns}`,
    [
      hashOf(secret),
      name ?? null,
      labels === undefined ? null : JSON.stringify(labels),
      pool ?? null,
      expiresMinutes,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT INTO agent_invitation returned no row');
  return { ...summarize(row), token: `${tokenPrefix}.${server}.${secret}` };
}

/** Those that can still be used, the newest first. */
export async function listInvitations(engine: Engine): Promise<InvitationSummary[]> {
  const { rows } = await engine.pool.query<InvitationRow>(
    `SELECT ${columns} FROM agent_invitation
     WHERE used IS NULL AND withdrawn IS NULL AND expires > now() ORDER BY id DESC LIMIT 1000`,
  );
  return rows.map(summarize);
}

/** @throws GantryError `unknown-invitation`; `invitation-used`, since what came of it is to be revoked instead */
export async function withdrawInvitation(engine: Engine, id: number): Promise<void> {
  const { rows } = await engine.pool.query<{ used: Date | null }>(
    `UPDATE agent_invitation SET withdrawn = coalesce(withdrawn, now()) WHERE id = $1 RETURNING used`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-invitation', `There is no invitation ${id}.`, {
      mend: '`gantry agents invitations` lists them.',
    });
  }
  if (row.used !== null) {
    throw new GantryError('invitation-used', `The invitation ${id} was used.`, {
      mend: 'Revoke the agent that came by it: `gantry agents revoke NAME`.',
    });
  }
}

/**
 * Changes an invitation's token for a credential. An answer that does not arrive may be asked for again with the same
 * secret.
 * @returns the name that the agent has from now on
 * @throws GantryError `invitation-unknown`, `wrong-server`, `invitation-expired`, `invitation-used`,
 *   `invitation-withdrawn`, `agent-name-taken`, `secret-known`
 */
export async function enrolAgent(engine: Engine, server: string, request: EnrolRequest): Promise<string> {
  const secret = readToken(request.token, server);
  const secretHash = Buffer.from(request.secretHash, 'hex');
  return engine.work(async (transaction) => {
    // Locked, so that of two agents with one token only the first gets in.
    const { rows } = await transaction.query<
      InvitationRow & { used: Date | null; withdrawn: Date | null; late: boolean }
    >(
      `SELECT ${columns}, used, withdrawn, expires <= now() AS late FROM agent_invitation WHERE secret_hash = $1 FOR UPDATE`,
      [hashOf(secret)],
    );
    const [invitation] = rows;
    if (invitation === undefined) throw unknownToken();
    if (invitation.used !== null) {
      const { rows: known } = await transaction.query<{ name: string }>(
        `SELECT g.name FROM agent_credential c JOIN agent g ON g.id = c.agent
         WHERE c.invitation = $1 AND c.secret_hash = $2 AND c.revoked IS NULL`,
        [invitation.id, secretHash],
      );
      if (known[0] !== undefined) return known[0].name;
      throw new GantryError('invitation-used', 'The token was used before, and can be used once.', {
        mend: 'Ask for another invitation. If nobody of yours used it, revoke the agent that came by it.',
      });
    }
    if (invitation.withdrawn !== null) {
      throw new GantryError('invitation-withdrawn', 'The invitation was withdrawn.', {
        mend: 'Ask for another one.',
      });
    }
    if (invitation.late) {
      throw new GantryError(
        'invitation-expired',
        `The token could be used until ${invitation.expires.toISOString()}.`,
        { mend: 'Ask for another invitation: `gantry agents invite`, or the button on the page Agents.' },
      );
    }
    const { rowCount: known } = await transaction.query(
      'SELECT FROM agent_credential WHERE secret_hash = $1',
      [secretHash],
    );
    if (known !== 0) {
      throw new GantryError('secret-known', 'The secret is one that an agent has or had before.', {
        mend: 'Make a new one: a machine that is invited again does not come by its old secret.',
      });
    }
    const name = invitation.name ?? request.name;
    if (invitation.name === null) await refuseTaken(transaction, name);
    const { rows: agents } = await transaction.query<{ id: number }>(
      `INSERT INTO agent (name, host, labels, pool) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO UPDATE SET host = excluded.host, labels = coalesce(excluded.labels, agent.labels),
         pool = coalesce(excluded.pool, agent.pool) RETURNING id`,
      [
        name,
        request.host,
        invitation.labels === null ? null : JSON.stringify(invitation.labels),
        invitation.pool,
      ],
    );
    const agent = agents[0]?.id;
    // Whoever invites a machine by the name of another has it take that one's place.
    await transaction.query(
      'UPDATE agent_credential SET revoked = now() WHERE agent = $1 AND revoked IS NULL',
      [agent],
    );
    await transaction.query(
      'INSERT INTO agent_credential (agent, invitation, secret_hash) VALUES ($1, $2, $3)',
      [agent, invitation.id, secretHash],
    );
    await transaction.query('UPDATE agent_invitation SET used = now() WHERE id = $1', [invitation.id]);
    return name;
  });
}

type Queries = Parameters<Parameters<Engine['work']>[0]>[0];

/** A machine that chooses its own name must not become one that is there. */
async function refuseTaken(transaction: Queries, name: string): Promise<void> {
  const { rows } = await transaction.query<{ host: string }>(
    `SELECT g.host FROM agent g WHERE g.name = $1 AND (
       EXISTS (SELECT FROM agent_credential c WHERE c.agent = g.id AND c.revoked IS NULL)
       OR EXISTS (SELECT FROM session s WHERE s.agent = g.id AND s.ended IS NULL AND s.expires > now()))`,
    [name],
  );
  const [row] = rows;
  if (row === undefined) return;
  throw new GantryError(
    'agent-name-taken',
    `There is an agent named "${name}" already, on the host ${row.host}.`,
    {
      field: 'name',
      mend: `Give another --name. If this machine is to take its place: gantry agents invite --name ${name}`,
    },
  );
}

/** An agent that has proved itself. */
export interface KnownAgent {
  readonly credential: number;
  readonly name: string;
}

/** Undefined for a secret that nobody has, or whose right was revoked. */
export async function identifyAgent(engine: Engine, secret: string): Promise<KnownAgent | undefined> {
  const { rows } = await engine.pool.query<KnownAgent>({
    name: 'identify-agent',
    text: `SELECT c.id AS credential, g.name FROM agent_credential c JOIN agent g ON g.id = c.agent
           WHERE c.secret_hash = $1 AND c.revoked IS NULL`,
    values: [hashOf(secret)],
  });
  return rows[0];
}

/**
 * Takes an agent's right to come away. What it runs is lost to it at once, and ready again.
 * @returns what it held
 * @throws GantryError `unknown-agent`; `agent-not-invited` where it has none
 */
export async function revokeAgent(engine: Engine, agent: number): Promise<LostAttempt[]> {
  const { rows } = await engine.pool.query<{ known: boolean; revoked: boolean }>(
    `WITH gone AS (UPDATE agent_credential SET revoked = now() WHERE agent = $1 AND revoked IS NULL RETURNING id)
     SELECT EXISTS (SELECT FROM agent WHERE id = $1) AS known, EXISTS (SELECT FROM gone) AS revoked`,
    [agent],
  );
  const [row] = rows;
  if (row?.known !== true) {
    throw new GantryError('unknown-agent', `There is no agent ${agent}.`, {
      mend: '`gantry agents` lists them.',
    });
  }
  if (!row.revoked) {
    throw new GantryError(
      'agent-not-invited',
      'The agent has no right of its own that could be revoked: it is the one of the server’s host, or it was revoked before.',
      { mend: 'Drain or pause it, if it is to take nothing more.' },
    );
  }
  const { rows: sessions } = await engine.pool.query<{ id: number }>(
    'SELECT id FROM session WHERE agent = $1 AND ended IS NULL AND credential IS NOT NULL',
    [agent],
  );
  const lost: LostAttempt[] = [];
  for (const { id } of sessions) lost.push(...(await endSession(engine, id, 'lost')));
  return lost;
}

function readToken(token: string, server: string): string {
  const parts = token.trim().split('.');
  const [prefix, ofServer, secret] = parts;
  if (parts.length !== 3 || prefix !== tokenPrefix || secret === undefined) throw unknownToken();
  if (ofServer === server) return secret;
  throw new GantryError('wrong-server', 'The token is of another server.', {
    mend: 'Give the --server whose people invited this machine, or ask this one’s for an invitation.',
  });
}

function unknownToken(): GantryError {
  return new GantryError('invitation-unknown', 'The token is none of this server’s invitations.', {
    mend: 'Copy it whole, from `gantry-agent.` on, or ask for another invitation.',
  });
}

function summarize({ created, expires, ...row }: InvitationRow): InvitationSummary {
  return { ...row, created: created.toISOString(), expires: expires.toISOString() };
}
