/** A run: its stages, its lattice and its tasks, as they change. A task opens in a panel beside it. */
import type { RunDetail } from '@gantry/model';
import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { graphQuery, runQuery } from '../api/queries.ts';
import { Revisions } from '../edit-run/revisions.tsx';
import { StageMaps } from '../heat-map/stage-maps.tsx';
import { StageMeasures } from '../heat-map/stage-measures.tsx';
import { countAll } from '../live/rates.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { CountBar, CountList } from '../parts/count-bar.tsx';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';
import { ProgressWords } from '../parts/progress.tsx';
import { formatSoFar, formatThings } from '../parts/numbers.ts';
import { RelativeTime, useNow } from '../parts/relative-time.tsx';
import { RunTime } from '../parts/run-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { RunActions } from '../runs/run-actions.tsx';
import { RunTimelineTab } from '../runs/run-timeline.tsx';
import { TooLargeStages } from '../runs/too-large.tsx';
import { ReadFolders } from '../sources/read-folders.tsx';
import { WatchedFolders } from '../sources/watched-folders.tsx';
import { StageGraph } from '../stage-graph/stage-graph.tsx';
import { TaskTable } from '../tasks/task-table.tsx';
import classes from './run-page.module.css';

const route = getRouteApi('/runs/$run');

/** Beside that of the lattice. */
const tabs = ['tasks', 'measures', 'timeline', 'revisions'] as const;

export function RunPage() {
  const { run: id } = route.useParams();
  const { data: run, error, refetch } = useQuery(runQuery(id));
  return (
    <div className={classes['split']}>
      <Page
        title={run?.name ?? `Run ${id}`}
        crumbs={[
          <Link to="/runs" key="runs">
            Runs
          </Link>,
          <span key="run">{id}</span>,
        ]}
        badge={run !== undefined && <StateBadge state={run.state} filled />}
        actions={run !== undefined && <RunActions run={run} />}
      >
        {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
        {run === undefined && error === null && <Loading />}
        {run !== undefined && <Run run={run} />}
      </Page>
      <Outlet />
    </div>
  );
}

function Run({ run }: { readonly run: RunDetail }) {
  const search = route.useSearch();
  const change = useChangeSearch();
  const { data: graph } = useQuery(graphQuery(run.id, run.revision));
  const stage = run.stages.find(({ name }) => name === search.stage) ?? firstWorthSeeing(run);
  if (stage === undefined)
    return (
      <Empty>
        <p>This run has no stages.</p>
      </Empty>
    );
  return (
    <>
      <div className={classes['progress']}>
        <CountBar counts={run.tasks} />
        <div className={`${classes['facts']} figures`}>
          <CountList counts={run.tasks} steady={run.state === 'active'} />
          <span className="quiet">
            <ProgressWords run={run} />
          </span>
          {run.nextTries !== null && <NextTries nextTries={run.nextTries} />}
          <span className="quiet">
            began <RelativeTime time={run.created} /> · {run.ended === null ? 'so far' : 'took'}{' '}
            <RunTime run={run} />
          </span>
        </div>
      </div>
      <TooLargeStages run={run} />
      <ReadFolders run={run} />
      <WatchedFolders run={run} />
      {graph === undefined ? <Loading /> : <StageGraph run={run} graph={graph} current={stage.name} />}
      <Tabs
        value={search.tab ?? 'map'}
        onChange={(tab) => change({ tab: tabs.find((one) => one === tab) })}
        keepMounted={false}
      >
        <Tabs.List mb="sm">
          <Tabs.Tab value="map">Lattice</Tabs.Tab>
          <Tabs.Tab value="tasks">Tasks</Tabs.Tab>
          <Tabs.Tab value="measures">Measures</Tabs.Tab>
          <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
          <Tabs.Tab value="revisions">
            {run.revision === 1 ? 'Revisions' : `Revision ${run.revision}`}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="map">
          <StageMaps run={run} graph={graph} stage={stage} />
        </Tabs.Panel>
        <Tabs.Panel value="measures">
          <StageMeasures run={run} graph={graph} stage={stage} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <RunTimelineTab run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="revisions">
          <Revisions run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="tasks">
          <TaskTable run={run} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** That failed tasks wait for their next try, and for how long. */
function NextTries({
  nextTries: { tasks, first },
}: {
  readonly nextTries: NonNullable<RunDetail['nextTries']>;
}) {
  const seconds = (Date.parse(first) - useNow()) / 1000;
  const when = seconds > 0 ? `in ${formatSoFar(seconds)}` : 'now';
  return (
    <span className="quiet">
      {tasks === 1
        ? `1 task is tried again ${when}`
        : `${formatThings(tasks, 'task')} are tried again, the first ${when}`}
    </span>
  );
}

/** Where nobody has chosen a stage: the one with the most places, of several the first. */
function firstWorthSeeing(run: RunDetail) {
  return run.stages.toSorted((a, b) => countAll(b.tasks) - countAll(a.tasks))[0];
}
