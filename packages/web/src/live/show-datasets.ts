/**
 * Datasets that have changed, on their way into what the pages show. A summary replaces what is known of a dataset at
 * once; its items are read again by those who show some, at most once a second.
 */
import type { DatasetDetail, DatasetSummary } from '@gantry/model';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { datasetQuery } from '../api/dataset-queries.ts';

const refreshMs = 1_000;
const waiting = new Map<number, ReturnType<typeof setTimeout>>();
let listTimer: ReturnType<typeof setTimeout> | undefined;

type Pages = InfiniteData<DatasetSummary[], number>;

export function showDatasets(queryClient: QueryClient, datasets: readonly DatasetSummary[]): void {
  const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  const known = new Set<number>();
  for (const [key, pages] of queryClient.getQueriesData<Pages>({ queryKey: ['datasets'] })) {
    if (pages === undefined) continue;
    let changed = false;
    const shown = pages.pages.map((page) =>
      page.map((one) => {
        const next = byId.get(one.id);
        if (next === undefined) return one;
        known.add(one.id);
        changed = true;
        return next;
      }),
    );
    if (changed) queryClient.setQueryData<Pages>(key, { ...pages, pages: shown });
  }
  if (datasets.some(({ id }) => !known.has(id))) readListAgain(queryClient);
  for (const dataset of datasets) {
    queryClient.setQueryData<DatasetDetail>(datasetQuery(dataset.id).queryKey, (before) =>
      before === undefined ? undefined : { ...before, ...dataset },
    );
    readItemsAgain(queryClient, dataset.id);
  }
}

/** One that is new may belong into the lists. */
function readListAgain(queryClient: QueryClient): void {
  listTimer ??= setTimeout(() => {
    listTimer = undefined;
    void queryClient.invalidateQueries({ queryKey: ['datasets'] });
    void queryClient.invalidateQueries({ queryKey: ['found-datasets'] });
  }, refreshMs);
}

function readItemsAgain(queryClient: QueryClient, dataset: number): void {
  if (waiting.has(dataset)) return;
  const timer = setTimeout(() => {
    waiting.delete(dataset);
    for (const kind of ['items', 'item', 'lineage', 'dataset'])
      void queryClient.invalidateQueries({ queryKey: [kind, dataset] });
  }, refreshMs);
  waiting.set(dataset, timer);
}
