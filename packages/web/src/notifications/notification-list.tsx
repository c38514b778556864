/** What one was told, newest first: each leads to its page, and is read when it was gone to. */
import { describeNotification, type Notification } from '@gantry/model';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../api/client.ts';
import { notificationsQuery, unreadQuery } from '../api/failure-queries.ts';
import { formatThings } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateIcon } from '../parts/state-badge.tsx';
import classes from './notification-list.module.css';

interface NotificationListProps {
  /** One of them is gone to. */
  readonly onLeave: () => void;
}

export function NotificationList({ onLeave }: NotificationListProps) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery(notificationsQuery);
  const markRead = useMarkRead();
  const first = data?.pages[0];
  const notifications = data?.pages.flatMap((page) => page.notifications) ?? [];
  const [newest] = notifications;
  return (
    <section aria-label="Notifications">
      <header className={classes['head']}>
        <h2>Notifications</h2>
        {newest !== undefined && (first?.unread ?? 0) > 0 && (
          <Button size="compact-xs" variant="default" onClick={() => void markRead({ through: newest.id })}>
            Mark all as read
          </Button>
        )}
      </header>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading height="6rem" />}
      {data !== undefined && newest === undefined && (
        <p className={`quiet ${classes['none']}`}>
          Here you are told when a run ends, when much fails in one, and when an agent is lost. Nothing of
          that has happened yet.
        </p>
      )}
      {newest !== undefined && (
        <ul className={classes['list']} tabIndex={-1}>
          {notifications.map((one) => (
            <li key={one.id}>
              <Entry
                notification={one}
                onOpen={() => {
                  if (!one.read) void markRead({ ids: [one.id] });
                  onLeave();
                }}
              />
            </li>
          ))}
          {hasNextPage && (
            <li className={classes['more']}>
              <Button
                size="compact-sm"
                variant="default"
                loading={isFetchingNextPage}
                onClick={() => void fetchNextPage()}
              >
                Show older ones
              </Button>
            </li>
          )}
        </ul>
      )}
      {first !== undefined && <Webhooks {...first.webhooks} />}
    </section>
  );
}

function Entry({
  notification,
  onOpen,
}: {
  readonly notification: Notification;
  readonly onOpen: () => void;
}) {
  const { title, detail, path, state } = describeNotification(notification.about);
  return (
    <Link
      to={path}
      className={classes['entry']}
      data-unread={!notification.read || undefined}
      onClick={onOpen}
    >
      <StateIcon state={state} />
      <span className={classes['words']}>
        <span className={classes['title']}>
          {!notification.read && <span className="unseen">Unread: </span>}
          {title}
        </span>
        {detail !== undefined && <span className="quiet">{detail}</span>}
      </span>
      <span className={`quiet ${classes['when']}`}>
        <RelativeTime time={notification.at} />
      </span>
    </Link>
  );
}

function Webhooks({ count, waiting }: { readonly count: number; readonly waiting: number }) {
  return (
    <footer className={`quiet ${classes['foot']}`}>
      {count === 0 ? (
        <>
          They can be sent to other programs as well: name their addresses in the setting{' '}
          <code>webhooks</code>.
        </>
      ) : (
        <>
          Also sent to {formatThings(count, 'webhook')}
          {waiting === 0 ? '.' : `; ${formatThings(waiting, 'notification')} on the way.`}
        </>
      )}
    </footer>
  );
}

/** Shown at once; if the server does not take it, what is true is read again. */
function useMarkRead() {
  const queryClient = useQueryClient();
  return async (which: { readonly ids: number[] } | { readonly through: number }): Promise<void> => {
    const isMeant = (id: number): boolean => ('ids' in which ? which.ids.includes(id) : id <= which.through);
    queryClient.setQueryData(notificationsQuery.queryKey, (before) =>
      before === undefined
        ? undefined
        : {
            ...before,
            pages: before.pages.map((page) => ({
              ...page,
              notifications: page.notifications.map((one) =>
                isMeant(one.id) ? { ...one, read: true } : one,
              ),
            })),
          },
    );
    try {
      queryClient.setQueryData(unreadQuery.queryKey, await client.readNotifications(which));
    } finally {
      void queryClient.invalidateQueries({ queryKey: notificationsQuery.queryKey });
    }
  };
}
