/**
 * A task, in a panel beside the run: its state and why, its attempts, its log as it grows, its command, what it reads
 * and what it made. It has an address of its own.
 */
import type { AttemptSummary, TaskExplanation } from '@gantry/model';
import { ActionIcon, Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { client } from '../api/client.ts';
import { runQuery, taskQuery } from '../api/queries.ts';
import { LogView } from '../log/log-view.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatDuration, formatSoFar } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime, useNow } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Icon } from '../shell/icons.tsx';
import { AskAgain } from './ask-again.tsx';
import { formatPlaceWords } from './place-words.ts';
import classes from './task-panel.module.css';
import { TaskFiles } from './task-files.tsx';

const route = getRouteApi('/runs/$run/tasks/$task');

export function TaskPanel() {
  const { run, task } = route.useParams();
  const navigate = useNavigate({ from: '/runs/$run/tasks/$task' });
  const { data, error, refetch } = useQuery(taskQuery(task));
  const element = useRef<HTMLElement>(null);
  useFollowRun(run, task);
  // Whoever opens a task by the keyboard goes on inside it.
  useEffect(() => element.current?.focus({ preventScroll: true }), [task]);
  const close = (): void => {
    void navigate({
      to: '/runs/$run',
      params: { run },
      search: (before) => ({ ...before, attempt: undefined }),
    });
  };
  return (
    <aside
      className={classes['panel']}
      aria-label={`Task ${task}`}
      ref={element}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      <header className={classes['head']}>
        <div>
          <h2>{data === undefined ? `Task ${task}` : titleOf(data)}</h2>
          <span className={`${classes['sub']} quiet`}>
            {data !== undefined && <StateBadge state={data.state} filled />}
            {data?.stale === true && <StateBadge state="stale" filled />}
            <span>task {task}</span>
            {data !== undefined && <span>{data.tool}</span>}
          </span>
        </div>
        <ActionIcon variant="subtle" color="gray" aria-label="Close the task" onClick={close}>
          <Icon name="close" />
        </ActionIcon>
      </header>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <Task task={data} />}
    </aside>
  );
}

function Task({ task }: { readonly task: TaskExplanation }) {
  const { attempt: named } = route.useSearch();
  const shown = task.attempts.find(({ id }) => id === named) ?? task.attempts.at(-1);
  return (
    <>
      <ul className={classes['why']}>
        {task.why
          // Told with the time that is left.
          .filter((sentence) => task.tries.next === null || !sentence.startsWith('This is try '))
          .map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        <NextTry tries={task.tries} />
      </ul>
      <Actions task={task} />
      <section className={classes['section']} aria-label="Log">
        <h3>Log{shown === undefined || task.attempts.length < 2 ? '' : ` of attempt ${shown.id}`}</h3>
        {shown === undefined ? (
          <p className="quiet" style={{ margin: 0 }}>
            It has not been tried yet; what it says will show up here.
          </p>
        ) : (
          <LogView key={shown.id} task={task.id} attempt={shown.id} running={shown.outcome === 'running'} />
        )}
      </section>
      {task.attempts.length > 0 && (
        <section className={classes['section']} aria-label="Attempts">
          <h3>Attempts</h3>
          <Attempts attempts={task.attempts} shown={shown?.id} />
        </section>
      )}
      <TaskFiles task={task} attempt={shown?.id} />
    </>
  );
}

function Actions({ task }: { readonly task: TaskExplanation }) {
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const again = task.state === 'failed' || task.state === 'cancelled' || task.tries.next !== null;
  const retry = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await client.resumeRun(task.run, { again: [task.id] });
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className={classes['actions']}>
        {again && (
          <Button size="compact-sm" loading={busy} onClick={() => void retry()}>
            {task.tries.next === null ? 'Try it again' : 'Try it now'}
          </Button>
        )}
        {task.state === 'succeeded' && (
          <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
            Run it again…
          </Button>
        )}
        <CopyButton text={`npx gantry explain ${task.id}`} label="Copy as command" />
      </div>
      {error !== undefined && <Problem error={error} />}
      {asking && <AskAgain run={task.run} body={{ tasks: [task.id] }} onClose={() => setAsking(false)} />}
    </>
  );
}

/** Which try is next, and when, as the clock goes on. */
function NextTry({ tries: { made, of, next } }: Pick<TaskExplanation, 'tries'>) {
  const now = useNow();
  if (next === null) return null;
  const seconds = (Date.parse(next) - now) / 1000;
  return (
    <li>
      Try {made + 1} of {of}, {seconds > 0 ? `again in ${formatSoFar(seconds)}` : 'now'}.
    </li>
  );
}

interface AttemptsProps {
  readonly attempts: readonly AttemptSummary[];
  readonly shown: number | undefined;
}

function Attempts({ attempts, shown }: AttemptsProps) {
  return (
    <table className={classes['table']}>
      <thead>
        <tr>
          <th>Attempt</th>
          <th>State</th>
          <th>Agent</th>
          <th>Began</th>
          <th>Took</th>
          <th>Exit</th>
        </tr>
      </thead>
      <tbody>
        {attempts.toReversed().map((attempt) => (
          <tr key={attempt.id} aria-current={attempt.id === shown}>
            <td>
              <Link
                from="/runs/$run/tasks/$task"
                to="."
                search={(before) => ({ ...before, attempt: attempt.id })}
                replace
              >
                {attempt.id}
              </Link>
            </td>
            <td>
              <StateBadge state={attempt.outcome} />
            </td>
            <td>{attempt.agent}</td>
            <td>
              <RelativeTime time={attempt.started ?? attempt.claimed} />
            </td>
            <td>
              <AttemptTime attempt={attempt} />
            </td>
            <td>{attempt.signal ?? attempt.exitCode ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AttemptTime({ attempt }: { readonly attempt: AttemptSummary }) {
  const now = useNow();
  const began = Date.parse(attempt.started ?? attempt.claimed);
  const seconds = ((attempt.ended === null ? now : Date.parse(attempt.ended)) - began) / 1000;
  return <>{attempt.ended === null ? formatSoFar(seconds) : formatDuration(Math.max(0, seconds))}</>;
}

function titleOf({ stage, place }: TaskExplanation): string {
  return Object.keys(place).length === 0 ? stage : `${stage} · ${formatPlaceWords(place)}`;
}

/** Reads the task again when its run has changed. */
function useFollowRun(run: number, task: number): void {
  const queryClient = useQueryClient();
  const { dataUpdatedAt } = useQuery(runQuery(run));
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: taskQuery(task).queryKey });
    void queryClient.invalidateQueries({ queryKey: ['task-work', task] });
  }, [dataUpdatedAt, queryClient, task]);
}
