/**
 * A plane of a dataset's lattice as a grid of thumbnails, each at its row and column: only those that are seen exist,
 * are asked for and are loaded. Arrow keys go from place to place, and Enter opens one.
 */
import type { DatasetDetail, ItemSummary } from '@gantry/model';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { DatasetSearch } from '../dataset-search.ts';
import { placeText } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import classes from './item-grid.module.css';
import { useLatticeItems } from './use-lattice-items.ts';

interface ItemGridProps {
  readonly dataset: DatasetDetail;
  readonly x: string;
  readonly y: string;
  /** The coordinates of the other axes. */
  readonly at: Readonly<Record<string, number>>;
  readonly size: DatasetSearch['size'];
  /** The place in the panel. */
  readonly open: string | undefined;
  /** Page up and page down: the next plane. */
  readonly onPlane: (step: number) => void;
}

/** Widths of a cell, in pixels; without a choice the whole plane is in sight, within these. */
const widths = { s: 64, m: 128, l: 240 };
const [narrowest, widest] = [56, 320];
const gap = 4;
const headWidth = 52;
const headHeight = 22;
/** Until a picture is there. */
const usualRatio = 0.75;
/** Of each dataset, height by width of the first picture that was seen: cells have its shape from then on. */
const ratios = new Map<number, number>();

