/** All runs, newest first. */
import type { RunSummary } from '@gantry/model';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { runsQuery } from '../api/queries.ts';
import { CountBar } from '../parts/count-bar.tsx';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';
import { ProgressWords } from '../parts/progress.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { NewRunButton } from '../runs/new-run-button.tsx';
import { runCommand, RunTime } from '../parts/run-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { lookOf } from '../parts/state-looks.tsx';
import classes from './runs.module.css';

const route = getRouteApi('/runs');

export function RunsPage() {
  const { data: runs, error, refetch } = useQuery(runsQuery);
  const { only } = route.useSearch();
  const states = [...new Set((runs ?? []).map((run) => run.state))].sort();
  const shown = (runs ?? []).filter(({ state }) =>
    only === undefined ? state !== 'archived' : state === only,
  );
  return (
    <Page title="Runs" actions={<NewRunButton />}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {runs === undefined && error === null && <Loading />}
      {runs?.length === 0 && (
        <Empty command={runCommand}>
          <p>
            <strong>A run is a pipeline at work on a folder of images.</strong> There is none yet. Start the
            first one with the button above, or with this command; it shows up here by itself.
          </p>
        </Empty>
      )}
      {states.length > 1 && (
        <div className={classes['filters']} role="group" aria-label="Only runs that are">
          {[undefined, ...states].map((one) => (
            <Button
              key={one ?? 'all'}
              size="compact-sm"
              variant={one === only ? 'filled' : 'default'}
              renderRoot={(props) => <Link {...props} to="/runs" search={{ only: one }} />}
            >
              {one === undefined ? 'all' : lookOf(one).word}
            </Button>
          ))}
        </div>
      )}
      {shown.length > 0 && <RunTable runs={shown} />}
      {runs !== undefined && runs.length > 0 && shown.length === 0 && (
        <Empty>
          <p>{only === undefined ? 'All runs are archived.' : `No run is ${lookOf(only).word}.`}</p>
        </Empty>
      )}
    </Page>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <div className="panel">
      <table className={classes['table']}>
        <thead>
          <tr>
            <th style={{ width: '4rem' }} data-right>
              Run
            </th>
            <th>Name</th>
            <th style={{ width: '8rem' }}>State</th>
            <th style={{ width: '32%' }}>Tasks</th>
            <th style={{ width: '8rem' }} className={classes['wideOnly']}>
              Began
            </th>
            <th style={{ width: '8rem' }} data-right className={classes['wideOnly']}>
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td data-right className="quiet">
                {run.id}
              </td>
              <td>
                <Link to="/runs/$run" params={{ run: run.id }} className={classes['name']}>
                  <div className="cut" title={run.name}>
                    {run.name}
                  </div>
                </Link>
                {run.pipeline !== run.name && <div className="quiet cut">{run.pipeline}</div>}
              </td>
              <td>
                <StateBadge state={run.state} />
              </td>
              <td>
                <CountBar counts={run.tasks} />
                <div className="quiet cut" style={{ fontSize: '0.75rem', marginTop: '0.25rem' }}>
                  <ProgressWords run={run} />
                </div>
              </td>
              <td className={`quiet ${classes['wideOnly']}`}>
                <RelativeTime time={run.created} />
              </td>
              <td className={`quiet ${classes['wideOnly']}`} data-right>
                <RunTime run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
