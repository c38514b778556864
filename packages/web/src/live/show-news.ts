/**
 * Failures and notifications that are news, on their way into what the pages show. Counts are shown at once; lists are
 * read again by those who show them, at most once a second.
 */
import type { FailureSummary, NotificationNews } from '@gantry/model';
import type { QueryClient } from '@tanstack/react-query';
import { failureSummaryQuery, notificationsQuery, unreadQuery } from '../api/failure-queries.ts';
import { toast } from '../notifications/toasts.ts';

const refreshMs = 1_000;
let timer: ReturnType<typeof setTimeout> | undefined;

export function showFailures(queryClient: QueryClient, summary: FailureSummary): void {
  queryClient.setQueryData(failureSummaryQuery.queryKey, summary);
  timer ??= setTimeout(() => {
    timer = undefined;
    void queryClient.invalidateQueries({ queryKey: ['failures'] });
  }, refreshMs);
}

export function showNotifications(queryClient: QueryClient, { unread, fresh }: NotificationNews): void {
  queryClient.setQueryData(unreadQuery.queryKey, unread);
  void queryClient.invalidateQueries({ queryKey: notificationsQuery.queryKey });
  for (const one of fresh) toast(one);
}
