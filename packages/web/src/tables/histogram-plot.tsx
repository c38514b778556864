/** How the values of a column are spread: of the rows that are seen, and of those that are chosen. */
import type { TableColumn } from '@gantry/model';
import { useCallback, useMemo, useState } from 'react';
import { formatCell, nameWithUnit } from './format-cell.ts';
import { PlotFrame, type Extent, type PlotScale } from './plot-frame.tsx';
import { countBins } from './rows.ts';

interface HistogramPlotProps {
  readonly column: TableColumn;
  readonly values: Float64Array;
  readonly rows: Uint32Array;
  /** Undefined where none are chosen. */
  readonly chosen: Uint32Array | undefined;
  readonly onBrush: (range: Extent | undefined) => void;
}

const bins = 40;

export function HistogramPlot({ column, values, rows, chosen, onBrush }: HistogramPlotProps) {
  const extent = useMemo(
    () => ({ from: column.minimum ?? 0, to: Math.max(column.maximum ?? 1, (column.minimum ?? 0) + 1e-9) }),
    [column],
  );
  const counts = useMemo(() => countBins(values, rows, extent, bins), [values, rows, extent]);
  const part = useMemo(
    () => (chosen === undefined ? undefined : countBins(values, chosen, extent, bins)),
    [values, chosen, extent],
  );
  const most = Math.max(1, ...counts);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, { width, height }: PlotScale, style: CSSStyleDeclaration) => {
      const wide = width / bins;
      const bars = (of: readonly number[], colour: string, alpha: number): void => {
        context.fillStyle = style.getPropertyValue(colour);
        context.globalAlpha = alpha;
        for (const [bin, count] of of.entries()) {
          const high = (count / most) * height;
          context.fillRect(bin * wide + 0.5, height - high, Math.max(1, wide - 1), high);
        }
      };
      bars(counts, part === undefined ? '--state-running' : '--text-quiet', part === undefined ? 0.85 : 0.4);
      if (part !== undefined) bars(part, '--state-stale', 1);
    },
    [counts, part, most],
  );
  const binAt = (x: number, { width }: PlotScale): number =>
    Math.max(0, Math.min(bins - 1, Math.floor((x / width) * bins)));
  const edge = (bin: number): number => extent.from + (bin / bins) * (extent.to - extent.from);
  const [cursor, setCursor] = useState(Math.floor(bins / 2));
  const [start, setStart] = useState(cursor);
  const onKey = (key: string, extending: boolean): boolean => {
    if (key === 'Escape') {
      onBrush(undefined);
      return chosen !== undefined;
    }
    if (key === 'Enter') {
      onBrush({ from: edge(cursor), to: edge(cursor + 1) });
      return true;
    }
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: cursor - 1,
      ArrowRight: cursor + 1,
      Home: 0,
      End: bins - 1,
    };
    const place = places[key];
    if (place === undefined) return false;
    const next = Math.max(0, Math.min(bins - 1, place));
    setCursor(next);
    if (extending) onBrush({ from: edge(Math.min(start, next)), to: edge(Math.max(start, next) + 1) });
    else setStart(next);
    return true;
  };
  return (
    <PlotFrame
      label={`Histogram of ${nameWithUnit(column)}: ${column.count} values from ${formatCell(column.minimum)} to ${formatCell(column.maximum)}, median ${formatCell(column.median)}. The table has all of them.`}
      xLabel={nameWithUnit(column)}
      yLabel="rows"
      xExtent={extent}
      yExtent={{ from: 0, to: most }}
      draw={draw}
      onBrush={onBrush}
      onClick={() => onBrush(undefined)}
      tip={({ x }, scale) => {
        const bin = binAt(x, scale);
        return (
          <>
            {formatCell(edge(bin))} to {formatCell(edge(bin + 1))}:{' '}
            <strong>{formatCell(counts[bin] ?? 0)}</strong> rows
          </>
        );
      }}
      cursor={({ width, height }) => ({ x: ((cursor + 0.5) / bins) * width, y: height * 0.4 })}
      onKey={onKey}
      keys="Arrows go from bar to bar, with Shift they choose a range, Enter chooses a bar, Escape none."
      across
    />
  );
}
