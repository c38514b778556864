/** Two columns against each other, a point for each row. A click marks the object of the nearest point. */
import type { TableColumn } from '@gantry/model';
import { useCallback, useMemo } from 'react';
import { formatCell, nameWithUnit } from './format-cell.ts';
import { PlotFrame, type Extent, type PlotScale } from './plot-frame.tsx';
import { stepRow } from './rows.ts';

interface ScatterPlotProps {
  readonly x: TableColumn;
  readonly y: TableColumn;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly rows: Uint32Array;
  readonly chosen: Uint32Array | undefined;
  /** The row of the object that is marked; -1 for none. */
  readonly marked: number;
  /** What a row is called. */
  readonly nameOf: (row: number) => string;
  readonly onMark: (row: number) => void;
  readonly onBrush: (x: Extent, y: Extent) => void;
}

/** A point is found so far from the pointer. In pixels. */
const reach = 12;

export function ScatterPlot({
  x,
  y,
  xs,
  ys,
  rows,
  chosen,
  marked,
  nameOf,
  onMark,
  onBrush,
}: ScatterPlotProps) {
  const xExtent = useMemo(() => extentOf(x), [x]);
  const yExtent = useMemo(() => extentOf(y), [y]);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, scale: PlotScale, style: CSSStyleDeclaration) => {
      const size = rows.length > 20_000 ? 1.5 : rows.length > 2000 ? 2.5 : 4;
      const points = (of: Uint32Array, colour: string, alpha: number): void => {
        context.fillStyle = style.getPropertyValue(colour);
        context.globalAlpha = alpha;
        for (const row of of) {
          const [left, top] = [scale.x(xs[row]!), scale.y(ys[row]!)];
          context.fillRect(left - size / 2, top - size / 2, size, size);
        }
      };
      points(
        rows,
        chosen === undefined ? '--state-running' : '--text-quiet',
        rows.length > 20_000 ? 0.4 : 0.6,
      );
      if (chosen !== undefined) points(chosen, '--state-stale', 0.9);
      if (marked < 0 || Number.isNaN(xs[marked]!) || Number.isNaN(ys[marked]!)) return;
      context.globalAlpha = 1;
      context.beginPath();
      context.arc(scale.x(xs[marked]!), scale.y(ys[marked]!), 6, 0, 2 * Math.PI);
      context.fillStyle = style.getPropertyValue('--state-failed');
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = style.getPropertyValue('--surface');
      context.stroke();
    },
    [xs, ys, rows, chosen, marked],
  );
  const nearest = (at: { x: number; y: number }, scale: PlotScale): number => {
    let best = -1;
    let distance = reach ** 2;
    for (const row of rows) {
      const far = (scale.x(xs[row]!) - at.x) ** 2 + (scale.y(ys[row]!) - at.y) ** 2;
      if (far <= distance) [best, distance] = [row, far];
    }
    return best;
  };
  const onKey = (key: string): boolean => {
    if (key === 'Escape') {
      onMark(-1);
      return marked >= 0;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }[key];
    if (step === undefined) return false;
    const next = stepRow(rows, key === 'ArrowRight' || key === 'ArrowLeft' ? xs : ys, marked, step);
    if (next >= 0) onMark(next);
    return true;
  };
  return (
    <PlotFrame
      label={`Scatter plot of ${nameWithUnit(y)} over ${nameWithUnit(x)}, ${rows.length} rows${marked < 0 ? '' : `; marked: ${nameOf(marked)}`}. The table has all of them.`}
      xLabel={nameWithUnit(x)}
      yLabel={nameWithUnit(y)}
      xExtent={xExtent}
      yExtent={yExtent}
      draw={draw}
      onBrush={onBrush}
      onClick={(at, scale) => onMark(nearest(at, scale))}
      tip={(at, scale) => {
        const row = nearest(at, scale);
        return row < 0 ? undefined : (
          <>
            <strong>{nameOf(row)}</strong>
            <br />
            {x.name} {formatCell(xs[row]!)}, {y.name} {formatCell(ys[row]!)}
          </>
        );
      }}
      cursor={(scale) => (marked < 0 ? undefined : { x: scale.x(xs[marked]!), y: scale.y(ys[marked]!) })}
      onKey={onKey}
      keys="Arrows mark the next point to that side, Escape none."
    />
  );
}

/** A little more than its values take, so that no point lies on the edge. */
function extentOf({ minimum, maximum }: TableColumn): Extent {
  const [from, to] = [minimum ?? 0, maximum ?? 1];
  const room = (to - from) * 0.03 || 0.5;
  return { from: from - room, to: to + room };
}
