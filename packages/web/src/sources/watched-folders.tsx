/**
 * The folders that a run's sources are watched in: what was taken, and what keeps files from being taken, since when,
 * and what to do.
 */
import type { LiveSourceState, RunDetail } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { watchesQuery } from '../api/queries.ts';
import { formatCount, formatSoFar, formatThings } from '../parts/numbers.ts';
import { RelativeTime, useNow } from '../parts/relative-time.tsx';
import { StateIcon } from '../parts/state-badge.tsx';
import classes from './watched-folders.module.css';

/** What a state is called, and the state of a task that looks like it. */
const words: Readonly<Record<LiveSourceState['state'], readonly [string, string]>> = {
  starting: ['looking through', 'waiting'],
  watching: ['watching', 'running'],
  waiting: ['held up', 'stale'],
  completing: ['completing', 'running'],
  ended: ['ended', 'succeeded'],
};

export function WatchedFolders({ run }: { readonly run: RunDetail }) {
  const { data: watches } = useQuery(watchesQuery);
  const shown = run.sources.flatMap(({ name, dataset }) => {
    const watch = watches?.find((one) => one.dataset === dataset);
    return watch === undefined ? [] : [{ name, watch }];
  });
  return shown.map(({ name, watch }) => <WatchedFolder key={name} source={name} watch={watch} />);
}

interface WatchedFolderProps {
  readonly source: string;
  readonly watch: LiveSourceState;
}

export function WatchedFolder({ source, watch }: WatchedFolderProps) {
  const { folder, state, taken, lastTaken, pending, unfinished, problems, trouble, reason } = watch;
  const [word, look] = words[state];
  const thing = watch.options.kind === 'tiles' ? 'tile' : 'file';
  // That tiles are not complete yet is the way of an acquisition; their number says enough.
  const waiting = unfinished.first.filter(
    ({ name, why }) => why !== 'listed-incomplete' && !isTold(watch, name),
  );
  return (
    <section className={`panel ${classes['folder']}`} aria-label={`Watched folder of ${source}`}>
      <div className={classes['line']}>
        <span className={classes['state']} role="status">
          <StateIcon state={look} />
          {word}
        </span>
        <strong>{source}</strong>
        <code className="cut" title={folder}>
          {folder}
        </code>
        <span className={`quiet figures ${classes['counts']}`}>
          {formatThings(taken, thing)} taken
          {lastTaken !== null && (
            <>
              , the last <RelativeTime time={lastTaken} />
            </>
          )}
          {pending > 0 && ` · ${formatCount(pending)} being read`}
          {unfinished.count > 0 && ` · ${formatCount(unfinished.count)} not whole yet`}
        </span>
      </div>
      {reason !== null && <p className="quiet">{reason}</p>}
      {trouble !== null && (
        <Matter message={trouble.message} since={trouble.since} mend={trouble.mend} isUrgent />
      )}
      <Matters
        rows={problems.first.map(({ name, message, since, mend }) => (
          <Matter key={name} message={message} since={since} mend={mend} isUrgent />
        ))}
        count={problems.count}
      />
      <Matters
        rows={waiting.map(({ name, message, since, mend, overdue }) => (
          <Matter
            key={name}
            message={message}
            since={since}
            mend={overdue ? mend : undefined}
            isUrgent={overdue}
          />
        ))}
        count={unfinished.count - (unfinished.first.length - waiting.length)}
      />
      <Names label="Not fitting the pattern" {...watch.unmatched} />
      <Names label="Too late for the closed dataset, and not taken" {...watch.late} />
      <Names label="Outside the declared extents, and read by no run" {...watch.outside} />
      <Names label="Taken and gone since; what was made from them stays" {...watch.vanished} />
    </section>
  );
}

/** Whether the folder's own trouble names this file already: the one that was waited for longest. */
function isTold({ trouble, unfinished }: LiveSourceState, name: string): boolean {
  return (
    trouble?.code === 'files-unfinished' && unfinished.first.find(({ overdue }) => overdue)?.name === name
  );
}

/** How many are shown; the interface tells of a hundred. */
const mostRows = 8;

function Matters({ rows, count }: { readonly rows: readonly ReactNode[]; readonly count: number }) {
  if (rows.length === 0) return null;
  const rest = count - Math.min(rows.length, mostRows);
  return (
    <>
      {rows.slice(0, mostRows)}
      {rest > 0 && <p className="quiet">and {formatThings(rest, 'more file')}.</p>}
    </>
  );
}

interface MatterProps {
  readonly message: string;
  readonly since: string;
  readonly mend: string | undefined;
  readonly isUrgent: boolean;
}

function Matter({ message, since, mend, isUrgent }: MatterProps) {
  const now = useNow();
  return (
    <div className={classes['matter']} data-urgent={isUrgent || undefined}>
      <div>
        {message}{' '}
        <span className="quiet figures">
          For{' '}
          <time dateTime={since} title={new Date(since).toLocaleString()}>
            {formatSoFar(Math.max(0, (now - Date.parse(since)) / 1000))}
          </time>
          .
        </span>
      </div>
      {mend !== undefined && <div className="quiet">{mend}</div>}
    </div>
  );
}

interface NamesProps {
  readonly label: string;
  readonly count: number;
  readonly first: readonly string[];
}

const mostNames = 3;

function Names({ label, count, first }: NamesProps) {
  if (count === 0) return null;
  const rest = count - Math.min(first.length, mostNames);
  return (
    <p className="quiet" title={first.join('\n')}>
      {label} ({formatCount(count)}): {first.slice(0, mostNames).join(', ')}
      {rest > 0 && ` and ${formatCount(rest)} more`}
    </p>
  );
}
