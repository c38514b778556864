/**
 * What is on its way to webhooks. A delivery is due until it has ended: delivered, or given up, which people are told in
 * the same transaction. Sending, and how long to wait between two tries, are left to the server.
 *
 * Index: `delivery_due`.
 */
import type { NotificationAbout } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface DueDelivery {
  readonly notification: number;
  /** The webhook's address. */
  readonly webhook: string;
  /** How often it was tried already. */
  readonly tries: number;
  /** The same whenever it is sent. */
  readonly key: string;
  readonly at: string;
  readonly about: NotificationAbout;
}

/** Deliveries of these webhooks whose time has come, in the order of their notifications. */
export async function listDueDeliveries(
  engine: Engine,
  webhooks: readonly string[],
  limit: number,
): Promise<DueDelivery[]> {
  const { rows } = await engine.pool.query<Omit<DueDelivery, 'at'> & { at: Date }>({
    name: 'due-deliveries',
    text: `SELECT d.notification, d.webhook, d.tries, n.key, n.at, n.about
           FROM delivery d JOIN notification n ON n.id = d.notification
           WHERE d.ended IS NULL AND d.due <= now() AND d.webhook = ANY ($1)
           ORDER BY d.notification LIMIT $2`,
    values: [webhooks, limit],
  });
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Milliseconds until the next delivery is due; undefined where none waits. */
export async function untilNextDelivery(
  engine: Engine,
  webhooks: readonly string[],
): Promise<number | undefined> {
  const { rows } = await engine.pool.query<{ ms: number | null }>({
    name: 'next-delivery',
    text: `SELECT extract(epoch FROM min(due) - now())::float8 * 1000 AS ms
           FROM delivery WHERE ended IS NULL AND webhook = ANY ($1)`,
    values: [webhooks],
  });
  const ms = rows[0]?.ms ?? null;
  return ms === null ? undefined : Math.max(0, ms);
}

type Delivery = Pick<DueDelivery, 'notification' | 'webhook'>;

export async function noteDelivered(engine: Engine, { notification, webhook }: Delivery): Promise<void> {
  await engine.pool.query({
    name: 'note-delivered',
    text: `UPDATE delivery SET tries = tries + 1, ended = now(), error = NULL
           WHERE notification = $1 AND webhook = $2 AND ended IS NULL`,
    values: [notification, webhook],
  });
}

/** It failed, and is due again in `waitMs`. */
export async function noteRefused(
  engine: Engine,
  { notification, webhook }: Delivery,
  error: string,
  waitMs: number,
): Promise<void> {
  await engine.pool.query({
    name: 'note-refused',
    text: `UPDATE delivery SET tries = tries + 1, error = $3, due = now() + make_interval(secs => $4::float8 / 1000)
           WHERE notification = $1 AND webhook = $2 AND ended IS NULL`,
    values: [notification, webhook, error, waitMs],
  });
}

/** What has been given up of one webhook. */
export interface GivenUp {
  readonly webhook: string;
  readonly notifications: number;
  /** Tries of the last of them, and what it came to. */
  readonly tries: number;
  readonly error: string;
}

/**
 * Gives up what was not delivered within `hours` of its notification, whichever webhook it was meant for, and tells
 * people so.
 * @param nameOf what people are told of an address, which may hold secrets
 */
export async function giveUpDeliveries(
  engine: Engine,
  hours: number,
  nameOf: (webhook: string) => string,
): Promise<GivenUp[]> {
  const due = await engine.pool.query(
    `SELECT FROM delivery d JOIN notification n ON n.id = d.notification
     WHERE d.ended IS NULL AND n.at < now() - make_interval(hours => $1) LIMIT 1`,
    [hours],
  );
  if (due.rowCount === 0) return [];
  return engine.work(async (transaction, news) => {
    const { rows } = await transaction.query<GivenUp>(
      `WITH gone AS (
         UPDATE delivery d SET ended = now(), error = coalesce(d.error, 'It was never tried: no server had this webhook in its settings.')
         FROM notification n
         WHERE n.id = d.notification AND d.ended IS NULL AND n.at < now() - make_interval(hours => $1)
         RETURNING d.webhook, d.notification, d.tries, d.error)
       SELECT webhook, count(*)::int AS notifications, (array_agg(tries ORDER BY notification DESC))[1] AS tries,
         (array_agg(error ORDER BY notification DESC))[1] AS error
       FROM gone GROUP BY webhook ORDER BY webhook`,
      [hours],
    );
    for (const given of rows) {
      news.notices.push({ kind: 'webhook-given-up', ...given, webhook: nameOf(given.webhook) });
    }
    return rows;
  });
}
