/** The last lines of an attempt's log. */
import type { FailedTask } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { logEndQuery } from '../api/failure-queries.ts';
import { isGantryError } from '@gantry/model';
import classes from './failures.module.css';

const few = 6;
const many = 60;

export function LogEnd({ task }: { readonly task: FailedTask }) {
  const [more, setMore] = useState(false);
  const { data, error } = useQuery({
    ...logEndQuery(task.task, task.attempt, more ? many : few),
    placeholderData: (before) => (before?.attempt === task.attempt ? before : undefined),
  });
  const label = `End of the log of task ${task.task}`;
  return (
    <div className={classes['log']}>
      {error !== null && (
        <p className="quiet">
          The log cannot be read: {error.message} {isGantryError(error) ? error.mend : ''}
        </p>
      )}
      {data === undefined && error === null && <p className="quiet">Reading the log …</p>}
      {data?.lines.length === 0 && <p className="quiet">It has said nothing.</p>}
      {data !== undefined && data.lines.length > 0 && (
        <pre tabIndex={0} role="log" aria-label={label} aria-live="off">
          {data.lines.map(({ stream, text }, index) => (
            <span key={index} data-stream={stream}>
              {text === '' ? ' ' : text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
      <div className={classes['logMore']}>
        {data?.whole === false && !more && (
          <button type="button" className={classes['plain']} onClick={() => setMore(true)}>
            More lines
          </button>
        )}
        <Link
          to="/runs/$run/tasks/$task"
          params={{ run: task.run, task: task.task }}
          search={{ attempt: task.attempt }}
        >
          The task and its whole log
        </Link>
      </div>
    </div>
  );
}
