/**
 * The map of one stage: a plane at a time; or all planes beside each other, where they are few and small and nobody has
 * chosen one.
 */
import type { RunDetail, RunGraph, StageSummary } from '@gantry/model';
import { NativeSelect } from '@mantine/core';
import { getRouteApi, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState, type ReactNode } from 'react';
import { countAll } from '../live/rates.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { placeText, readPlaceText } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { hasPictures } from '../parts/thumbnail.tsx';
import { HeatMap, heightOfMap, type MapColoring } from './heat-map.tsx';
import classes from './heat-map.module.css';
import { countSquares } from './map-grid.ts';
import { MapLegend, MeasureLegend } from './map-legend.tsx';
import { measuresOf } from './measures.ts';
import { scaleOf, type MeasureScale } from './paint-map.ts';
import { PlaneChoice } from './plane-choice.tsx';
import { PlaneMaps } from './plane-maps.tsx';
import { PlaneSliders } from './plane-sliders.tsx';
import { StageOutputs } from './stage-outputs.tsx';
import type { PictureSource } from './use-map-pictures.ts';
import { firstOf, layOutAxes, useStageMap, type PlaneExtent } from './use-stage-map.ts';

const route = getRouteApi('/runs/$run');

/** Durations, for the words at the pointer, of a stage with more tasks are only read when they are asked for. */
const durationsAtOnce = 50_000;
/** So many planes, and tasks in all of them, are shown beside each other. */
const mostPlanes = 8;
const mostTasks = 4_000;

interface LargeMapProps {
  readonly run: RunDetail;
  readonly graph: RunGraph | undefined;
  readonly stage: StageSummary;
  /** What chooses between one map and all. */
  readonly choice: ReactNode;
}

export function LargeMap({ run, graph, stage, choice }: LargeMapProps) {
  const search = route.useSearch();
  const change = useChangeSearch();
  const { task } = useParams({ strict: false });
  const navigate = useNavigate({ from: '/runs/$run' });
  const { x, y, planes } = layOutAxes(stage.axes);
  const wanted = useMemo(() => readPlaceText(search.at ?? '') ?? {}, [search.at]);
  const looks = measuresOf(graph, stage.name);
  const chosen = looks.find(({ measure }) => measure === search.color);
  const measure = chosen?.measure ?? (countAll(stage.tasks) <= durationsAtOnce ? 'duration' : undefined);
  const map = useStageMap(run, { stage: stage.name, x, y, planes, at: wanted, measure });
  const { grid, extents } = map;
  const at = useMemo(() => ({ ...firstOf(extents, planes), ...wanted }), [extents, planes.join(), wanted]);
  const few = fewPlanes(extents, planes, stage);
  const beside = few !== undefined && wanted[few.axis] === undefined;
  const [joined, setJoined] = useState<MeasureScale>();
  const pictures = findPictures(graph, stage);
  const colorBy: MapColoring =
    chosen !== undefined
      ? 'measure'
      : search.color === 'pictures' && pictures !== undefined
        ? 'pictures'
        : 'state';
  const look = looks.find((one) => one.measure === measure);

  const show = (next: Record<string, number>): void => change({ at: placeText(next) || undefined });
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
  const shared = {
    label: stage.name,
    only: search.state,
    marked: task,
    onChoose: open,
    colorBy,
    pictures,
    look,
  };
  return (
    <div className={classes['large']}>
      <div className={classes['bar']}>
        {choice}
        {few === undefined ? (
          <PlaneSliders extents={extents} planes={planes} at={at} onChange={show} />
        ) : (
          <PlaneChoice extent={few} chosen={wanted[few.axis]} onChoose={show} />
        )}
        {grid !== undefined && chosen === undefined && (
          <MapLegend counts={beside ? countTasks(stage) : countSquares(grid)} only={search.state} />
        )}
        {grid !== undefined && chosen !== undefined && (
          <MeasureLegend look={chosen} scale={beside ? joined : scaleOf(grid)} />
        )}
        <span className={classes['grow']} />
        <NativeSelect
          size="xs"
          aria-label="Colour by"
          value={chosen?.measure ?? colorBy}
          data={[
            { value: 'state', label: 'State' },
            ...(pictures === undefined ? [] : [{ value: 'pictures', label: 'Pictures' }]),
            {
              group: 'Measures',
              items: looks.map((one) => ({ value: one.measure, label: one.title })),
            },
          ]}
          onChange={({ currentTarget: { value } }) =>
            change({ color: value === 'state' ? undefined : value })
          }
        />
      </div>
      <StageOutputs graph={graph} stage={stage.name} />
      {map.error !== undefined && <Problem error={map.error} />}
      {grid === undefined && map.error === undefined && <Loading height="12rem" />}
      {grid !== undefined && beside && (
        <PlaneMaps
          {...shared}
          run={run}
          stage={stage}
          first={map}
          measure={measure}
          extent={few}
          onScale={setJoined}
        />
      )}
      {grid !== undefined && !beside && (
        <HeatMap
          {...shared}
          grid={grid}
          version={map.version}
          at={at}
          height={`max(7rem, min(46vh, 40rem, ${heightOfMap(grid, colorBy)}px))`}
          view={search.view}
          onView={(view) => change({ view })}
          onPlane={step}
        />
      )}
    </div>
  );
}

/** The one axis that planes are walked through, where all of them can be shown. */
function fewPlanes(
  extents: readonly PlaneExtent[],
  planes: readonly string[],
  stage: StageSummary,
): PlaneExtent | undefined {
  const [axis, ...more] = planes;
  const extent = more.length > 0 ? undefined : extents.find((one) => one.axis === axis);
  if (extent === undefined || countAll(stage.tasks) > mostTasks) return undefined;
  const count = extent.last - extent.first + 1;
  return count > 1 && count <= mostPlanes ? extent : undefined;
}

/** The stage's first output that has pictures, if it has one at each of the stage's places. */
function findPictures(graph: RunGraph | undefined, stage: StageSummary): PictureSource | undefined {
  const output = graph?.stages
    .find(({ name }) => name === stage.name)
    ?.outputs.find(({ type, axes }) => hasPictures(type) && axes.length === stage.axes.length);
  return output?.dataset === undefined ? undefined : { dataset: output.dataset, type: output.type };
}

function countTasks({ tasks }: StageSummary): ReturnType<typeof countSquares> {
  const entries = Object.entries(tasks) as [keyof typeof tasks, number][];
  return new Map(entries.filter(([, count]) => count > 0));
}
