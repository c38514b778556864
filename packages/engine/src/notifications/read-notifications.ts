/**
 * The notifications that were written, newest first, and that they were read.
 *
 * Index: `notification_pkey`, `notification_unread`, `delivery_due`.
 */
import type { Notification, Notifications, NotificationsQuery, ReadNotificationsBody } from '@gantry/model';
import type { Engine } from '../engine.ts';

interface NotificationRow {
  readonly id: number;
  readonly at: Date;
  readonly read: boolean;
  readonly about: Notification['about'];
}

const columns = 'id, at, read IS NOT NULL AS read, about';
/** Those of a project, and those that concern all. */
const mine = '(project = $1 OR project IS NULL)';

export async function listNotifications(
  engine: Engine,
  project: number,
  { limit, before }: NotificationsQuery,
): Promise<Notifications> {
  const { rows } = await engine.pool.query<NotificationRow>(
    `SELECT ${columns} FROM notification WHERE ${mine} AND ($2::bigint IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3`,
    [project, before ?? null, limit + 1],
  );
  const waiting = await engine.pool.query<{ waiting: number }>(
    'SELECT count(*)::int AS waiting FROM delivery WHERE ended IS NULL',
  );
  return {
    unread: await countUnread(engine, project),
    notifications: rows.slice(0, limit).map(describe),
    more: rows.length > limit,
    webhooks: { count: engine.policy.webhooks.length, waiting: waiting.rows[0]?.waiting ?? 0 },
  };
}

/** The newest of those behind the one with the id `after`, the newest last. */
export async function listFreshNotifications(
  engine: Engine,
  project: number,
  after: number,
  limit: number,
): Promise<Notification[]> {
  const { rows } = await engine.pool.query<NotificationRow>({
    name: 'fresh-notifications',
    text: `SELECT ${columns} FROM notification WHERE ${mine} AND id > $2 ORDER BY id DESC LIMIT $3`,
    values: [project, after, limit],
  });
  return rows.toReversed().map(describe);
}

export async function countUnread(engine: Engine, project: number): Promise<number> {
  const { rows } = await engine.pool.query<{ unread: number }>({
    name: 'count-unread',
    text: `SELECT count(*)::int AS unread FROM notification WHERE ${mine} AND read IS NULL`,
    values: [project],
  });
  return rows[0]?.unread ?? 0;
}

/** The id of the newest; 0 where there is none. */
export async function lastNotification(engine: Engine): Promise<number> {
  const { rows } = await engine.pool.query<{ last: number }>({
    name: 'last-notification',
    text: 'SELECT coalesce(max(id), 0) AS last FROM notification',
  });
  return rows[0]?.last ?? 0;
}

/** @returns how many are unread now */
export async function markRead(
  engine: Engine,
  project: number,
  { ids, through }: ReadNotificationsBody,
): Promise<number> {
  await engine.pool.query(
    `UPDATE notification SET read = now()
     WHERE ${mine} AND read IS NULL AND (id = ANY ($2::bigint[]) OR id <= $3::bigint)`,
    [project, ids ?? [], through ?? 0],
  );
  return countUnread(engine, project);
}

/** Removes what is older, with what became of its deliveries. @returns how many */
export async function forgetNotifications(engine: Engine, days: number): Promise<number> {
  const { rowCount } = await engine.pool.query(
    'DELETE FROM notification WHERE at < now() - make_interval(days => $1)',
    [days],
  );
  return rowCount ?? 0;
}

function describe({ at, ...row }: NotificationRow): Notification {
  return { ...row, at: at.toISOString() };
}
