/** What the page that edits a run asks for, each by one key. */
import { EditClient } from '@gantry/client';
import type { EditRunBody } from '@gantry/model';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';

export const editClient = new EditClient(client);

export const revisionsQuery = (run: number, revision: number) =>
  queryOptions({
    queryKey: ['revisions', run, revision],
    queryFn: ({ signal }) => editClient.revisions(run, signal),
    placeholderData: keepPreviousData,
  });

export const editableQuery = (run: number, revision: number) =>
  queryOptions({
    queryKey: ['editable', run, revision],
    queryFn: ({ signal }) => editClient.editablePipeline(run, signal),
    // The form stays as it is while the next revision is read.
    placeholderData: keepPreviousData,
  });

/** The numbers change while the run goes on: they are of the moment in which they were asked for. */
export const checkEditQuery = (run: number, body: EditRunBody) =>
  queryOptions({
    queryKey: ['check-edit', run, body],
    queryFn: ({ signal }) => editClient.checkEdit(run, body, signal),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
    gcTime: 60_000,
  });
