/** When the tasks of each stage ended, stage below stage over one axis of time, and what has happened to the run meanwhile. */
import { describeRunEvent, type RunDetail, type RunTimeline } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { timelineQuery } from '../api/map-queries.ts';
import { formatCount, formatDuration, formatPace } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import type { RunSearch } from '../run-search.ts';
import classes from './run-timeline.module.css';

type StageTimes = RunTimeline['stages'][number];
type TimelineEvent = RunTimeline['events'][number];

export function RunTimelineTab({ run }: { readonly run: RunDetail }) {
  const { data, error } = useQuery(timelineQuery(run));
  return (
    <section className="panel" aria-label="Timeline">
      {error !== null && <Problem error={error} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <Chart timeline={data} />}
      {data !== undefined && <Events events={data.events} />}
    </section>
  );
}

function Chart({ timeline }: { readonly timeline: RunTimeline }) {
  const [from, to] = [Date.parse(timeline.from), Date.parse(timeline.to)];
  const seconds = Math.max(0.001, (to - from) / 1000);
  const share = (time: string): number =>
    Math.max(0, Math.min(1, (Date.parse(time) - from) / (to - from || 1)));
  return (
    <div className={classes['chart']}>
      <div className={classes['marks']} aria-hidden="true">
        {timeline.events.map(({ at, about }, index) => (
          <span
            key={index}
            className={classes['mark']}
            data-kind={about.kind}
            style={{ left: `${100 * share(at)}%` }}
            title={describeRunEvent(about)}
          />
        ))}
      </div>
      {timeline.stages.map((stage) => (
        <StageRow key={stage.name} stage={stage} seconds={seconds} share={share} />
      ))}
      <div className={`${classes['axis']} figures quiet`} aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{part === 0 ? 'start' : formatDuration(part * seconds)}</span>
        ))}
      </div>
    </div>
  );
}

interface StageRowProps {
  readonly stage: StageTimes;
  /** Of the whole axis. */
  readonly seconds: number;
  readonly share: (time: string) => number;
}

const height = 40;

function StageRow({ stage, seconds, share }: StageRowProps) {
  const { name, ended, tasks, looked, first, last } = stage;
  const most = Math.max(1, ...ended);
  // What was looked at stands for all.
  const perSecond = ((most * tasks) / Math.max(1, looked)) * (ended.length / seconds);
  const done = ended.reduce((sum, count) => sum + count, 0);
  const left = first === null ? 0 : share(first);
  const right = last === null ? left : share(last);
  const words =
    first === null || last === null
      ? 'nothing has ended yet'
      : `from ${formatDuration(left * seconds)} to ${formatDuration(right * seconds)} after the start, at most ${formatPace(perSecond)}`;
  return (
    <div className={classes['row']}>
      <Link
        to="."
        search={(before: RunSearch) => ({ ...before, tab: undefined, stage: name })}
        className={classes['name']}
      >
        {name}
      </Link>
      <svg
        viewBox={`0 0 ${ended.length} ${height}`}
        preserveAspectRatio="none"
        className={classes['bars']}
        role="img"
        aria-label={`${name}: ${words}`}
      >
        {first !== null && (
          <rect
            className={classes['span']}
            x={left * ended.length}
            y={0}
            width={Math.max(0.3, (right - left) * ended.length)}
            height={height}
          />
        )}
        {ended.map((count, bin) => {
          const high = count === 0 ? 0 : Math.max(2, (count / most) * height);
          return (
            count > 0 && (
              <rect key={bin} className={classes['bar']} x={bin} y={height - high} width={1.02} height={high}>
                <title>{`${formatDuration((bin / ended.length) * seconds)} after the start: ${formatPace(((count * tasks) / looked) * (ended.length / seconds))}`}</title>
              </rect>
            )
          );
        })}
      </svg>
      <span className={`${classes['pace']} figures quiet`}>
        {done === 0 ? `${formatCount(tasks)} to do` : `≤ ${formatPace(perSecond)}`}
      </span>
    </div>
  );
}

function Events({ events }: { readonly events: readonly TimelineEvent[] }) {
  return (
    <ol className={classes['events']} reversed aria-label="What has happened">
      {events.toReversed().map(({ at, about }, index) => (
        <li key={index}>
          <span className={classes['dot']} data-kind={about.kind} aria-hidden="true" />
          <span className={`${classes['when']} quiet figures`}>
            <RelativeTime time={at} />
          </span>
          {about.kind === 'edited' ? (
            <Link to="." search={(before: RunSearch) => ({ ...before, tab: 'revisions' as const })}>
              {describeRunEvent(about)}
            </Link>
          ) : (
            describeRunEvent(about)
          )}
        </li>
      ))}
    </ol>
  );
}
