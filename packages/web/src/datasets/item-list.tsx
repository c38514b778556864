/**
 * The items of a dataset in the order of their places: as a list, or as a gallery of thumbnails. Only those that are
 * seen exist, and more are asked for as one goes down.
 */
import type { DatasetDetail, ItemSummary } from '@gantry/model';
import { useElementSize } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { itemListQuery } from '../api/dataset-queries.ts';
import type { DatasetSearch } from '../dataset-search.ts';
import { formatSize, placeText } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import classes from './item-list.module.css';

interface ItemListProps {
  readonly dataset: DatasetDetail;
  /** The place in the panel. */
  readonly open: string | undefined;
}

const rowHeight = 44;
const cardWidths = { s: 96, m: 152, l: 240 };
const cardGap = 10;
const captionHeight = 42;
const headings = ['Place', 'Name', 'Size', 'Revision', 'Recorded'];

export function ItemList({ dataset, open }: ItemListProps) {
  const { items, frame, reach } = useItems(dataset.id);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => reach(last), [reach, last]);
  return frame(
    <div role="table" aria-label="Items" aria-rowcount={dataset.items + 1}>
      <div role="rowgroup">
        <div className={classes['head']} role="row" aria-rowindex={1}>
          {headings.map((title) => (
            <span role="columnheader" key={title}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div
        className={classes['scroll']}
        ref={scroll}
        role="rowgroup"
        onKeyDown={(event) =>
          walk(event, scroll.current, 1, items.length, (index) => rows.scrollToIndex(index))
        }
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {shown.map(({ index, start }) => {
            const item = items[index];
            return item === undefined ? null : (
              <ItemLink
                key={placeText(item.place)}
                item={item}
                index={index}
                open={open}
                className={classes['row']}
                style={{ transform: `translateY(${start}px)` }}
                isRow
              >
                <span role="cell" className={classes['place']}>
                  <span className={classes['small']}>
                    <Thumbnail
                      {...{
                        dataset: dataset.id,
                        type: dataset.type,
                        place: item.place,
                        revision: item.revision,
                      }}
                      size={32}
                      alt=""
                      cover
                    />
                  </span>
                  {formatPlaceWords(item.place)}
                </span>
                <span role="cell" className="cut" title={item.name}>
                  {item.name}
                </span>
                <span role="cell" className="quiet">
                  {formatSize(item.size)}
                </span>
                <span role="cell" className="quiet">
                  {item.revision}
                </span>
                <span role="cell" className="quiet">
                  <RelativeTime time={item.modified} />
                </span>
              </ItemLink>
            );
          })}
        </div>
      </div>
    </div>,
  );
}

interface ItemGalleryProps extends ItemListProps {
  readonly size: DatasetSearch['size'];
}

export function ItemGallery({ dataset, open, size }: ItemGalleryProps) {
  const { items, frame, reach } = useItems(dataset.id);
  const { ref: boxRef, width } = useElementSize<HTMLDivElement>();
  const scroll = useRef<HTMLDivElement>(null);
  const only = dataset.items === 1;
  const wanted = only ? Math.min(560, Math.max(240, width - 40)) : cardWidths[size ?? 'm'];
  const perRow = Math.max(1, Math.floor((width - 24 + cardGap) / (wanted + cardGap)));
  const height = Math.round(wanted * 0.75) + captionHeight;
  const rows = useVirtualizer({
    count: Math.ceil(items.length / perRow),
    getScrollElement: () => scroll.current,
    estimateSize: () => height + cardGap,
    paddingStart: 12,
    overscan: 2,
  });
  useEffect(() => rows.measure(), [rows, height]);
  const shown = rows.getVirtualItems();
  const last = ((shown.at(-1)?.index ?? 0) + 1) * perRow;
  useEffect(() => reach(last), [reach, last]);
  return (
    <div ref={boxRef}>
      {frame(
        <div
          className={classes['scroll']}
          ref={scroll}
          role="list"
          aria-label="Items"
          onKeyDown={(event) =>
            walk(event, scroll.current, perRow, items.length, (index) =>
              rows.scrollToIndex(Math.floor(index / perRow)),
            )
          }
        >
          <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
            {shown.flatMap(({ index: row, start }) =>
              Array.from({ length: perRow }, (_, column) => {
                const index = row * perRow + column;
                const item = items[index];
                return item === undefined ? null : (
                  <div
                    role="listitem"
                    key={placeText(item.place)}
                    className={classes['card']}
                    style={{
                      width: wanted,
                      height,
                      transform: `translate(${12 + column * (wanted + cardGap)}px, ${start}px)`,
                    }}
                  >
                    <ItemLink item={item} index={index} open={open} className={classes['cardLink']}>
                      <span className={classes['picture']} style={{ height: height - captionHeight }}>
                        <Thumbnail
                          {...{ dataset: dataset.id, type: dataset.type, place: item.place }}
                          revision={item.revision}
                          size={wanted}
                          alt=""
                        />
                      </span>
                      <span className="cut" title={item.name}>
                        {item.name}
                      </span>
                      {dataset.axes.length > 0 && (
                        <span className="quiet cut">{formatPlaceWords(item.place)}</span>
                      )}
                    </ItemLink>
                  </div>
                );
              }),
            )}
          </div>
        </div>,
      )}
    </div>
  );
}

interface ItemLinkProps {
  readonly item: ItemSummary;
  readonly index: number;
  readonly open: string | undefined;
  readonly className: string | undefined;
  readonly style?: React.CSSProperties;
  readonly isRow?: boolean;
  readonly children: ReactNode;
}

function ItemLink({ item, index, open, className, style, isRow = false, children }: ItemLinkProps) {
  const place = placeText(item.place);
  return (
    <Link
      from="/datasets/$dataset"
      to="."
      search={(before) => ({ ...before, place })}
      // Going from item to item is one step of the way back.
      replace={open !== undefined}
      className={className}
      style={style}
      aria-current={open === place}
      data-index={index}
      {...(isRow ? { role: 'row', 'aria-rowindex': index + 2 } : {})}
    >
      {children}
    </Link>
  );
}

interface Items {
  readonly items: readonly ItemSummary[];
  /** What is around the items: what went wrong, that they are on their way. */
  readonly frame: (children: ReactNode) => ReactNode;
  /** Asks for more where the item at this index is seen. */
  readonly reach: (index: number) => void;
}

function useItems(dataset: number): Items {
  const query = useInfiniteQuery(itemListQuery(dataset));
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const items = data?.pages.flat() ?? [];
  return {
    items,
    frame: (children) => (
      <>
        {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null ? <Loading height="16rem" /> : children}
      </>
    ),
    reach: (index) => {
      if (index >= items.length - 40 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
  };
}

/** Arrow keys go from link to link, as they lie. */
function walk(
  event: KeyboardEvent,
  scroll: HTMLElement | null,
  perRow: number,
  count: number,
  show: (index: number) => void,
): void {
  const step = {
    ArrowDown: perRow,
    ArrowUp: -perRow,
    ...(perRow > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
  }[event.key];
  const from = event.target instanceof HTMLElement ? Number(event.target.dataset['index']) : NaN;
  if (step === undefined || Number.isNaN(from)) return;
  event.preventDefault();
  const next = Math.max(0, Math.min(count - 1, from + step));
  show(next);
  requestAnimationFrame(() => scroll?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
}
