/** The lattice of a run: one stage large, or every stage as a small map. What is seen is in the address. */
import type { RunDetail, RunGraph, StageSummary } from '@gantry/model';
import { SegmentedControl } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useChangeSearch } from '../parts/change-search.ts';
import { CountBar } from '../parts/count-bar.tsx';
import { readPlaceText } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import type { RunSearch } from '../run-search.ts';
import { HeatMap } from './heat-map.tsx';
import classes from './heat-map.module.css';
import { LargeMap } from './large-map.tsx';
import { layOutAxes, useStageMap } from './use-stage-map.ts';

const route = getRouteApi('/runs/$run');

interface StageMapsProps {
  readonly run: RunDetail;
  readonly graph: RunGraph | undefined;
  readonly stage: StageSummary;
}

export function StageMaps({ run, graph, stage }: StageMapsProps) {
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
        <LargeMap key={stage.name} {...{ run, graph, stage, choice }} />
      )}
    </section>
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

interface SmallMapProps {
  readonly run: RunDetail;
  readonly stage: StageSummary;
}

function SmallMap({ run, stage }: SmallMapProps) {
  const search = route.useSearch();
  const { x, y, planes } = layOutAxes(stage.axes);
  const { grid, version, error } = useStageMap(run, {
    ...{ stage: stage.name, x, y, planes },
    at: readPlaceText(search.at ?? '') ?? {},
    measure: undefined,
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
