/** What pages ask for, each by one key. Live events write to `runs`, `run` and `watches` as well. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { TaskState } from '@gantry/model';
import { client } from './client.ts';

export const runsQuery = queryOptions({
  queryKey: ['runs'],
  queryFn: ({ signal }) => client.runs(signal),
});

export const runQuery = (run: number) =>
  queryOptions({ queryKey: ['run', run], queryFn: ({ signal }) => client.run(run, signal) });

/** The watched folders, and those that have ended while the page was open. */
export const watchesQuery = queryOptions({
  queryKey: ['watches'],
  queryFn: ({ signal }) => client.watches(signal),
});

/** @param revision of its pipeline: another one has another graph */
export const graphQuery = (run: number, revision: number) =>
  queryOptions({
    queryKey: ['graph', run, revision],
    queryFn: ({ signal }) => client.graph(run, signal),
    placeholderData: keepPreviousData,
  });

export const taskQuery = (task: number) =>
  queryOptions({ queryKey: ['task', task], queryFn: ({ signal }) => client.task(task, signal) });

export const taskWorkQuery = (task: number, attempt: number | undefined) =>
  queryOptions({
    queryKey: ['task-work', task, attempt],
    queryFn: ({ signal }) => client.taskWork(task, attempt, signal),
  });

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => client.status(signal),
});

/** Outputs are written without a word to the pages: the page asks now and then while it is looked at. */
export const storageQuery = queryOptions({
  queryKey: ['storage'],
  queryFn: ({ signal }) => client.storage(signal),
  refetchInterval: 10_000,
});

/** Folders that are read once; a run that reads one is told of by live events, this list is asked for. */
export const intakesQuery = queryOptions({
  queryKey: ['intakes'],
  queryFn: ({ signal }) => client.intakes(signal),
  refetchInterval: 5_000,
});

export interface TaskFilter {
  readonly stage?: string | undefined;
  readonly state?: TaskState | undefined;
}

/** How many rows of the table of tasks are asked for at a time. */
const pageLength = 200;

export const tasksQuery = (run: number, { stage, state }: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: ['tasks', run, stage, state],
    queryFn: ({ pageParam, signal }) =>
      client.tasks(
        run,
        {
          limit: pageLength,
          ...(stage === undefined ? {} : { stage }),
          ...(state === undefined ? {} : { state }),
          ...(pageParam === 0 ? {} : { after: pageParam }),
        },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < pageLength ? undefined : last.at(-1)?.id),
  });
