/**
 * The heat map of a plane: a canvas with a square a place, to be moved, zoomed and walked over by the keyboard. Which
 * plane it is, and what happens when a square is chosen, is left to whoever shows it.
 */
import type { TaskState } from '@gantry/model';
import { ActionIcon, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { StateBadge } from '../parts/state-badge.tsx';
import classes from './heat-map.module.css';
import { HoverPicture } from './hover-picture.tsx';
import { readColors } from './map-colors.ts';
import { countSquares, lookAt, type MapGrid } from './map-grid.ts';
import type { MeasureLook } from './measures.ts';
import {
  fitView,
  margin,
  moveView,
  pictureLargest,
  readView,
  squareAt,
  usualLargest,
  viewText,
  zoomView,
  type MapView,
} from './map-view.ts';
import {
  drawPicture,
  paintMap,
  paintPictures,
  paintRunning,
  picturedSquares,
  scaleOf,
  type MeasureScale,
} from './paint-map.ts';
import { useMapPictures, type PictureSource } from './use-map-pictures.ts';

interface HeatMapProps {
  readonly grid: MapGrid;
  readonly version: number;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Squares of other states are dimmed. */
  readonly only?: TaskState | undefined;
  readonly colorBy?: MapColoring;
  /** A CSS length; what holds it says it otherwise. */
  readonly height?: string | undefined;
  /** The scale of the measure, where several maps share one. */
  readonly scale?: MeasureScale | undefined;
  /** What the grid's values are. */
  readonly look?: MeasureLook | undefined;
  /** Where pictures of the places are, if there are any. */
  readonly pictures?: PictureSource | undefined;
  /** The coordinates of the other axes. */
  readonly at?: Readonly<Record<string, number>>;
  /** The task whose square is marked. */
  readonly marked?: number | undefined;
  /** Zoom and middle, as `viewText` writes them. */
  readonly view?: string | undefined;
  readonly onView?: (view: string | undefined) => void;
  readonly onChoose?: (task: number) => void;
  /** Page up and page down: the next plane. */
  readonly onPlane?: (step: number) => void;
}

/** What a square shows. */
export type MapColoring = 'state' | 'measure' | 'pictures';

interface Point {
  readonly x: number;
  readonly y: number;
}

const keepViewMs = 250;
const onePlane = {};

/** The height at which a map of so many rows shows its squares as large as they become, in pixels. */
export function heightOfMap(grid: MapGrid, colorBy: MapColoring): number {
  return grid.y.size * (colorBy === 'pictures' ? pictureLargest : usualLargest) + 2 * margin;
}

export function HeatMap(props: HeatMapProps) {
  const { grid, version, label, only, colorBy = 'state', marked, onView, onChoose } = props;
  const { ref: boxRef, width, height } = useElementSize<HTMLDivElement>();
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const overRef = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  const box = { width, height };
  const size = { width: grid.x.size, height: grid.y.size };
  const [ownView, setOwnView] = useState<MapView>();
  const [hover, setHover] = useState<Point>();
  const [cursor, setCursor] = useState<{ column: number; row: number }>();
  const drag = useRef<{ from: Point; at: Point; moved: boolean }>(undefined);
  const showsPictures = colorBy === 'pictures' && props.pictures !== undefined;
  const largest = showsPictures ? pictureLargest : usualLargest;
  const view = ownView ?? readView(props.view, box) ?? fitView(size, box, largest);
  const pictures = useMapPictures(showsPictures ? props.pictures : undefined, grid, props.at ?? onePlane);

  // A view that somebody else has set, such as by going back, counts more than ours.
  useEffect(() => setOwnView(undefined), [props.view]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = (next: MapView): void => {
    setOwnView(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onView?.(viewText(next, box)), keepViewMs);
  };

  const factor = view.scale >= 1 ? 1 : Math.ceil(1 / view.scale / window.devicePixelRatio);
  const picture = useMemo(() => {
    if (width === 0 || grid.state.length === 0) return undefined;
    const colors = readColors(document.documentElement, only);
    const scale = colorBy === 'measure' ? (props.scale ?? scaleOf(grid)) : undefined;
    return { colors, ...drawPicture(grid, colors, factor, scale) };
    // The version says that the grid's content, and the scheme that the page's colours, have changed.
  }, [grid, version, only, colorBy, props.scale, factor, scheme, width === 0]);

  useLayoutEffect(() => {
    const [canvas, over] = [canvasRef.current, overRef.current];
    if (canvas === null || over === null || picture === undefined) return;
    const ratio = window.devicePixelRatio;
    for (const one of [canvas, over]) {
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (one.width !== wide) one.width = wide;
      if (one.height !== high) one.height = high;
    }
    const context = canvas.getContext('2d')!;
    paintMap(context, picture, grid, picture.colors, view, ratio, colorBy !== 'measure');
    if (pictures !== undefined) {
      const range = picturedSquares(grid, view, width, height);
      pictures.see(range, view.scale * ratio);
      if (range !== undefined)
        paintPictures(context, pictures.find, range, view, ratio, picture.colors.css.surface);
    }
    paintRunning(over.getContext('2d')!, grid, view, ratio);
  });

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const at = { x: event.offsetX, y: event.offsetY };
    show(zoomView(view, Math.exp(-event.deltaY * 0.0016), at, size, box, largest));
  };
  const wheel = useRef(onWheel);
  wheel.current = onWheel;
  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas === null || onView === undefined) return;
    // React's own listener could not keep the page from scrolling.
    const listener = (event: WheelEvent): void => wheel.current(event);
    canvas.addEventListener('wheel', listener, { passive: false });
    return () => canvas.removeEventListener('wheel', listener);
  }, [onView]);

  const onPointerMove = (event: PointerEvent): void => {
    const at = { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY };
    const dragged = drag.current;
    if (dragged === undefined) return setHover(at);
    const by = { x: at.x - dragged.at.x, y: at.y - dragged.at.y };
    const moved = dragged.moved || Math.hypot(at.x - dragged.from.x, at.y - dragged.from.y) > 4;
    drag.current = { from: dragged.from, at, moved };
    if (moved && onView !== undefined) {
      setHover(undefined);
      show(moveView(view, by, size, box));
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    const moved = drag.current?.moved ?? false;
    drag.current = undefined;
    if (moved) return;
    const { column, row } = squareAt(view, { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY });
    const found = lookAt(grid, column, row);
    if (found === undefined) return;
    setCursor({ column, row });
    onChoose?.(found.task);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const from = cursor ?? opened;
      const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, value));
      const next =
        from === undefined
          ? { column: 0, row: 0 }
          : {
              column: clamp(from.column + step[0]!, size.width),
              row: clamp(from.row + step[1]!, size.height),
            };
      setCursor(next);
      return;
    }
    const middle = { x: width / 2, y: height / 2 };
    switch (event.key) {
      case '+':
      case '=':
        return show(zoomView(view, 1.4, middle, size, box, largest));
      case '-':
        return show(zoomView(view, 1 / 1.4, middle, size, box, largest));
      case '0':
        setOwnView(undefined);
        return onView?.(undefined);
      case 'PageUp':
      case 'PageDown':
        event.preventDefault();
        return props.onPlane?.(event.key === 'PageUp' ? -1 : 1);
      case 'Enter':
      case ' ': {
        event.preventDefault();
        const found = cursor === undefined ? undefined : lookAt(grid, cursor.column, cursor.row);
        if (found !== undefined) onChoose?.(found.task);
      }
    }
  };

  const pointed = hover === undefined ? undefined : squareAt(view, hover);
  const looked = pointed === undefined ? undefined : lookAt(grid, pointed.column, pointed.row);
  const underCursor = cursor === undefined ? undefined : lookAt(grid, cursor.column, cursor.row);
  // A look over a million squares is not for every frame.
  const described = useMemo(() => describeGrid(grid), [grid, version]);
  const opened = useMemo(() => findTask(grid, marked), [grid, marked, version]);
  const mark = cursor ?? opened;
  const interactive = onChoose !== undefined;
  return (
    <div className={classes['map']} ref={boxRef} style={{ height: props.height }}>
      <canvas
        ref={canvasRef}
        className={classes['field']}
        tabIndex={interactive ? 0 : -1}
        role={interactive ? 'application' : 'img'}
        aria-roledescription={interactive ? 'map of the lattice' : undefined}
        aria-label={`${label}: ${described}`}
        onPointerDown={(event) => {
          const at = { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY };
          drag.current = { from: at, at, moved: false };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setHover(undefined)}
        onKeyDown={onKeyDown}
        data-testid="heat-map"
      />
      <canvas ref={overRef} className={classes['over']} aria-hidden="true" />
      {grid.state.length === 0 && <div className={classes['none']}>No place is known here yet.</div>}
      {mark !== undefined && (
        <div
          className={classes['mark']}
          style={{
            left: view.left + mark.column * view.scale - 2,
            top: view.top + mark.row * view.scale - 2,
            width: Math.max(6, view.scale + 4),
            height: Math.max(6, view.scale + 4),
          }}
        />
      )}
      {hover !== undefined && looked !== undefined && (
        <div
          className={classes['tip']}
          style={{
            ...(hover.x > width * 0.65 ? { right: width - hover.x + 14 } : { left: hover.x + 14 }),
            ...(hover.y > height * 0.7 ? { bottom: height - hover.y + 10 } : { top: hover.y + 14 }),
          }}
        >
          <Looked looked={looked} at={props.at ?? onePlane} look={props.look} />
          {props.pictures !== undefined && looked.state === 'succeeded' && (
            <HoverPicture source={props.pictures} place={{ ...props.at, ...looked.place }} />
          )}
        </div>
      )}
      <span className="unseen" aria-live="polite">
        {underCursor !== undefined && describeSquare(underCursor)}
      </span>
      {onView !== undefined && (
        <div className={classes['tools']}>
          <ActionIcon
            variant="default"
            aria-label="Zoom out"
            onClick={() => show(zoomView(view, 1 / 1.6, middleOf(box), size, box, largest))}
          >
            −
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label="Zoom in"
            onClick={() => show(zoomView(view, 1.6, middleOf(box), size, box, largest))}
          >
            +
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label="Show all"
            onClick={() => {
              setOwnView(undefined);
              onView(undefined);
            }}
          >
            ⤢
          </ActionIcon>
        </div>
      )}
      {interactive && onView !== undefined && <div className={classes['axes']}>{describeAxes(grid)}</div>}
    </div>
  );
}

