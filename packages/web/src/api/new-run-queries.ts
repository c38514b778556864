/** What the page for a new run asks for, each by one key. */
import { NewRunClient } from '@gantry/client';
import type { CheckPipelineBody, LookBody, NewRunBody } from '@gantry/model';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';

export const newRunClient = new NewRunClient({ server: window.location.origin });

/** Of files and folders, which change unheard. */
const seenNow = { staleTime: 0, gcTime: 60_000 } as const;

export const pipelinesQuery = queryOptions({
  queryKey: ['pipelines'],
  queryFn: ({ signal }) => newRunClient.pipelines(signal),
  staleTime: 0,
});

export const checkQuery = (body: CheckPipelineBody) =>
  queryOptions({
    queryKey: ['pipeline-check', body],
    queryFn: ({ signal }) => newRunClient.checkPipeline(body, signal),
    // What was drawn stays until the next is known.
    placeholderData: keepPreviousData,
    ...seenNow,
  });

export const choicesQuery = (run: number) =>
  queryOptions({ queryKey: ['choices', run], queryFn: ({ signal }) => newRunClient.choices(run, signal) });

export const recentFoldersQuery = queryOptions({
  queryKey: ['recent-folders'],
  queryFn: ({ signal }) => newRunClient.recentFolders(signal),
  staleTime: 0,
});

export const browseQuery = (path: string | undefined) =>
  queryOptions({
    queryKey: ['folder', path],
    queryFn: ({ signal }) => newRunClient.browse(path, signal),
    placeholderData: keepPreviousData,
    retry: false,
    ...seenNow,
  });

export const lookQuery = (body: LookBody) =>
  queryOptions({
    queryKey: ['look', body],
    queryFn: ({ signal }) => newRunClient.look(body, signal),
    placeholderData: keepPreviousData,
    retry: false,
    ...seenNow,
  });

export const planQuery = (body: NewRunBody) =>
  queryOptions({
    queryKey: ['plan', body],
    queryFn: ({ signal }) => newRunClient.plan(body, signal),
    placeholderData: keepPreviousData,
    retry: false,
    ...seenNow,
  });
