/**
 * The grid of one plane of a stage, kept true: read whole once, then what has changed, whenever a live event says that
 * the run has. Reading takes a pause as long as it takes, so that a million places do not keep the server busy.
 */
import type { MapHead, RunDetail } from '@gantry/model';
import { useEffect, useRef, useState } from 'react';
import { mapClient } from '../api/map-queries.ts';
import { placeText, readPlaceText } from '../parts/numbers.ts';
import { makeGrid, spanAxis, updateGrid, type GridAxis, type MapGrid } from './map-grid.ts';

export interface MapPlane {
  readonly stage: string;
  readonly x: string | undefined;
  readonly y: string | undefined;
  readonly planes: readonly string[];
  /** A coordinate for the other axes; the first plane where none is named. */
  readonly at: Readonly<Record<string, number>>;
  /** What of the tasks is read beside their state. */
  readonly measure: string | undefined;
}

/** The least and the greatest coordinate along an axis. */
export type PlaneExtent = MapHead['extents'][number];

export interface StageMap {
  readonly grid: MapGrid | undefined;
  readonly extents: MapHead['extents'];
  /** Rises when the grid's content changes. */
  readonly version: number;
  readonly error: Error | undefined;
}

const leastPauseMs = 100;
const retryMs = 2_000;
/** A pause is so many times as long as the reading before. */
const pauseFactor = 3;

const nothing: StageMap = { grid: undefined, extents: [], version: 0, error: undefined };

/** @param run as live events tell it: its identity says when to look again */
export function useStageMap(run: RunDetail, plane: MapPlane): StageMap {
  const [map, setMap] = useState(nothing);
  const wake = useRef<() => void>(() => {});
  const { stage, x, y, measure } = plane;
  const at = placeText(pick(plane.at, plane.planes));
  const planes = useRef(plane.planes);
  planes.current = plane.planes;
  const id = run.id;

  useEffect(() => {
    const gone = new AbortController();
    let wanted = true;
    let busy = false;
    let grid: MapGrid | undefined;
    let wrapped: GridAxis | undefined;
    let extents: MapHead['extents'] = [];
    let shownAt = at;
    const query = {
      stage,
      ...(measure === undefined ? {} : { measure }),
      ...(x === undefined ? {} : { x }),
      ...(y === undefined ? {} : { y }),
    };

    const readAll = async (): Promise<void> => {
      const columns = await mapClient.map(id, { ...query, at }, gone.signal);
      grid = makeGrid(columns, x, y);
      wrapped = y === undefined && x !== undefined ? spanAxis(x, columns.x) : undefined;
      extents = columns.extents;
      shownAt = placeText({ ...firstOf(extents, planes.current), ...readPlaceText(at) });
    };
    const read = async (): Promise<void> => {
      if (grid === undefined || grid.state.length === 0) return readAll();
      const changes = await mapClient.map(id, { ...query, at: shownAt, since: grid.change }, gone.signal);
      if (!updateGrid(grid, changes, wrapped)) await readAll();
    };
    const look = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      try {
        while (wanted && !gone.signal.aborted) {
          wanted = false;
          const began = performance.now();
          await read();
          setMap((before) => ({ grid, extents, version: before.version + 1, error: undefined }));
          const pause = Math.max(leastPauseMs, pauseFactor * (performance.now() - began));
          await new Promise((resume) => setTimeout(resume, pause));
        }
      } catch (error) {
        if (gone.signal.aborted) return;
        const told = error instanceof Error ? error : new Error(String(error));
        setMap((before) => ({ ...before, error: told }));
        // Such as while the server starts again.
        setTimeout(() => wake.current(), retryMs);
      } finally {
        busy = false;
      }
    };
    wake.current = () => {
      wanted = true;
      void look();
    };
    wake.current();
    return () => gone.abort();
  }, [id, stage, x, y, at, measure]);

  useEffect(() => wake.current(), [run]);
  return map;
}

/** The first plane of each axis. */
export function firstOf(extents: MapHead['extents'], planes: readonly string[]): Record<string, number> {
  const shown = extents.filter(({ axis }) => planes.includes(axis));
  return Object.fromEntries(shown.map(({ axis, first }) => [axis, first]));
}

/** What a stage without some of the axes needs of a plane. */
function pick(at: Readonly<Record<string, number>>, axes: readonly string[]): Record<string, number> {
  return Object.fromEntries(Object.entries(at).filter(([axis]) => axes.includes(axis)));
}

/** The axes that lie across and down, and those that are walked through. */
export function layOutAxes(axes: readonly string[]): {
  x: string | undefined;
  y: string | undefined;
  planes: readonly string[];
} {
  const x =
    axes.find((axis) => axis === 'col' || axis === 'x') ??
    axes.findLast((axis) => axis !== 'row' && axis !== 'y');
  const y = axes.find((axis) => axis === 'row' || axis === 'y') ?? axes.findLast((axis) => axis !== x);
  return x === undefined
    ? { x: y, y: undefined, planes: [] }
    : { x, y, planes: axes.filter((axis) => axis !== x && axis !== y) };
}
