/**
 * The folders that a run's sources are read from once: how far that is, and what keeps it. What was left out stays to
 * be seen.
 */
import type { IntakeProblem, IntakeState, RunDetail } from '@gantry/model';
import { Button, Progress } from '@mantine/core';
import { useState } from 'react';
import { newRunClient } from '../api/new-run-queries.ts';
import { Confirm } from '../parts/confirm.tsx';
import { formatCount, formatSize, formatSoFar, formatThings } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import classes from './read-folders.module.css';

export function ReadFolders({ run }: { readonly run: RunDetail }) {
  return run.sources.map(({ name, intake }) =>
    intake === undefined ? null : <ReadFolder key={name} source={name} intake={intake} isOver={run.state === 'cancelled'} />,
  );
}

interface ReadFolderProps {
  readonly source: string;
  readonly intake: IntakeState;
  readonly isOver: boolean;
}

function ReadFolder({ source, intake, isOver }: ReadFolderProps) {
  const { state, leftOut } = intake;
  switch (state) {
    case 'ended':
      return leftOut.count === 0 ? null : (
        <section className={`panel ${classes['folder']}`} aria-label={`Left out of ${source}`}>
          <details>
            <summary>
              {formatThings(leftOut.count, 'file')} of {source} {leftOut.count === 1 ? 'was' : 'were'} left out
            </summary>
            <Problems problems={leftOut} />
          </details>
        </section>
      );
    case 'waiting':
      return isOver ? null : (
        <section className={`panel ${classes['folder']}`} aria-label={`Reading ${source}`}>
          Reading {source} waits for the server to take it up.
        </section>
      );
    case 'stopped':
      return <StoppedFolder source={source} intake={intake} />;
    case 'listing':
    case 'reading':
      return <FolderAtWork source={source} intake={intake} />;
  }
}

function FolderAtWork({ source, intake }: Pick<ReadFolderProps, 'source' | 'intake'>) {
  const { state, folder, files, filesRead, bytes, bytesRead, bytesPerSecond, secondsLeft, resumed } = intake;
  const [problem] = intake.problems.first;
  const share = bytes === 0 ? 0 : (100 * bytesRead) / bytes;
  const parts = [
    `${formatCount(filesRead)} of ${formatThings(files, 'file')}`,
    `${formatSize(bytesRead)} of ${formatSize(bytes)}`,
    ...(bytesPerSecond === null ? [] : [`${formatSize(bytesPerSecond)}/s`]),
    ...(secondsLeft === null ? [] : [`${formatSoFar(secondsLeft)} left`]),
  ];
  return (
    <section className={`panel ${classes['folder']}`} aria-label={`Reading ${source}`}>
      <div className={classes['line']}>
        <strong>{state === 'listing' ? `Looking for the files of ${source}` : `Reading ${source}`}</strong>
        <code className="cut" title={folder}>
          {folder}
        </code>
        <span className={`quiet figures ${classes['counts']}`}>{state === 'listing' ? '' : parts.join(' · ')}</span>
      </div>
      <Progress
        value={state === 'listing' ? 100 : share}
        animated={state === 'listing'}
        size="sm"
        aria-label={`Reading ${source}`}
      />
      {resumed !== null && (
        <p className="quiet">
          It was interrupted, and goes on since <RelativeTime time={resumed} />; nothing is read twice.
        </p>
      )}
      {problem?.code === 'not-recorded' && (
        <p>
          {problem.message} {problem.mend}
        </p>
      )}
    </section>
  );
}

function StoppedFolder({ source, intake }: Pick<ReadFolderProps, 'source' | 'intake'>) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<Error>();
  const { dataset, problems, files, filesRead } = intake;
  const isOfFiles = filesRead > 0;
  const again = async (): Promise<void> => {
    setError(undefined);
    try {
      await newRunClient.resumeIntake(dataset, false);
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
    }
  };
  return (
    <section className={`panel ${classes['folder']}`} data-stopped role="alert" aria-label={`Reading ${source}`}>
      <strong>
        {isOfFiles
          ? `${formatThings(problems.count, 'file')} of ${source} cannot be used. The other ${formatCount(filesRead)} of ${formatCount(files)} are in; the run waits.`
          : `${source} cannot be read, and the run waits.`}
      </strong>
      <Problems problems={problems} />
      {error !== undefined && <Problem error={error} />}
      <div className={classes['actions']}>
        <Button size="compact-sm" onClick={() => void again()}>
          Try again
        </Button>
        {isOfFiles && (
          <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
            Go on without {problems.count === 1 ? 'it' : 'them'}
          </Button>
        )}
      </div>
      {asking && (
        <Confirm
          title={`Go on without ${formatThings(problems.count, 'file')}?`}
          action={`Go on without ${problems.count === 1 ? 'it' : 'them'}`}
          onConfirm={() => newRunClient.resumeIntake(dataset, true)}
          onClose={() => setAsking(false)}
        >
          Their places stay empty in this run, as if there had been no file. A new run takes all that can be
          read then.
        </Confirm>
      )}
    </section>
  );
}

const shownProblems = 5;

function Problems({
  problems,
}: {
  readonly problems: { readonly count: number; readonly first: readonly IntakeProblem[] };
}) {
  const shown = problems.first.slice(0, shownProblems);
  return (
    <ul className={classes['problems']}>
      {shown.map(({ file, message, mend }) => (
        <li key={file}>
          {message} <span className="quiet">{mend}</span>
        </li>
      ))}
      {problems.count > shown.length && (
        <li className="quiet">and {formatCount(problems.count - shown.length)} more</li>
      )}
    </ul>
  );
}
