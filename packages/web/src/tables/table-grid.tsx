/** The rows of a table: only those and only the columns that are seen exist. A head sorts, a row marks its object. */
import type { TableAnswer } from '@gantry/model';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { formatThings } from '../parts/numbers.ts';
import { formatBrief, formatCell, unitText } from './format-cell.ts';
import type { Columns } from './rows.ts';
import classes from './tables.module.css';

interface TableGridProps {
  readonly table: TableAnswer;
  readonly columns: Columns;
  /** The column that names the objects: of its values there is no summary. */
  readonly idName: string | undefined;
  /** In the order that they are seen in. */
  readonly rows: Uint32Array;
  readonly chosen: ReadonlySet<number> | undefined;
  readonly marked: number;
  readonly sort: { readonly column: string; readonly down: boolean } | undefined;
  readonly onSort: (column: string) => void;
  readonly onMark: (row: number) => void;
  /** The columns that are seen. */
  readonly onColumns: (names: readonly string[]) => void;
}

const rowHeight = 28;
const columnWidth = 140;
const headHeight = 58;

export function TableGrid(props: TableGridProps) {
  const { table, columns, rows, chosen, marked, sort } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    paddingStart: headHeight,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: table.columns.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => columnWidth,
    overscan: 2,
  });
  const seen = across.getVirtualItems();
  const names = seen.map(({ index }) => table.columns[index]?.name ?? '').join('\n');
  useEffect(() => {
    if (names !== '') props.onColumns(names.split('\n'));
  }, [names]);
  // A row that was marked elsewhere comes into sight.
  const position = marked < 0 ? -1 : rows.indexOf(marked);
  useEffect(() => {
    if (position >= 0) down.scrollToIndex(position, { align: 'auto' });
  }, [position]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (step === undefined || rows.length === 0 || event.target !== event.currentTarget) return;
    event.preventDefault();
    const next = position < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, position + step));
    props.onMark(rows[next] ?? -1);
  };
  const width = across.getTotalSize();
  return (
    <div
      className={classes['grid']}
      ref={scroll}
      role="grid"
      tabIndex={0}
      aria-label="Rows. Arrows down and up mark the next one."
      aria-rowcount={rows.length + 1}
      aria-colcount={table.columns.length}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: down.getTotalSize(), width, position: 'relative' }} role="rowgroup">
        <div
          className={classes['gridHead']}
          style={{ width, height: headHeight }}
          role="row"
          aria-rowindex={1}
        >
          {seen.map(({ index, start }) => {
            const column = table.columns[index]!;
            const sorted = sort?.column === column.name;
            return (
              <div
                key={column.name}
                role="columnheader"
                aria-colindex={index + 1}
                aria-sort={sorted ? (sort.down ? 'descending' : 'ascending') : 'none'}
                className={classes['headCell']}
                style={{ left: start, width: columnWidth }}
              >
                <button
                  type="button"
                  onClick={() => props.onSort(column.name)}
                  title={column.definition ?? undefined}
                >
                  <span className="cut">{column.name}</span>
                  {unitText(column.unit) !== '' && (
                    <span className={classes['unit']}>{unitText(column.unit)}</span>
                  )}
                  <span aria-hidden="true">{sorted ? (sort.down ? '↓' : '↑') : ''}</span>
                </button>
                {column.kind === 'number' && column.name !== props.idName && (
                  <>
                    <small className="cut">
                      {formatBrief(column.minimum)} – {formatBrief(column.maximum)}
                    </small>
                    <small className="cut">median {formatBrief(column.median)}</small>
                  </>
                )}
                {column.count < table.rows && (
                  <small className="cut">{formatThings(table.rows - column.count, 'row')} without</small>
                )}
              </div>
            );
          })}
        </div>
        {down.getVirtualItems().map(({ index: place, start: top }) => {
          const row = rows[place]!;
          return (
            <div
              key={row}
              role="row"
              aria-rowindex={place + 2}
              aria-selected={row === marked}
              className={classes['gridRow']}
              data-chosen={chosen?.has(row) || undefined}
              style={{ transform: `translateY(${top}px)`, width }}
              onClick={() => props.onMark(row)}
            >
              {seen.map(({ index, start }) => {
                const { name, kind } = table.columns[index]!;
                return (
                  <span
                    key={name}
                    role="gridcell"
                    aria-colindex={index + 1}
                    className="cut"
                    style={{
                      left: start,
                      width: columnWidth,
                      textAlign: kind === 'number' ? 'right' : 'left',
                    }}
                  >
                    {columns.has(name) ? formatCell(columns.get(name)?.[row] ?? null) : '…'}
                  </span>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
