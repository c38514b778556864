/** The lattice of a run: one stage large, or every stage as a small map. What is seen is in the address. */
import type { RunDetail, StageSummary } from '@gantry/model';
import { SegmentedControl } from '@mantine/core';
import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { countAll } from '../live/rates.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { CountBar } from '../parts/count-bar.tsx';
import { placeText, readPlaceText } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import type { RunSearch } from '../run-search.ts';
import { HeatMap } from './heat-map.tsx';
import classes from './heat-map.module.css';
import { DurationLegend, MapLegend } from './map-legend.tsx';
import { PlaneSliders } from './plane-sliders.tsx';
import { firstOf, layOutAxes, useStageMap } from './use-stage-map.ts';

const route = getRouteApi('/runs/$run');

/** Durations of a plane with more tasks are only read when they are asked for. */
const durationsAtOnce = 50_000;

interface StageMapsProps {
  readonly run: RunDetail;
  readonly stage: StageSummary;
}

export function StageMaps({ run, stage }: StageMapsProps) {
  const search = route.useSearch();
  const change = useChangeSearch();
  const small = search.maps === 'all';
  const choice = run.stages.length > 1 && (
    <SegmentedControl
      size="xs"
      aria-label="Maps"
      value={small ? 'all' : 'one'}
      data={[
        { value: 'one', label: stage.name },
        { value: 'all', label: 'All stages' },
      ]}
      onChange={(value) => change({ maps: value === 'all' ? 'all' : undefined })}
    />
  );
  return (
    <section className="panel" aria-label="Lattice">
      {small ? (
        <>
          <div className={classes['bar']}>{choice}</div>
          <SmallMaps run={run} />
        </>
      ) : (
        <LargeMap key={stage.name} run={run} stage={stage} choice={choice} />
      )}
    </section>
  );
}

interface LargeMapProps extends StageMapsProps {
  /** What chooses between one map and all. */
  readonly choice: ReactNode;
}

function LargeMap({ run, stage, choice }: LargeMapProps) {
  const search = route.useSearch();
  const change = useChangeSearch();
  const { task } = useParams({ strict: false });
  const navigate = useNavigate({ from: '/runs/$run' });
  const { x, y, planes } = layOutAxes(stage.axes);
  const wanted = useMemo(() => readPlaceText(search.at ?? '') ?? {}, [search.at]);
  const durations = search.color === 'duration' || countAll(stage.tasks) <= durationsAtOnce;
  const map = useStageMap(run, { stage: stage.name, x, y, planes, at: wanted, durations });
  const { grid, extents } = map;
  const at = { ...firstOf(extents, planes), ...wanted };

  const show = (next: Record<string, number>): void => change({ at: placeText(next) });
  const step = (by: number): void => {
    const [axis] = planes;
    const extent = extents.find((one) => one.axis === axis);
    if (axis === undefined || extent === undefined) return;
    show({ ...at, [axis]: Math.max(extent.first, Math.min(extent.last, (at[axis] ?? 0) + by)) });
  };
  const open = (id: number): void => {
    void navigate({
      to: '/runs/$run/tasks/$task',
      params: { run: run.id, task: id },
      search: (before) => ({ ...before, attempt: undefined }),
    });
  };
  return (
    <div className={classes['large']}>
      <div className={classes['bar']}>
        {choice}
        <PlaneSliders extents={extents} planes={planes} at={at} onChange={show} />
        {grid !== undefined && search.color === undefined && (
          <MapLegend grid={grid} version={map.version} only={search.state} />
        )}
        {grid !== undefined && search.color === 'duration' && <DurationLegend grid={grid} />}
        <span className={classes['grow']} />
        <SegmentedControl
          size="xs"
          aria-label="Colour by"
          value={search.color ?? 'state'}
          data={[
            { value: 'state', label: 'State' },
            { value: 'duration', label: 'Duration' },
          ]}
          onChange={(value) => change({ color: value === 'duration' ? 'duration' : undefined })}
        />
      </div>
      {map.error !== undefined && <Problem error={map.error} />}
      {grid === undefined && map.error === undefined && <Loading height="20rem" />}
      {grid !== undefined && (
        <HeatMap
          grid={grid}
          version={map.version}
          label={stage.name}
          only={search.state}
          colorBy={search.color ?? 'state'}
          marked={task}
          view={search.view}
          onView={(view) => change({ view })}
          onChoose={open}
          onPlane={step}
        />
      )}
    </div>
  );
}

function SmallMaps({ run }: { readonly run: RunDetail }) {
  return (
    <div className={classes['multiples']}>
      {run.stages.map((stage) => (
        <SmallMap key={stage.name} run={run} stage={stage} />
      ))}
    </div>
  );
}

function SmallMap({ run, stage }: StageMapsProps) {
  const search = route.useSearch();
  const { x, y, planes } = layOutAxes(stage.axes);
  const { grid, version, error } = useStageMap(run, {
    ...{ stage: stage.name, x, y, planes },
    at: readPlaceText(search.at ?? '') ?? {},
    durations: false,
  });
  return (
    <div className={classes['small']}>
      <Link
        to="."
        search={(before: RunSearch) => ({ ...before, stage: stage.name, maps: undefined, view: undefined })}
        className="cut"
      >
        {stage.name}
      </Link>
      <CountBar counts={stage.tasks} />
      {error !== undefined && <Problem error={error} />}
      {grid !== undefined && <HeatMap grid={grid} version={version} label={stage.name} only={search.state} />}
    </div>
  );
}
