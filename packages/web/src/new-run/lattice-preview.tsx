/** The lattice of a folder, small: a square a place; holes and places that come twice can be told without colour. */
import { cellStates, isGantryError, parsePattern, type CellState, type FolderLook } from '@gantry/model';
import { Slider, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { formatThings } from '../parts/numbers.ts';
import { formatPlaceWords } from '../tasks/place-words.ts';
import { cellAt, chooseAxes, countCells, planeOf, type LatticePlane } from './lattice-cells.ts';
import classes from './lattice-preview.module.css';

const side = { width: 300, height: 210, largest: 30, withGaps: 5, withSigns: 9 };

const words: Readonly<Record<CellState, string>> = {
  nothing: 'nothing',
  file: 'a file',
  twice: 'several files',
  hole: 'no file',
  outside: 'outside the extents',
};

interface LatticePreviewProps {
  readonly look: FolderLook;
}

export function LatticePreview({ look }: LatticePreviewProps) {
  const { lattice } = look;
  const [at, setAt] = useState<Record<string, number>>({});
  const plane = useMemo(() => (lattice === null ? undefined : planeOf(lattice, at)), [lattice, at]);
  if (lattice === null || plane === undefined) return null;
  const { others } = chooseAxes(lattice.axes);
  return (
    <div className={classes['preview']}>
      <LatticeCanvas plane={plane} at={at} pattern={look.pattern} />
      {others
        .filter(({ count }) => count > 1)
        .map((axis) => (
          <div className={classes['plane']} key={axis.name}>
            <span id={`preview-${axis.name}`}>{axis.name}</span>
            <Slider
              min={axis.first}
              max={axis.first + axis.step * (axis.count - 1)}
              step={axis.step}
              value={at[axis.name] ?? axis.first}
              onChange={(value) => setAt((before) => ({ ...before, [axis.name]: value }))}
              label={null}
              size="sm"
              thumbProps={{ 'aria-labelledby': `preview-${axis.name}` }}
            />
            <span className="figures">{at[axis.name] ?? axis.first}</span>
          </div>
        ))}
      <Legend plane={plane} />
    </div>
  );
}

interface LatticeCanvasProps {
  readonly plane: LatticePlane;
  readonly at: Readonly<Record<string, number>>;
  readonly pattern: string | null;
}

function LatticeCanvas({ plane, at, pattern }: LatticeCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  const [cursor, setCursor] = useState<{ column: number; row: number }>();
  const { columns, rows } = plane;
  const fitted = Math.min(side.largest, side.width / columns, side.height / rows);
  const scale = fitted >= 3 ? Math.floor(fitted) : fitted;
  const [width, height] = [Math.ceil(columns * scale), Math.ceil(rows * scale)];
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, plane, scale, cursor);
  }, [plane, scale, cursor, scheme]);
  const under = (event: PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setCursor({
      column: Math.floor((event.clientX - box.left) / scale),
      row: Math.floor((event.clientY - box.top) / scale),
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [right = 0, down = 0] = step;
    const from = cursor ?? { column: -right, row: -down };
    setCursor({
      column: Math.max(0, Math.min(columns - 1, from.column + right)),
      row: Math.max(0, Math.min(rows - 1, from.row + down)),
    });
  };
  const seen = cursor === undefined ? undefined : cellAt(plane, cursor.column, cursor.row);
  const counts = countCells(plane);
  const { x, y } = plane;
  const sizes = y === undefined ? formatThings(x?.count ?? 1, 'place') : `${rows} × ${columns}`;
  const label = `${sizes}: ${cellStates
    .filter((state) => state !== 'nothing' && counts[state] > 0)
    .map((state) => `${formatThings(counts[state], 'place')} with ${words[state]}`)
    .join(', ')}`;
  return (
    <div className={classes['frame']}>
      <span className={classes['across']}>{x === undefined ? '' : `${x.name} →`}</span>
      <span className={classes['down']}>{y === undefined ? '' : `${y.name} ↓`}</span>
      <canvas
        ref={canvas}
        className={classes['canvas']}
        style={{ width, height }}
        tabIndex={0}
        role="img"
        aria-label={label}
        data-testid="lattice-preview"
        onPointerMove={under}
        onPointerLeave={() => setCursor(undefined)}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(undefined)}
      />
      <p className={`${classes['seen']} quiet figures`} role="status">
        {seen === undefined
          ? ' '
          : `${formatPlaceWords({ ...at, ...seen.place })}: ${describe(seen.state, pattern, { ...at, ...seen.place })}`}
      </p>
    </div>
  );
}

