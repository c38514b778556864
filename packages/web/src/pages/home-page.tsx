/** At a glance: what is running, what failed, what waits. */
import type { RunSummary } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { runsQuery } from '../api/queries.ts';
import { countTroubled } from '../live/rates.ts';
import { CountBar, CountList } from '../parts/count-bar.tsx';
import { formatThings } from '../parts/numbers.ts';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';
import { ProgressWords } from '../parts/progress.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { runCommand, RunTime } from '../parts/run-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import classes from './runs.module.css';

const shownPerSection = 6;

export function HomePage() {
  const { data: runs, error, refetch } = useQuery(runsQuery);
  return (
    <Page title="Home">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {runs === undefined && error === null && <Loading />}
      {runs?.length === 0 && (
        <Empty command={runCommand}>
          <p>
            <strong>Nothing has run here yet.</strong> Write down a pipeline, or take one of{' '}
            <code>examples/</code>, and let it run over a folder of images:
          </p>
        </Empty>
      )}
      {runs !== undefined && runs.length > 0 && <Overview runs={runs} />}
    </Page>
  );
}

function Overview({ runs }: { readonly runs: readonly RunSummary[] }) {
  const active = runs.filter((run) => run.state === 'active' || run.state === 'paused');
  const troubled = runs.filter((run) => run.ended !== null && countTroubled(run.tasks) > 0);
  const done = runs.filter((run) => run.state === 'succeeded');
  return (
    <>
      <Section title="Running" none="Nothing is running." runs={active}>
        {(run) => <RunCard key={run.id} run={run} />}
      </Section>
      <Section title="Failed" none="No run has ended in failure." runs={troubled}>
        {(run) => <RunCard key={run.id} run={run} />}
      </Section>
      {done.length > 0 && (
        <Section title="Succeeded lately" none="" runs={done}>
          {(run) => <RunCard key={run.id} run={run} />}
        </Section>
      )}
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly none: string;
  readonly runs: readonly RunSummary[];
  readonly children: (run: RunSummary) => ReactNode;
}

function Section({ title, none, runs, children }: SectionProps) {
  const more = runs.length - shownPerSection;
  return (
    <section className={classes['section']} aria-label={title}>
      <h2>
        {title} {runs.length > 0 && <span className="quiet figures">{runs.length}</span>}
      </h2>
      {runs.length === 0 ? (
        <p className="quiet" style={{ margin: 0 }}>
          {none}
        </p>
      ) : (
        <div className={classes['cards']}>{runs.slice(0, shownPerSection).map(children)}</div>
      )}
      {more > 0 && <Link to="/runs">{formatThings(more, 'more run')}</Link>}
    </section>
  );
}

function RunCard({ run }: { readonly run: RunSummary }) {
  const failed = run.tasks.failed ?? 0;
  return (
    <article className={`panel ${classes['card']}`}>
      <div className={classes['cardHead']}>
        <Link to="/runs/$run" params={{ run: run.id }} className={`${classes['name']} cut`} title={run.name}>
          {run.name}
        </Link>
        <StateBadge state={run.state} />
      </div>
      <CountBar counts={run.tasks} />
      <CountList counts={run.tasks} steady={run.state === 'active'} />
      <div className={`${classes['sentence']} quiet`}>
        <ProgressWords run={run} />
        <span className={`${classes['when']} figures`}>
          {run.ended === null ? <RunTime run={run} /> : <RelativeTime time={run.ended} />}
        </span>
      </div>
      {failed > 0 && (
        <Link to="/runs/$run" params={{ run: run.id }} search={{ tab: 'tasks', state: 'failed' }}>
          See {formatThings(failed, 'failed task')}
        </Link>
      )}
    </article>
  );
}
