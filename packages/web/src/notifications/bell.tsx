/** The bell in the bar: how much is unread, and the list of it, which is loaded when it is opened. */
import { ActionIcon, Popover } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { unreadQuery } from '../api/failure-queries.ts';
import { loadPage } from '../load-page.ts';
import { formatThings } from '../parts/numbers.ts';
import { CountDot } from '../shell/count-dot.tsx';
import { Icon } from '../shell/icons.tsx';
import classes from '../shell/shell.module.css';

const NotificationList = lazy(async () => ({
  default: (await loadPage(() => import('./notification-list.tsx'))).NotificationList,
}));

export function Bell() {
  const [open, setOpen] = useState(false);
  const { data: unread = 0 } = useQuery(unreadQuery);
  const label = unread === 0 ? 'Notifications' : `Notifications, ${formatThings(unread, 'unread one')}`;
  return (
    <span className={classes['bell']}>
      <Popover
        opened={open}
        onChange={setOpen}
        position="bottom-end"
        width={416}
        shadow="md"
        trapFocus
        returnFocus
        withinPortal
      >
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={label}
            title={label}
            onClick={() => setOpen(!open)}
          >
            <Icon name="bell" />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p={0} aria-label="Notifications">
          <Suspense fallback={<div style={{ height: '8rem' }} />}>
            {open && <NotificationList onLeave={() => setOpen(false)} />}
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      <CountDot count={unread} />
    </span>
  );
}