/** The file's name, where the pattern tells it. */
function describe(state: CellState, pattern: string | null, place: Record<string, number>): string {
  if (state === 'nothing' || state === 'twice' || pattern === null) return words[state];
  try {
    const name = parsePattern(pattern).generate(place);
    return state === 'hole' ? `no file ${name}` : name;
  } catch (error) {
    if (!isGantryError(error)) throw error;
    return words[state];
  }
}

function Legend({ plane }: { readonly plane: LatticePlane }) {
  const counts = countCells(plane);
  const shown = (['file', 'hole', 'twice', 'outside'] as const).filter((state) => counts[state] > 0);
  return (
    <ul className={classes['legend']}>
      {shown.map((state) => (
        <li key={state}>
          <span className={classes['sample']} data-state={state} aria-hidden="true" />
          {words[state]} <span className="quiet figures">{counts[state]}</span>
        </li>
      ))}
    </ul>
  );
}

/** What is to be seen first where several squares share a pixel. */
const urgent: readonly CellState[] = ['nothing', 'file', 'outside', 'hole', 'twice'];

function paint(
  canvas: HTMLCanvasElement,
  plane: LatticePlane,
  scale: number,
  cursor: { column: number; row: number } | undefined,
): void {
  const ratio = window.devicePixelRatio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { columns, rows, cells } = plane;
  canvas.width = Math.ceil(columns * scale * ratio);
  canvas.height = Math.ceil(rows * scale * ratio);
  const style = getComputedStyle(canvas);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const colors: Readonly<Record<CellState, string>> = {
    nothing: color('--surface'),
    file: color('--state-running'),
    twice: color('--state-failed'),
    hole: color('--surface-sunk'),
    outside: color('--state-skipped'),
  };
  context.scale(ratio, ratio);
  if (scale < side.withGaps) {
    // The most urgent one of those that share a pixel.
    const step = Math.max(scale, 1);
    const shown = new Map<string, CellState>();
    for (let index = 0; index < cells.length; index++) {
      const state = cellStates[cells[index] ?? 255];
      if (state === undefined) continue;
      const x = Math.floor(((index % columns) * scale) / step);
      const y = Math.floor((Math.floor(index / columns) * scale) / step);
      const key = `${x},${y}`;
      const before = shown.get(key) ?? 'nothing';
      if (urgent.indexOf(state) > urgent.indexOf(before)) shown.set(key, state);
    }
    for (const [key, state] of shown) {
      const [x = 0, y = 0] = key.split(',').map(Number);
      context.fillStyle = state === 'hole' ? color('--state-stale') : colors[state];
      context.fillRect(x * step, y * step, step, step);
    }
    return;
  }
  const gap = scale >= 12 ? 2 : 1;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const state = cellStates[cells[row * columns + column] ?? 255];
      if (state === undefined || state === 'nothing') continue;
      const [x, y, size] = [column * scale, row * scale, scale - gap];
      context.fillStyle = colors[state];
      context.fillRect(x, y, size, size);
      if (state === 'hole') {
        context.strokeStyle = color('--state-stale');
        context.lineWidth = 1.5;
        context.setLineDash([2, 2]);
        context.strokeRect(x + 0.75, y + 0.75, size - 1.5, size - 1.5);
        context.setLineDash([]);
      }
      if (state !== 'twice' || scale < side.withSigns) continue;
      context.fillStyle = '#ffffff';
      context.font = `600 ${Math.round(size * 0.7)}px sans-serif`;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText('2', x + size / 2, y + size / 2 + 0.5);
    }
  }
  if (cursor === undefined || cellAt(plane, cursor.column, cursor.row) === undefined) return;
  context.strokeStyle = color('--text');
  context.lineWidth = 2;
  context.strokeRect(cursor.column * scale, cursor.row * scale, scale - gap, scale - gap);
}
