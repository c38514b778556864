/**
 * What pages ask for of failures, notifications and agents. Live events write to `failure-summary` and
 * `notifications`, and have the rest read again.
 */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { FailureFilter } from '@gantry/model';
import { filterOf, type FailuresSearch } from '../failure-search.ts';
import { client } from './client.ts';

export const failureSummaryQuery = queryOptions({
  queryKey: ['failure-summary'],
  queryFn: ({ signal }) => client.failureSummary(signal),
});

const groupsPerPage = 20;

export const failureGroupsQuery = (search: FailuresSearch) => {
  const { open: _open, ticked: _ticked, by = 'cause', ...filter } = search;
  return infiniteQueryOptions({
    queryKey: ['failures', 'groups', by, filter],
    queryFn: ({ pageParam, signal }) =>
      client.failures(
        {
          ...filterOf(filter, Date.now()),
          by,
          limit: groupsPerPage,
          ...(pageParam === 0 ? {} : { after: pageParam }),
        },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  });
};

const tasksPerPage = 50;

export const failedTasksQuery = (filter: FailureFilter) =>
  infiniteQueryOptions({
    queryKey: ['failures', 'tasks', filter],
    queryFn: ({ pageParam, signal }) =>
      client.failedTasks(
        { ...filter, limit: tasksPerPage, ...(pageParam === 0 ? {} : { after: pageParam }) },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** An attempt's log does not change once it has ended. */
export const logEndQuery = (task: number, attempt: number, lines: number) =>
  queryOptions({
    queryKey: ['log-end', task, attempt, lines],
    queryFn: ({ signal }) => client.logEnd(task, { attempt, lines }, signal),
  });

const notificationsPerPage = 30;

export const notificationsQuery = infiniteQueryOptions({
  queryKey: ['notifications'],
  queryFn: ({ pageParam, signal }) =>
    client.notifications(
      { limit: notificationsPerPage, ...(pageParam === 0 ? {} : { before: pageParam }) },
      signal,
    ),
  initialPageParam: 0,
  getNextPageParam: (last) => (last.more ? last.notifications.at(-1)?.id : undefined),
});

/** How many are unread; live events write to it. */
export const unreadQuery = queryOptions({
  queryKey: ['unread'],
  queryFn: async ({ signal }) => (await client.notifications({ limit: 1 }, signal)).unread,
});

/** Agents say every two seconds how they are, which is no event: the page asks as often while it is looked at. */
/** Machines that are invited and have not come yet. */
export const invitationsQuery = queryOptions({
  queryKey: ['agent-invitations'],
  queryFn: ({ signal }) => client.invitations(signal),
  refetchInterval: 5_000,
});

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: ({ signal }) => client.agents(signal),
  refetchInterval: 2_000,
});