export function ItemGrid({ dataset, x, y, at, size, open, onPlane }: ItemGridProps) {
  const columns = spanOf(dataset, x);
  const rows = spanOf(dataset, y);
  const { ref: boxRef, width, height } = useElementSize<HTMLDivElement>();
  const scroll = useRef<HTMLDivElement>(null);
  const navigate = useNavigate({ from: '/datasets/$dataset' });
  const [ratio, setRatio] = useState(ratios.get(dataset.id));
  const [cursor, setCursor] = useState<{ column: number; row: number }>();
  const fitting = Math.min(
    (width - headWidth - 18) / Math.max(1, columns.count) - gap,
    ((height - headHeight - 18) / Math.max(1, rows.count) - gap) / (ratio ?? usualRatio),
  );
  const cellWidth =
    size === undefined ? Math.floor(Math.max(narrowest, Math.min(widest, fitting))) : widths[size];
  const cellHeight = Math.round(cellWidth * (ratio ?? usualRatio));
  const across = useVirtualizer({
    horizontal: true,
    count: columns.count,
    getScrollElement: () => scroll.current,
    estimateSize: () => cellWidth + gap,
    paddingStart: headWidth,
    scrollPaddingStart: headWidth,
    overscan: 1,
  });
  const down = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroll.current,
    estimateSize: () => cellHeight + gap,
    paddingStart: headHeight,
    scrollPaddingStart: headHeight,
    overscan: 1,
  });
  useEffect(() => {
    across.measure();
    down.measure();
  }, [across, down, cellWidth, cellHeight]);
  const shownColumns = across.getVirtualItems();
  const shownRows = down.getVirtualItems();
  const seen = {
    columns: within(columns.first, shownColumns),
    rows: within(rows.first, shownRows),
  };
  const items = useLatticeItems({ dataset: dataset.id, x, y, at, ...seen });

  const placeOf = (column: number, row: number): Record<string, number> =>
    Object.fromEntries(
      dataset.axes.map((axis) => [
        axis,
        axis === x ? columns.first + column : axis === y ? rows.first + row : (at[axis] ?? 0),
      ]),
    );
  const opened = cellOf(open, x, y, columns.first, rows.first);
  const here = cursor ?? opened ?? { column: 0, row: 0 };
  // Where the Tab key comes in: what is out of sight has no element to come to.
  const inSight =
    shownColumns.some(({ index }) => index === here.column) &&
    shownRows.some(({ index }) => index === here.row);
  const entry = inSight ? here : { column: shownColumns[0]?.index ?? 0, row: shownRows[0]?.index ?? 0 };
  const show = (item: ItemSummary): void => {
    void navigate({
      search: (before) => ({ ...before, place: placeText(item.place) }),
      replace: open !== undefined,
    });
  };
  const goTo = (column: number, row: number): void => {
    const next = {
      column: Math.max(0, Math.min(columns.count - 1, column)),
      row: Math.max(0, Math.min(rows.count - 1, row)),
    };
    setCursor(next);
    across.scrollToIndex(next.column);
    down.scrollToIndex(next.row);
    // It may only come to be when it is scrolled to.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        scroll.current?.querySelector<HTMLElement>(`[data-cell="${next.column} ${next.row}"]`)?.focus();
      }),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      return goTo(here.column + step[0]!, here.row + step[1]!);
    }
    switch (event.key) {
      case 'Home':
      case 'End':
        event.preventDefault();
        return goTo(event.key === 'Home' ? 0 : columns.count - 1, here.row);
      case 'PageUp':
      case 'PageDown':
        event.preventDefault();
        return onPlane(event.key === 'PageUp' ? -1 : 1);
    }
  };
  const onRatio =
    ratio !== undefined
      ? undefined
      : (value: number): void => {
          const shape = Math.max(0.4, Math.min(1.6, value));
          ratios.set(dataset.id, shape);
          setRatio(shape);
        };
  return (
    <div className={classes['box']}>
      {items.error !== undefined && <Problem error={items.error} />}
      <div className={classes['scroll']} ref={useMergedRef(scroll, boxRef)}>
        <div
          className={classes['sheet']}
          role="grid"
          aria-label={`Items by ${y} and ${x}`}
          aria-rowcount={rows.count}
          aria-colcount={columns.count}
          onKeyDown={onKeyDown}
          style={{ width: across.getTotalSize(), height: down.getTotalSize() }}
        >
          <div
            className={classes['corner']}
            style={{ width: headWidth, height: headHeight }}
            aria-hidden="true"
          ></div>
          <div className={classes['top']} style={{ height: headHeight }} aria-hidden="true">
            {shownColumns.map(({ index, start }) => (
              <span key={index} style={{ left: start, width: cellWidth }}>
                {cellWidth < 80 ? '' : `${x} `}
                {columns.first + index}
              </span>
            ))}
          </div>
          <div className={classes['left']} style={{ width: headWidth }} aria-hidden="true">
            {shownRows.map(({ index, start }) => (
              <span key={index} style={{ top: start, height: cellHeight }}>
                {y} {rows.first + index}
              </span>
            ))}
          </div>
          {shownRows.map((row) => (
            <div role="row" aria-rowindex={row.index + 1} key={row.index}>
              {shownColumns.map((column) => {
                const item = items.find(columns.first + column.index, rows.first + row.index);
                const place = placeOf(column.index, row.index);
                const text = placeText(place);
                const current = entry.column === column.index && entry.row === row.index;
                const words = formatPlaceWords(place);
                return (
                  <div
                    key={column.index}
                    role="gridcell"
                    aria-colindex={column.index + 1}
                    aria-selected={text === open}
                    aria-label={item === undefined ? `${words}: no item` : `${words}: ${item.name}`}
                    tabIndex={current ? 0 : -1}
                    data-cell={`${column.index} ${row.index}`}
                    className={classes['cell']}
                    data-empty={item === undefined || undefined}
                    data-loading={(item === undefined && items.loading) || undefined}
                    title={item === undefined ? undefined : `${words} · ${item.name}`}
                    style={{
                      width: cellWidth,
                      height: cellHeight,
                      transform: `translate(${column.start}px, ${row.start}px)`,
                    }}
                    onClick={() => {
                      setCursor({ column: column.index, row: row.index });
                      if (item !== undefined) show(item);
                    }}
                    onKeyDown={(event) => {
                      if ((event.key !== 'Enter' && event.key !== ' ') || item === undefined) return;
                      event.preventDefault();
                      show(item);
                    }}
                  >
                    {item !== undefined && (
                      <Thumbnail
                        key={text}
                        {...{ dataset: dataset.id, type: dataset.type, place }}
                        revision={item.revision}
                        size={cellWidth}
                        alt=""
                        onRatio={onRatio}
                      />
                    )}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function spanOf({ extents }: DatasetDetail, axis: string): { first: number; count: number } {
  const extent = extents.find((one) => one.axis === axis);
  return extent === undefined
    ? { first: 0, count: 0 }
    : { first: extent.first, count: extent.last - extent.first + 1 };
}

/** The coordinates that are shown; none where nothing is. */
function within(
  first: number,
  shown: readonly { readonly index: number }[],
): { first: number; last: number } {
  const [begin, end] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? -1];
  return { first: first + begin, last: first + end };
}

function cellOf(
  open: string | undefined,
  x: string,
  y: string,
  firstColumn: number,
  firstRow: number,
): { column: number; row: number } | undefined {
  const parts = new Map(open?.split(',').map((part) => part.split('=') as [string, string]));
  const [column, row] = [parts.get(x), parts.get(y)];
  if (column === undefined || row === undefined) return undefined;
  return { column: Number(column) - firstColumn, row: Number(row) - firstRow };
}
