/**
 * Live events on their way into what the pages show: every `run` event replaces what is known of that run, every
 * `watch` event what is known of a watched folder, every `datasets` event what is known of those datasets; `failures`
 * and `notifications` tell that there is something to read.
 */
import {
  datasetSummarySchema,
  failureSummarySchema,
  liveSourceStateSchema,
  notificationNewsSchema,
  runDetailSchema,
  type LiveSourceState,
  type RunDetail,
  type RunSummary,
} from '@gantry/model';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { runQuery, runsQuery, watchesQuery } from '../api/queries.ts';
import { connectFeed } from './connect-feed.ts';
import { showDatasets } from './show-datasets.ts';
import { showFailures, showNotifications } from './show-news.ts';
import { noteProgress } from './rates.ts';

/** `undefined` until it is known. */
const Connected = createContext<boolean | undefined>(undefined);

/** Whether the page hears of changes at the moment. */
export function useConnected(): boolean | undefined {
  return use(Connected);
}

export function LiveEvents({ children }: { readonly children: ReactNode }) {
  const queryClient = useQueryClient();
  const [connected, setConnected] = useState<boolean>();
  useEffect(
    () =>
      connectFeed((message) => {
        switch (message.kind) {
          case 'connection':
            setConnected(message.connected);
            break;
          case 'missed':
            void queryClient.invalidateQueries();
            break;
          case 'run':
            showRun(queryClient, runDetailSchema.parse(JSON.parse(message.data)));
            break;
          case 'watch':
            showWatch(queryClient, liveSourceStateSchema.parse(JSON.parse(message.data)));
            break;
          case 'datasets':
            showDatasets(queryClient, datasetSummarySchema.array().parse(JSON.parse(message.data)));
            break;
          case 'failures':
            showFailures(queryClient, failureSummarySchema.parse(JSON.parse(message.data)));
            break;
          case 'notifications':
            showNotifications(queryClient, notificationNewsSchema.parse(JSON.parse(message.data)));
            break;
        }
      }),
    [queryClient],
  );
  return <Connected value={connected}>{children}</Connected>;
}

function showRun(queryClient: QueryClient, run: RunDetail): void {
  noteProgress(run);
  queryClient.setQueryData(runQuery(run.id).queryKey, run);
  queryClient.setQueryData(runsQuery.queryKey, (runs) => (runs === undefined ? runs : replace(runs, run)));
}

function replace(runs: readonly RunSummary[], run: RunDetail): RunSummary[] {
  if (!runs.some(({ id }) => id === run.id)) return [run, ...runs].sort((a, b) => b.id - a.id);
  return runs.map((one) => (one.id === run.id ? run : one));
}

function showWatch(queryClient: QueryClient, watch: LiveSourceState): void {
  queryClient.setQueryData(watchesQuery.queryKey, (watches) =>
    watches === undefined
      ? watches
      : [...watches.filter(({ dataset }) => dataset !== watch.dataset), watch].sort(
          (a, b) => a.dataset - b.dataset,
        ),
  );
}