type Square = NonNullable<ReturnType<typeof lookAt>>;

interface LookedProps {
  readonly looked: Square;
  readonly at: Readonly<Record<string, number>>;
  readonly look: MeasureLook | undefined;
}

function Looked({ looked, at, look }: LookedProps) {
  return (
    <>
      <strong className="figures">{placeWords({ ...looked, place: { ...at, ...looked.place } })}</strong>
      <StateBadge state={looked.state} />
      {looked.stale && <StateBadge state="stale" />}
      {looked.value !== undefined && look !== undefined && (
        <span className="quiet figures">
          {look.title} {look.format(looked.value)}
        </span>
      )}
    </>
  );
}

function placeWords({ place }: Pick<Square, 'place'>): string {
  const words = Object.entries(place).map(([axis, value]) => `${axis} ${value}`);
  return words.length === 0 ? 'the only task' : words.join(', ');
}

function describeSquare(square: Square): string {
  return `${placeWords(square)}: ${square.state}${square.stale ? ', stale' : ''}`;
}

function describeGrid(grid: MapGrid): string {
  const counts = [...countSquares(grid)].map(([state, count]) => `${count} ${state}`);
  return counts.length === 0 ? 'no places yet' : counts.join(', ');
}

function describeAxes(grid: MapGrid): string {
  if (grid.x.name === undefined) return 'one task';
  if (grid.y.name === undefined)
    return grid.y.size === 1 ? `${grid.x.name} →` : `${grid.x.name}, row by row →`;
  return `${grid.x.name} →  ${grid.y.name} ↓`;
}

function middleOf(box: { width: number; height: number }): Point {
  return { x: box.width / 2, y: box.height / 2 };
}

/** The square of a task. */
function findTask(grid: MapGrid, task: number | undefined): { column: number; row: number } | undefined {
  const square = task === undefined ? -1 : grid.task.indexOf(task);
  return square < 0 ? undefined : { column: square % grid.x.size, row: Math.floor(square / grid.x.size) };
}
