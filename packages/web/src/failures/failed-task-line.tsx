/** A failed task in a line: where it is, how it ended, on which agent, when. */
import type { FailedTask } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';

export function TaskPlace({ task }: { readonly task: FailedTask }) {
  const place = formatPlaceWords(task.place);
  return (
    <Link
      to="/runs/$run/tasks/$task"
      params={{ run: task.run, task: task.task }}
      search={{ attempt: task.attempt }}
    >
      {task.stage}
      {place === '–' ? '' : ` · ${place}`}
    </Link>
  );
}

/** `exit code 3`, `SIGKILL`; empty where the outcome says it all. */
export function exitWords({ exitCode, signal }: Pick<FailedTask, 'exitCode' | 'signal'>): string {
  if (signal !== null) return signal;
  return exitCode === null ? '' : `exit code ${exitCode}`;
}

export function TaskEnd({ task }: { readonly task: FailedTask }) {
  const words = exitWords(task);
  return (
    <>
      <StateBadge state={task.outcome} />
      {words !== '' && <span className="quiet"> {words}</span>}
    </>
  );
}

export function TaskRun({ task }: { readonly task: FailedTask }) {
  return (
    <Link to="/runs/$run" params={{ run: task.run }} title={task.runName}>
      {task.run} {task.runName}
    </Link>
  );
}

export function TaskWhen({ task }: { readonly task: FailedTask }) {
  return <RelativeTime time={task.at} />;
}
