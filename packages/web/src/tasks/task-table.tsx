/**
 * The tasks of a run as a table, to be opened, and ticked to be run again: only the rows that are seen exist, and more are asked for as
 * one goes down.
 */
import { taskStates, type RunDetail, type TaskSummary } from '@gantry/model';
import { Button, Checkbox, Select } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useParams } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { tasksQuery } from '../api/queries.ts';
import { formatCount, formatDuration, formatSize } from '../parts/numbers.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { lookOf } from '../parts/state-looks.tsx';
import { quote } from '../parts/quote.ts';
import { AskAgain } from './ask-again.tsx';
import { formatPlaceWords } from './place-words.ts';
import { shownBody } from './resubmit-words.ts';
import classes from './task-table.module.css';

const route = getRouteApi('/runs/$run');
const rowHeight = 34;
/** Of the last attempt are the five on the right. */
const columns = [
  ['Task', 'right'],
  ['Stage', 'left'],
  ['Place', 'left'],
  ['State', 'left'],
  ['Took', 'right'],
  ['Memory', 'right'],
  ['Agent', 'left'],
  ['Ended', 'left'],
  ['It said', 'left'],
] as const;
/** So many can be ticked: a request does not take more. */
const mostTicked = 1_000;
/** The table is read again at most this often while the run goes on. In ms. */
const refreshMs = 1_000;

