/** What pictures of a run are made of, apart from the first code that a browser loads. */
import { MapClient } from '@gantry/client';
import type { RunDetail } from '@gantry/model';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';

export const mapClient = new MapClient(client);

/** A run that goes on is asked again now and then. */
export const histogramQuery = (run: RunDetail, stage: string, measure: string) =>
  queryOptions({
    queryKey: ['histogram', run.id, stage, measure, run.ended],
    queryFn: ({ signal }) => mapClient.histogram(run.id, { stage, measure }, signal),
    placeholderData: keepPreviousData,
    ...(run.state === 'active' ? { refetchInterval: 5_000 } : {}),
  });

export const timelineQuery = (run: RunDetail) =>
  queryOptions({
    queryKey: ['timeline', run.id, run.state, run.revision],
    queryFn: ({ signal }) => mapClient.timeline(run.id, signal),
    placeholderData: keepPreviousData,
    ...(run.state === 'active' ? { refetchInterval: 5_000 } : {}),
  });
