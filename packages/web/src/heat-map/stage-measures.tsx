/** How long the tasks of a stage took, what memory they needed and what they told of themselves: a histogram of each. */
import type { Histogram, RunDetail, RunGraph, StageSummary } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { histogramQuery } from '../api/map-queries.ts';
import { formatCount, formatThings } from '../parts/numbers.ts';
import { Empty, Problem } from '../parts/page.tsx';
import type { RunSearch } from '../run-search.ts';
import { measuresOf, type MeasureLook } from './measures.ts';
import classes from './stage-measures.module.css';

interface StageMeasuresProps {
  readonly run: RunDetail;
  readonly graph: RunGraph | undefined;
  readonly stage: StageSummary;
}

export function StageMeasures({ run, graph, stage }: StageMeasuresProps) {
  return (
    <section className="panel" aria-label={`Measures of ${stage.name}`}>
      <div className={classes['cards']}>
        {measuresOf(graph, stage.name).map((look) => (
          <MeasureCard key={look.measure} run={run} stage={stage} look={look} />
        ))}
      </div>
    </section>
  );
}

interface MeasureCardProps {
  readonly run: RunDetail;
  readonly stage: StageSummary;
  readonly look: MeasureLook;
}

function MeasureCard({ run, stage, look }: MeasureCardProps) {
  const { data, error } = useQuery(histogramQuery(run, stage.name, look.measure));
  return (
    <article className={classes['card']} aria-label={look.title}>
      <header className={classes['head']}>
        <h3>{look.title}</h3>
        {data?.spread !== undefined && (
          <Link
            to="."
            search={(before: RunSearch) => ({ ...before, tab: undefined, color: look.measure })}
            className="quiet"
          >
            Show on the lattice
          </Link>
        )}
      </header>
      {error !== null && <Problem error={error} />}
      {data !== undefined && data.spread === undefined && (
        <Empty>
          <p>No task of this stage has told it yet.</p>
        </Empty>
      )}
      {data?.spread !== undefined && <Bars histogram={data} spread={data.spread} look={look} />}
    </article>
  );
}

interface BarsProps {
  readonly histogram: Histogram;
  readonly spread: NonNullable<Histogram['spread']>;
  readonly look: MeasureLook;
}

/** Of the drawing, whose width is that of the card; in its own units. */
const [width, height] = [400, 110];

function Bars({ histogram, spread, look }: BarsProps) {
  const { bins, tasks, looked, count } = histogram;
  const { least, most, mean, median, p95 } = spread;
  const highest = Math.max(1, ...bins);
  const wide = width / bins.length;
  const edge = (bin: number): string => look.format(least + ((most - least) * bin) / bins.length);
  const range = (bin: number): string => (most === least ? edge(0) : `${edge(bin)} to ${edge(bin + 1)}`);
  const at = (value: number): number =>
    most === least ? wide * (Math.floor(bins.length / 2) + 0.5) : ((value - least) / (most - least)) * width;
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className={classes['bars']}
        role="img"
        aria-label={`${look.title}: ${count} tasks from ${look.format(least)} to ${look.format(most)}, median ${look.format(median)}, 95 % up to ${look.format(p95)}`}
      >
        {bins.map((value, bin) => {
          const high = value === 0 ? 0 : Math.max(2, (value / highest) * height);
          return (
            <g key={bin}>
              <rect
                className={classes['bar']}
                x={bin * wide + 0.5}
                y={height - high}
                width={Math.max(1, wide - 1)}
                height={high}
              />
              <rect className={classes['column']} x={bin * wide} y={0} width={wide} height={height}>
                <title>{`${range(bin)}: ${formatThings(value, 'task')}`}</title>
              </rect>
            </g>
          );
        })}
        <line className={classes['median']} x1={at(median)} x2={at(median)} y1={0} y2={height} />
      </svg>
      <div
        className={`${classes['ends']} figures quiet`}
        data-one={most === least || undefined}
        aria-hidden="true"
      >
        <span>{look.format(least)}</span>
        {most !== least && <span>{look.format(most)}</span>}
      </div>
      <dl className={`${classes['facts']} figures`}>
        {Object.entries({ Median: median, Mean: mean, '95 % up to': p95 }).map(([name, value]) => (
          <div key={name}>
            <dt className="quiet">{name}</dt>
            <dd>{look.format(value)}</dd>
          </div>
        ))}
        <div>
          <dt className="quiet">Tasks</dt>
          <dd>
            {formatCount(count)}
            {looked < tasks && <span className="quiet"> of {formatCount(tasks)}, evenly chosen</span>}
          </dd>
        </div>
      </dl>
    </>
  );
}
