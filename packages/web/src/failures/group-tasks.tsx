/** The tasks of a group: ticked and tried again, one or several. */
import type { FailureFilter } from '@gantry/model';
import { Button, Checkbox } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { failedTasksQuery } from '../api/failure-queries.ts';
import { formatCount } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import { TaskEnd, TaskPlace, TaskRun, TaskWhen } from './failed-task-line.tsx';
import classes from './failures.module.css';

interface GroupTasksProps {
  readonly filter: FailureFilter;
  readonly count: number;
  readonly ticked: ReadonlySet<number>;
  readonly onTick: (tasks: readonly number[], on: boolean) => void;
  readonly onRetry: (task: number) => Promise<void>;
}

export function GroupTasks({ filter, count, ticked, onTick, onRetry }: GroupTasksProps) {
  const query = useInfiniteQuery(failedTasksQuery(filter));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const [busy, setBusy] = useState<number>();
  const tasks = data?.pages.flatMap((page) => page.tasks) ?? [];
  const ids = tasks.map(({ task }) => task);
  const on = ids.filter((id) => ticked.has(id)).length;
  const retry = async (task: number): Promise<void> => {
    setBusy(task);
    await onRetry(task);
    setBusy(undefined);
  };
  return (
    <div className={classes['tasks']}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading height="6rem" />}
      {tasks.length > 0 && (
        <table className={classes['table']}>
          <thead>
            <tr>
              <th style={{ width: '2.25rem' }}>
                <Checkbox
                  size="xs"
                  aria-label={`All ${formatCount(tasks.length)} tasks shown`}
                  checked={on === ids.length}
                  indeterminate={on > 0 && on < ids.length}
                  onChange={(event) => onTick(ids, event.currentTarget.checked)}
                />
              </th>
              <th>Task</th>
              <th>How it ended</th>
              <th className={classes['wideOnly']}>Run</th>
              <th className={classes['wideOnly']}>Agent</th>
              <th style={{ width: '6.5rem' }}>When</th>
              <th style={{ width: '4.5rem' }}>
                <span className="unseen">Try again</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <tr key={task.task} data-ticked={ticked.has(task.task) || undefined}>
                <td>
                  <Checkbox
                    size="xs"
                    aria-label={`Task ${task.task}, ${task.stage}, ${formatPlaceWords(task.place)}`}
                    checked={ticked.has(task.task)}
                    onChange={(event) => onTick([task.task], event.currentTarget.checked)}
                  />
                </td>
                <td>
                  <TaskPlace task={task} />
                </td>
                <td>
                  <TaskEnd task={task} />
                </td>
                <td className={`cut ${classes['wideOnly']}`}>
                  <TaskRun task={task} />
                </td>
                <td className={`quiet cut ${classes['wideOnly']}`} title={task.host}>
                  {task.agent}
                </td>
                <td className="quiet">
                  <TaskWhen task={task} />
                </td>
                <td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={busy === task.task}
                    onClick={() => void retry(task.task)}
                    aria-label={`Retry task ${task.task}`}
                  >
                    Retry
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage && (
        <Button
          size="compact-sm"
          variant="default"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more of the {formatCount(count)}
        </Button>
      )}
    </div>
  );
}
