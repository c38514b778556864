/** At a glance: what is running, what failed, what waits for somebody, and how full machines and storage are. */
import { isAtWork, type RunSummary } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { failureSummaryQuery } from '../api/failure-queries.ts';
import { runsQuery } from '../api/queries.ts';
import homeClasses from '../home/home.module.css';
import { Machines, Storage } from '../home/how-full.tsx';
import { WaitingForYou } from '../home/waiting-for-you.tsx';
import { countTroubled } from '../live/rates.ts';
import { CountBar, CountList } from '../parts/count-bar.tsx';
import { formatThings } from '../parts/numbers.ts';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';
import { ProgressWords } from '../parts/progress.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { NewRunButton } from '../runs/new-run-button.tsx';
import { runCommand, RunTime } from '../parts/run-time.tsx';
import { StateBadge, StateIcon } from '../parts/state-badge.tsx';
import classes from './runs.module.css';

const shownPerSection = 6;

export function HomePage() {
  const { data: runs, error, refetch } = useQuery(runsQuery);
  return (
    <Page title="Home" actions={<NewRunButton />}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {runs === undefined && error === null && <Loading />}
      <div className={homeClasses['columns']}>
        <div className={homeClasses['runs']}>
          {runs?.length === 0 && (
            <Empty command={runCommand}>
              <p>
                <strong>Nothing has run here yet.</strong> Choose a pipeline and a folder of images with{' '}
                <Link to="/runs/new">New run</Link>, or let one run from the command line:
              </p>
            </Empty>
          )}
          <FailedTasks />
          {runs !== undefined && runs.length > 0 && <Overview runs={runs} />}
        </div>
        <aside className={homeClasses['side']} aria-label="At a glance">
          <WaitingForYou />
          <Machines />
          <Storage />
        </aside>
      </div>
    </Page>
  );
}

/** The same count as in the navigation; nothing where all is well. */
function FailedTasks() {
  const { data: summary } = useQuery(failureSummaryQuery);
  if (summary === undefined || summary.failed === 0) return null;
  const { failed, blocked, runs } = summary;
  return (
    <Link to="/failures" className={`panel ${classes['failed']}`}>
      <StateIcon state="failed" />
      <span>
        <strong className="figures">{formatThings(failed, 'failed task')}</strong> in{' '}
        {formatThings(runs, 'run')}
        {blocked > 0 && (
          <span className="quiet">
            ; {formatThings(blocked, 'task')} {blocked === 1 ? 'waits' : 'wait'} for what failed
          </span>
        )}
      </span>
      <span className={classes['see']}>See why, and try again</span>
    </Link>
  );
}

function Overview({ runs }: { readonly runs: readonly RunSummary[] }) {
  const active = runs.filter((run) => isAtWork(run.state));
  const troubled = runs.filter(
    (run) => run.ended !== null && run.state !== 'archived' && countTroubled(run.tasks) > 0,
  );
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
        <Link to="/failures" search={{ run: run.id }}>
          See {formatThings(failed, 'failed task')}
        </Link>
      )}
    </article>
  );
}
