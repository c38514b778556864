/**
 * What can be done with a run: holding it back; trying again what failed, all of it or one stage's; ending it; another one with the same
 * choices.
 */
import { isAtWork, type ResumeBody, type RunDetail } from '@gantry/model';
import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { countAll, countFinished } from '../live/rates.ts';
import { Confirm } from '../parts/confirm.tsx';
import { formatThings } from '../parts/numbers.ts';
import { Icon } from '../shell/icons.tsx';
import { retryableOf } from './retryable.ts';

/** Which tasks are to be tried again; `undefined` for those of all stages. */
interface Retry {
  readonly stage: string | undefined;
  readonly tasks: number;
}

export function RunActions({ run }: { readonly run: RunDetail }) {
  const [cancelling, setCancelling] = useState(false);
  const [retry, setRetry] = useState<Retry>();
  const stages = retryableOf(run);
  const all = stages.reduce((sum, { tasks }) => sum + tasks, 0);
  const open = countAll(run.tasks) - countFinished(run.tasks);
  return (
    <>
      <Button
        variant="default"
        title="Another run with the same pipeline, images and parameters, to be changed before it starts"
        renderRoot={(props) => <Link {...props} to="/runs/new" search={{ from: run.id }} />}
      >
        New run like this
      </Button>
      {run.state !== 'archived' && run.state !== 'cancelled' && (
        <Button
          variant="default"
          title="Change its parameters, stages or region; only what depends on that is run again"
          renderRoot={(props) => <Link {...props} to="/runs/$run/edit" params={{ run: run.id }} />}
        >
          Edit pipeline
        </Button>
      )}
      {isAtWork(run.state) && (
        <>
          <PauseButton run={run} />
          <Button variant="default" onClick={() => setCancelling(true)}>
            Cancel the run
          </Button>
        </>
      )}
      {!isAtWork(run.state) && <ArchiveButton run={run} />}
      {all > 0 && run.state !== 'archived' && (
        <Button.Group>
          <Button onClick={() => setRetry({ stage: undefined, tasks: all })}>
            Retry {formatThings(all, 'task')}
          </Button>
          {stages.length > 1 && (
            <Menu position="bottom-end" withinPortal>
              <Menu.Target>
                <Button px="0.4rem" aria-label="Choose one stage to retry">
                  <Icon name="down" size={16} />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>Retry those of</Menu.Label>
                {stages.map(({ stage, tasks }) => (
                  <Menu.Item key={stage} onClick={() => setRetry({ stage, tasks })}>
                    {stage}: {formatThings(tasks, 'task')}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </Button.Group>
      )}
      {all === 0 && run.state === 'cancelled' && (
        <Button onClick={() => setRetry({ stage: undefined, tasks: 0 })}>Take it up again</Button>
      )}
      {cancelling && (
        <Confirm
          title={`Cancel run ${run.id}?`}
          action="Cancel the run"
          danger
          onConfirm={() => client.cancelRun(run.id)}
          onClose={() => setCancelling(false)}
        >
          {formatThings(open, 'task')} will not be finished; those that run are ended. What is done stays, and
          the run can be taken up again where it was.
        </Confirm>
      )}
      {retry !== undefined && <AskRetry run={run} retry={retry} onClose={() => setRetry(undefined)} />}
    </>
  );
}

/** What it does can be undone by a click, so that nobody is asked before. */
function PauseButton({ run }: { readonly run: RunDetail }) {
  const isPaused = run.state === 'paused';
  const change = useMutation({
    mutationFn: async () => {
      if (isPaused) await client.resumeRun(run.id, { again: 'none' });
      else await client.pauseRun(run.id);
    },
  });
  return (
    <>
      {change.error !== null && <span role="alert">{change.error.message}</span>}
      <Button
        variant={isPaused ? 'filled' : 'default'}
        leftSection={<Icon name={isPaused ? 'play' : 'pause'} size={16} />}
        loading={change.isPending}
        onClick={() => change.mutate()}
        title={
          isPaused
            ? 'Start what is ready'
            : 'What runs goes on, nothing more is started; images are taken all the same'
        }
      >
        {isPaused ? 'Go on' : 'Pause'}
      </Button>
    </>
  );
}

/** Nothing goes by it, and it comes back by another click. */
function ArchiveButton({ run: { id, state } }: { readonly run: RunDetail }) {
  const isArchived = state === 'archived';
  const change = useMutation({ mutationFn: () => client.archiveRun(id, !isArchived) });
  return (
    <>
      {change.error !== null && <span role="alert">{change.error.message}</span>}
      <Button
        variant={isArchived ? 'filled' : 'default'}
        loading={change.isPending}
        onClick={() => change.mutate()}
        title={
          isArchived
            ? 'Show it among the others again'
            : 'Put it away: it and its failures are not shown among the others; what it made stays'
        }
      >
        {isArchived ? 'Take out of the archive' : 'Archive'}
      </Button>
    </>
  );
}

interface AskRetryProps {
  readonly run: RunDetail;
  readonly retry: Retry;
  readonly onClose: () => void;
}

function AskRetry({ run, retry: { stage, tasks }, onClose }: AskRetryProps) {
  const again: ResumeBody['again'] = stage === undefined ? 'all' : { stages: [stage] };
  const what =
    stage === undefined ? formatThings(tasks, 'task') : `${formatThings(tasks, 'task')} of ${stage}`;
  const action = tasks === 0 ? 'Take it up again' : `Retry ${formatThings(tasks, 'task')}`;
  return (
    <Confirm
      title={tasks === 0 ? `Take run ${run.id} up again?` : `Retry ${what}?`}
      action={action}
      {...(stage === undefined ? { command: `npx gantry run --resume ${run.id}` } : {})}
      onConfirm={() => client.resumeRun(run.id, { again })}
      onClose={onClose}
    >
      {stage === undefined ? 'All that failed or was cancelled' : `What failed or was cancelled in ${stage}`}{' '}
      is tried again, and what was blocked by it goes on. What succeeded stays as it is.
    </Confirm>
  );
}
