/** What has failed, across runs, and its mending: grouped by cause, stage, agent or host, newest first. */
import type { FailureGroup } from '@gantry/model';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { failureGroupsQuery, failureSummaryQuery } from '../api/failure-queries.ts';
import type { FailuresSearch } from '../failure-search.ts';
import { filterOf } from '../failure-search.ts';
import { FailureFilters } from '../failures/failure-filters.tsx';
import classes from '../failures/failures.module.css';
import { GroupCard } from '../failures/group-card.tsx';
import { RetryQuestion, type RetryWish } from '../failures/retry-question.tsx';
import { retryCommand } from '../failures/retry-words.ts';
import { useStableOrder } from '../failures/stable-order.ts';
import { useRetry } from '../failures/use-retry.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { formatThings } from '../parts/numbers.ts';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';

const route = getRouteApi('/failures');

export function FailuresPage() {
  const search = route.useSearch();
  const { data: summary } = useQuery(failureSummaryQuery);
  const query = useInfiniteQuery(failureGroupsQuery(search));
  const { data, error, refetch } = query;
  const [wish, setWish] = useState<RetryWish>();
  const { retry, refused } = useRetry();
  const groups = data?.pages.flatMap((page) => page.groups);
  const tasks = data?.pages[0]?.tasks ?? 0;
  const nothingAtAll = summary?.failed === 0 && groups?.length === 0;
  return (
    <Page
      title="Failures"
      actions={
        tasks > 0 && (
          <Button
            variant="default"
            onClick={() =>
              setWish({ tasks, runs: undefined, body: { filter: filterOf(search, Date.now()) } })
            }
          >
            Retry all {formatThings(tasks, 'task')}
          </Button>
        )
      }
    >
      {!nothingAtAll && <FailureFilters search={search} summary={summary} />}
      {!nothingAtAll && (
        <p className={`quiet figures ${classes['sum']}`} role="status">
          {groups === undefined ? '' : describeSum(tasks, summary?.blocked ?? 0, search)}
        </p>
      )}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {refused.map(({ run, tasks: count, message, mend }) => (
        <div key={run} className={`panel ${classes['refused']}`} role="alert">
          <strong>
            {formatThings(count, 'task')} of run {run} {count === 1 ? 'was' : 'were'} not tried again.
          </strong>{' '}
          {message} {mend}
        </div>
      ))}
      {groups === undefined && error === null && <Loading height="20rem" />}
      {groups?.length === 0 && <NothingFailed filtered={!nothingAtAll} />}
      {groups !== undefined && groups.length > 0 && (
        <Groups search={search} groups={groups} retry={retry} onWish={setWish} />
      )}
      {query.hasNextPage && (
        <div>
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
      {wish !== undefined && (
        <RetryQuestion wish={wish} onConfirm={() => retry(wish.body)} onClose={() => setWish(undefined)} />
      )}
    </Page>
  );
}

function describeSum(tasks: number, blocked: number, search: FailuresSearch): string {
  const failed = formatThings(tasks, 'failed task');
  const filtered = Object.keys(search).some(
    (key) => !['by', 'open', 'ticked'].includes(key) && search[key as keyof FailuresSearch] !== undefined,
  );
  if (filtered) return `${failed} of this kind`;
  return blocked === 0
    ? failed
    : `${failed}; ${formatThings(blocked, 'task')} ${blocked === 1 ? 'waits' : 'wait'} for what failed`;
}

function NothingFailed({ filtered }: { readonly filtered: boolean }) {
  if (filtered)
    return (
      <Empty>
        <p>
          Nothing like that has failed, or it has been mended.{' '}
          <Link to="/failures">See all that has failed.</Link>
        </p>
      </Empty>
    );
  return (
    <Empty command="npx gantry failures">
      <p>
        <strong>Nothing has failed.</strong> When tasks of any run fail they are gathered here, those with the
        same cause together, with the end of their log, and are tried again from here. The command line has
        the same list:
      </p>
    </Empty>
  );
}

interface GroupsProps {
  readonly search: FailuresSearch;
  readonly groups: readonly FailureGroup[];
  readonly retry: ReturnType<typeof useRetry>['retry'];
  readonly onWish: (wish: RetryWish) => void;
}

function Groups({ search, groups, retry, onWish }: GroupsProps) {
  const change = useChangeSearch<FailuresSearch>();
  const { by = 'cause', open, ticked: tickedText, ...filter } = search;
  const byKey = new Map(groups.map((group) => [group.key, group]));
  const { shown, fresh, reveal } = useStableOrder(JSON.stringify([by, filter]), [...byKey.keys()]);
  const [error, setError] = useState<Error>();
  const ticked = new Set((tickedText ?? '').split(',').filter(Boolean).map(Number));
  const tick = (tasks: readonly number[], on: boolean): void => {
    const next = new Set(ticked);
    for (const task of tasks) {
      if (on) next.add(task);
      else next.delete(task);
    }
    change({ ticked: next.size === 0 ? undefined : [...next].join(',') });
  };
  const retryTasks = async (tasks: readonly number[]): Promise<void> => {
    setError(undefined);
    try {
      await retry({ tasks: [...tasks] });
      tick(tasks, false);
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
    }
  };
  return (
    <>
      {fresh > 0 && (
        <Button className={classes['fresh']} size="compact-sm" variant="light" onClick={reveal}>
          {formatThings(fresh, `new ${by}`)}: show
        </Button>
      )}
      {error !== undefined && <Problem error={error} />}
      <div className={classes['groups']}>
        {shown.map((key) => {
          const group = byKey.get(key);
          return group === undefined ? null : (
            <GroupCard
              key={key}
              group={group}
              by={by}
              open={open === key}
              ticked={ticked}
              onOpen={(isOpen) => change({ open: isOpen ? key : undefined })}
              onTick={tick}
              onRetryTask={(task) => retryTasks([task])}
              onRetryGroup={() =>
                onWish({ tasks: group.tasks, runs: group.runs, body: { filter: group.filter } })
              }
            />
          );
        })}
      </div>
      {ticked.size > 0 && (
        <Selection ticked={[...ticked]} onRetry={retryTasks} onClear={() => change({ ticked: undefined })} />
      )}
    </>
  );
}

interface SelectionProps {
  readonly ticked: readonly number[];
  readonly onRetry: (tasks: readonly number[]) => Promise<void>;
  readonly onClear: () => void;
}

/** What can be done with the tasks that are ticked; stays at the foot of the page. */
function Selection({ ticked, onRetry, onClear }: SelectionProps) {
  const [busy, setBusy] = useState(false);
  const retry = async (): Promise<void> => {
    setBusy(true);
    await onRetry(ticked);
    setBusy(false);
  };
  return (
    <div className={`panel ${classes['selection']}`} role="region" aria-label="Ticked tasks">
      <strong className="figures" role="status">
        {formatThings(ticked.length, 'task')} ticked
      </strong>
      <Button size="compact-sm" loading={busy} onClick={() => void retry()}>
        Retry {ticked.length === 1 ? 'it' : 'them'}
      </Button>
      <CopyButton text={retryCommand({ tasks: [...ticked] })} label="Copy as command" />
      <CopyCall method="POST" path="/failures/retry" body={{ tasks: ticked }} />
      <span style={{ flex: 1 }} />
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        Untick
      </Button>
    </div>
  );
}