export function TaskTable({ run }: { readonly run: RunDetail }) {
  const { stage, state, ticked: tickedText } = route.useSearch();
  const ticked = new Set((tickedText ?? '').split(',').filter(Boolean).map(Number));
  const [asking, setAsking] = useState(false);
  const { task: open } = useParams({ strict: false });
  const query = tasksQuery(run.id, { stage, state });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(query);
  useRefresh(run, query.queryKey);
  const tasks = data?.pages.flat() ?? [];
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= tasks.length - 20 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [lastShown, tasks.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const all = countMatching(run, stage, state);
  const change = useChangeSearch();
  const tick = (ids: readonly number[], on: boolean): void => {
    const next = new Set(ticked);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    change({ ticked: next.size === 0 ? undefined : [...next].join(',') });
  };
  const body = ticked.size > 0 ? { tasks: [...ticked] } : shownBody(stage, state);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target instanceof HTMLElement ? Number(event.target.dataset['index']) : NaN;
    if (step === undefined || Number.isNaN(row)) return;
    event.preventDefault();
    rows.scrollToIndex(Math.max(0, Math.min(tasks.length - 1, row + step)));
    requestAnimationFrame(() => {
      scroll.current?.querySelector<HTMLElement>(`[data-index="${row + step}"]`)?.focus();
    });
  };
  return (
    <section className="panel" aria-label="Tasks">
      <div className={classes['bar']}>
        <Select
          size="xs"
          w="12rem"
          aria-label="Stage"
          value={stage ?? ''}
          data={[
            { value: '', label: 'all stages' },
            ...run.stages.map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={(value) =>
            change({ stage: value === null || value === '' ? undefined : value, ticked: undefined })
          }
          allowDeselect={false}
        />
        <Select
          size="xs"
          w="9.5rem"
          aria-label="State"
          value={state ?? ''}
          data={[
            { value: '', label: 'all states' },
            ...taskStates.map((one) => ({ value: one, label: lookOf(one).word })),
          ]}
          onChange={(value) => change({ state: taskStates.find((one) => one === value), ticked: undefined })}
          allowDeselect={false}
        />
        <span className="quiet figures" role="status">
          {formatCount(all)} {all === 1 ? 'task' : 'tasks'}
        </span>
        <span style={{ flex: 1 }} />
        {ticked.size > 0 && (
          <>
            <span className="figures" role="status">
              {formatCount(ticked.size)} ticked
            </span>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              onClick={() => change({ ticked: undefined })}
            >
              Untick
            </Button>
          </>
        )}
        <Button
          size="compact-sm"
          variant="default"
          disabled={body === undefined || all === 0 || run.state === 'archived'}
          title={
            body === undefined
              ? 'What waits, is blocked or runs is done in its turn'
              : 'Counts what will be done again, and asks before it is'
          }
          onClick={() => setAsking(true)}
        >
          {ticked.size > 0 ? `Run ${formatCount(ticked.size)} again…` : 'Run all shown again…'}
        </Button>
        <CopyButton
          text={`npx gantry tasks ${run.id}${stage === undefined ? '' : ` --stage ${quote(stage)}`}${state === undefined ? '' : ` --state ${state}`}`}
          label="Copy as command"
        />
      </div>
      {asking && body !== undefined && (
        <AskAgain
          run={run.id}
          body={body}
          onDone={() => change({ ticked: undefined })}
          onClose={() => setAsking(false)}
        />
      )}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <div role="table" aria-label="Tasks" aria-rowcount={all}>
        <div className={classes['head']} role="row">
          <span role="columnheader">
            <Checkbox
              size="xs"
              aria-label="All tasks that are loaded"
              checked={tasks.length > 0 && tasks.every(({ id }) => ticked.has(id))}
              indeterminate={ticked.size > 0 && !tasks.every(({ id }) => ticked.has(id))}
              onChange={(event) =>
                tick(
                  tasks.slice(0, mostTicked).map(({ id }) => id),
                  event.currentTarget.checked,
                )
              }
            />
          </span>
          {columns.map(([title, side]) => (
            <span role="columnheader" key={title} data-right={side === 'right' || undefined}>
              {title}
            </span>
          ))}
        </div>
        <div className={classes['rows']} ref={scroll} role="rowgroup" onKeyDown={onKeyDown}>
          <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
            {shown.map(({ index, start }) => {
              const task = tasks[index];
              const last = task?.last;
              return task === undefined ? null : (
                <div
                  key={task.id}
                  className={classes['row']}
                  style={{ transform: `translateY(${start}px)` }}
                  role="row"
                  aria-current={task.id === open}
                >
                  <span role="cell" className={classes['tick']}>
                    <Checkbox
                      size="xs"
                      aria-label={`Task ${task.id}, ${task.stage}, ${formatPlaceWords(task.place)}`}
                      checked={ticked.has(task.id)}
                      disabled={!ticked.has(task.id) && ticked.size >= mostTicked}
                      onChange={(event) => tick([task.id], event.currentTarget.checked)}
                    />
                  </span>
                  <span role="cell" className="quiet figures" data-right>
                    {/* It lies over the whole row. */}
                    <Link
                      from="/runs/$run"
                      to="/runs/$run/tasks/$task"
                      params={{ run: run.id, task: task.id }}
                      search={(before) => ({ ...before, attempt: undefined })}
                      className={classes['open']}
                      data-index={index}
                    >
                      {task.id}
                    </Link>
                  </span>
                  <span role="cell" className="cut">
                    {task.stage}
                  </span>
                  <span role="cell" className="cut">
                    {formatPlaceWords(task.place)}
                  </span>
                  <span role="cell">
                    <StateBadge state={task.stale ? 'stale' : task.state} />
                  </span>
                  <span role="cell" className="figures" data-right>
                    {last?.seconds === null || last?.seconds === undefined
                      ? ''
                      : formatDuration(last.seconds)}
                  </span>
                  <span role="cell" className="figures" data-right>
                    {last?.memory === null || last?.memory === undefined ? '' : formatSize(last.memory)}
                  </span>
                  <span role="cell" className="cut quiet" title={last?.agent}>
                    {last?.agent}
                  </span>
                  <span role="cell" className="cut quiet">
                    {last !== null && last !== undefined && <RelativeTime time={last.ended} />}
                  </span>
                  <span role="cell" className="cut quiet" title={task.message ?? undefined}>
                    {task.message}
                  </span>
                </div>
              );
            })}
          </div>
          {data === undefined && error === null && <Loading />}
          {data !== undefined && tasks.length === 0 && (
            <p className={`quiet ${classes['none']}`}>
              {state === undefined ? 'No place is known here yet.' : `No task is ${lookOf(state).word} here.`}
            </p>
          )}
        </div>
      </div>
    </section>
  );
}

/** Reads the rows again when the run has changed; what is shown stays until then. */
function useRefresh(run: RunDetail, key: readonly unknown[]): void {
  const queryClient = useQueryClient();
  const first = useRef(true);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const text = JSON.stringify(key);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queryClient.invalidateQueries({ queryKey: ['tasks', run.id] });
    }, refreshMs);
  }, [run, text, queryClient]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}

function countMatching(
  run: RunDetail,
  stage: string | undefined,
  state: TaskSummary['state'] | undefined,
): number {
  return run.stages
    .filter(({ name }) => stage === undefined || name === stage)
    .flatMap(({ tasks }) => Object.entries(tasks))
    .reduce((sum, [one, count]) => sum + (state === undefined || one === state ? count : 0), 0);
}
