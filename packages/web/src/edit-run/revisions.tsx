/** The revisions of a run's pipeline: when each was made, by whom, what it changed and how much was to run again. */
import type { RevisionSummary, RunDetail } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { revisionsQuery } from '../api/edit-queries.ts';
import { formatThings } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { describeChange } from './describe-edit.ts';
import classes from './edit-run.module.css';

export function Revisions({ run }: { readonly run: RunDetail }) {
  const { data: revisions, error, refetch } = useQuery(revisionsQuery(run.id, run.revision));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (revisions === undefined) return <Loading />;
  return (
    <ol className={classes['revisions']} aria-label="Revisions of the pipeline, the newest first">
      {revisions.map((revision) => (
        <Revision key={revision.revision} revision={revision} isNow={revision.revision === run.revision} />
      ))}
    </ol>
  );
}

function Revision({ revision, isNow }: { readonly revision: RevisionSummary; readonly isNow: boolean }) {
  const { revision: number, at, by, note, changes, redone } = revision;
  return (
    <li className="panel" aria-current={isNow || undefined}>
      <p className={classes['revisionHead']}>
        <strong>Revision {number}</strong>
        {isNow && <span className={classes['now']}>now</span>}
        <span className="quiet">
          <RelativeTime time={at} />
          {by === null ? '' : ` · ${by}`}
        </span>
        {redone > 0 && (
          <span className={`${classes['redone']} figures`}>{formatThings(redone, 'task')} redone</span>
        )}
      </p>
      {note !== null && <p>{note}</p>}
      {number === 1 ? (
        <p className="quiet">The run was started with it.</p>
      ) : (
        <ul className={classes['list']}>
          {changes.flatMap(describeChange).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
