/** All planes of a stage beside each other, for a lattice of few planes: a small map each. */
import type { RunDetail, StageSummary } from '@gantry/model';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { Loading, Problem } from '../parts/page.tsx';
import { HeatMap, type MapColoring } from './heat-map.tsx';
import classes from './heat-map.module.css';
import type { MapGrid } from './map-grid.ts';
import { margin, pictureLargest, usualLargest } from './map-view.ts';
import { joinScales, scaleOf, type MeasureScale } from './paint-map.ts';
import { layOutAxes, useStageMap, type PlaneExtent, type StageMap } from './use-stage-map.ts';

interface PlaneMapsProps extends SharedProps {
  readonly run: RunDetail;
  readonly stage: StageSummary;
  /** The map of the first plane, which is there already. */
  readonly first: StageMap;
  readonly extent: PlaneExtent;
  readonly measure: string | undefined;
  /** Told of the scale that all of them share. */
  readonly onScale: (scale: MeasureScale | undefined) => void;
}

/** What all maps are given alike. */
interface SharedProps {
  readonly label: string;
  readonly only: React.ComponentProps<typeof HeatMap>['only'];
  readonly marked: number | undefined;
  readonly onChoose: (task: number) => void;
  readonly colorBy: MapColoring;
  readonly pictures: React.ComponentProps<typeof HeatMap>['pictures'];
  readonly look: React.ComponentProps<typeof HeatMap>['look'];
}

/** A map is at least so wide, in pixels. */
const narrowest = 200;
const gap = 12;

export function PlaneMaps({ run, stage, first, extent, measure, onScale, ...shared }: PlaneMapsProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [scales, setScales] = useState<ReadonlyMap<number, MeasureScale>>(new Map());
  const scale = useMemo(() => joinScales([...scales.values()]), [scales]);
  useEffect(() => onScale(scale), [scale, onScale]);
  const planes = Array.from({ length: extent.last - extent.first + 1 }, (_, index) => extent.first + index);
  // In rows of equal length, if they are several.
  const most = Math.max(1, Math.floor((width + gap) / (narrowest + gap)));
  const rows = Math.ceil(planes.length / most);
  const perRow = Math.ceil(planes.length / rows);
  const mapWidth = (width - gap * (perRow - 1)) / perRow;
  return (
    <div
      className={classes['planes']}
      ref={ref}
      style={{ gridTemplateColumns: `repeat(${perRow}, minmax(0, 1fr))` }}
    >
      {width > 0 &&
        planes.map((plane, index) => {
          const props: PlanePanelProps = {
            ...shared,
            ...{ axis: extent.axis, plane, scale, width: mapWidth },
            onScale: (one) => setScales((before) => withScale(before, plane, one)),
          };
          return index === 0 ? (
            <PlanePanel key={plane} {...props} map={first} />
          ) : (
            <LoadedPlane key={plane} {...props} run={run} stage={stage} measure={measure} />
          );
        })}
    </div>
  );
}

function withScale(
  before: ReadonlyMap<number, MeasureScale>,
  plane: number,
  scale: MeasureScale | undefined,
): ReadonlyMap<number, MeasureScale> {
  const known = before.get(plane);
  if (known?.least === scale?.least && known?.most === scale?.most) return before;
  const next = new Map(before);
  if (scale === undefined) next.delete(plane);
  else next.set(plane, scale);
  return next;
}

interface PlanePanelProps extends SharedProps {
  readonly axis: string;
  readonly plane: number;
  readonly scale: MeasureScale | undefined;
  /** In pixels. */
  readonly width: number;
  readonly onScale: (scale: MeasureScale | undefined) => void;
}

interface LoadedPlaneProps extends PlanePanelProps {
  readonly run: RunDetail;
  readonly stage: StageSummary;
  readonly measure: string | undefined;
}

function LoadedPlane({ run, stage, measure, ...panel }: LoadedPlaneProps) {
  const { x, y, planes } = layOutAxes(stage.axes);
  const at = useMemo(() => ({ [panel.axis]: panel.plane }), [panel.axis, panel.plane]);
  const map = useStageMap(run, { stage: stage.name, x, y, planes, at, measure });
  return <PlanePanel {...panel} map={map} />;
}

function PlanePanel({
  axis,
  plane,
  scale,
  width,
  onScale,
  map,
  ...shared
}: PlanePanelProps & { readonly map: StageMap }) {
  const { grid, version, error } = map;
  const at = useMemo(() => ({ [axis]: plane }), [axis, plane]);
  const own = useMemo(() => (grid === undefined ? undefined : scaleOf(grid)), [grid, version]);
  useEffect(() => onScale(own), [own?.least, own?.most]);
  return (
    <section className={classes['planePanel']} aria-label={`${axis} ${plane}`}>
      <h3 className="figures">
        {axis} {plane}
      </h3>
      {error !== undefined && <Problem error={error} />}
      {grid === undefined && error === undefined && <Loading height="8rem" />}
      {grid !== undefined && (
        <HeatMap
          {...shared}
          label={`${shared.label}, ${axis} ${plane}`}
          grid={grid}
          version={version}
          at={at}
          scale={scale}
          height={`${heightWithin(grid, width, shared.colorBy)}px`}
        />
      )}
    </section>
  );
}

/** As high as it needs to be at its width. */
function heightWithin(grid: MapGrid, width: number, colorBy: MapColoring): number {
  const largest = colorBy === 'pictures' ? pictureLargest : usualLargest;
  const square = Math.min(largest, (width - 2 * margin) / Math.max(1, grid.x.size));
  return Math.ceil(Math.max(4, square) * Math.max(1, grid.y.size) + 2 * margin);
}
