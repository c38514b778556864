/** All datasets, newest first: sources and what runs have made. Only the rows that are seen exist. */
import { datasetTypes, type DatasetSummary } from '@gantry/model';
import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { datasetsQuery } from '../api/dataset-queries.ts';
import type { DatasetsSearch } from '../dataset-search.ts';
import { describeExtents, describeItems } from '../datasets/extents.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { formatCount, formatSize } from '../parts/numbers.ts';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { runCommand } from '../parts/run-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { TypeIcon, typeWords, wordOf } from '../parts/type-icon.tsx';
import { Icon } from '../shell/icons.tsx';
import classes from './datasets-page.module.css';

const route = getRouteApi('/datasets');
const rowHeight = 64;
const headings = ['Dataset', 'Items', 'Size', 'State', 'Made by', 'Read by', 'Created'];

export function DatasetsPage() {
  const search = route.useSearch();
  const query = useInfiniteQuery(datasetsQuery(search));
  const { data, error, refetch } = query;
  const datasets = data?.pages.flat() ?? [];
  const filtered = search.type !== undefined || search.text !== undefined;
  const none = data !== undefined && datasets.length === 0;
  return (
    <Page title="Datasets">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {none && !filtered && (
        <Empty command={runCommand}>
          <p>
            <strong>
              A dataset is a set of images, tables or other files, each at a place of a lattice.
            </strong>{' '}
            The folders that you give to runs become datasets, and so does everything that runs make of them.
            There is none yet; this command makes the first ones:
          </p>
        </Empty>
      )}
      {(!none || filtered) && error === null && (
        <section className={`panel ${classes['list']}`} aria-label="Datasets">
          <Filters search={search} count={datasets.length} more={query.hasNextPage} />
          {data === undefined && <Loading height="20rem" />}
          {datasets.length > 0 && <DatasetRows datasets={datasets} query={query} />}
          {none && (
            <p className={`quiet ${classes['none']}`}>
              No dataset is like that. Try fewer words, or all types.
            </p>
          )}
        </section>
      )}
    </Page>
  );
}

interface FiltersProps {
  readonly search: DatasetsSearch;
  readonly count: number;
  readonly more: boolean;
}

function Filters({ search, count, more }: FiltersProps) {
  const change = useChangeSearch<DatasetsSearch>();
  const [text, setText] = useState(search.text ?? '');
  const find = useDebouncedCallback(
    (words: string) => change({ text: words === '' ? undefined : words }),
    200,
  );
  // Going back changes the words, too.
  useEffect(() => setText(search.text ?? ''), [search.text]);
  return (
    <div className={classes['bar']} role="search" aria-label="Datasets">
      <TextInput
        size="xs"
        w="16rem"
        aria-label="Words of the name"
        placeholder="Words of the name"
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          find(event.currentTarget.value.trim());
        }}
      />
      <Select
        size="xs"
        w="9.5rem"
        aria-label="Type"
        value={search.type ?? ''}
        data={[
          { value: '', label: 'all types' },
          ...datasetTypes.map((type) => ({ value: type, label: typeWords[type] })),
        ]}
        onChange={(value) => change({ type: datasetTypes.find((type) => type === value) })}
        allowDeselect={false}
      />
      <span className={`quiet figures ${classes['count']}`} role="status">
        {formatCount(count)}
        {more ? ' and more' : ''} {count === 1 && !more ? 'dataset' : 'datasets'}
      </span>
    </div>
  );
}

interface DatasetRowsProps {
  readonly datasets: readonly DatasetSummary[];
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
}

function DatasetRows({ datasets, query }: DatasetRowsProps) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: datasets.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => datasets[index]?.id ?? index,
    overscan: 6,
  });
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= datasets.length - 20 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [lastShown, datasets.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target instanceof HTMLElement ? Number(event.target.dataset['index']) : NaN;
    if (step === undefined || Number.isNaN(row)) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(datasets.length - 1, row + step));
    rows.scrollToIndex(next);
    requestAnimationFrame(() => {
      scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };
  return (
    <div role="table" aria-label="Datasets" aria-rowcount={datasets.length + 1}>
      <div role="rowgroup">
        <div className={classes['head']} role="row" aria-rowindex={1}>
          {headings.map((title) => (
            <span role="columnheader" key={title}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div className={classes['rows']} ref={scroll} role="rowgroup" onKeyDown={onKeyDown}>
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {shown.map(({ index, start, key }) => {
            const dataset = datasets[index];
            return dataset === undefined ? null : (
              <DatasetRow key={key} dataset={dataset} index={index} start={start} />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface DatasetRowProps {
  readonly dataset: DatasetSummary;
  readonly index: number;
  /** Pixels from the top. */
  readonly start: number;
}

function DatasetRow({ dataset, index, start }: DatasetRowProps) {
  const { id, name, type, first } = dataset;
  return (
    <Link
      to="/datasets/$dataset"
      params={{ dataset: id }}
      className={classes['row']}
      style={{ transform: `translateY(${start}px)` }}
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
    >
      <span role="cell" className={classes['what']}>
        <span className={classes['picture']}>
          {first === null ? (
            <span className={classes['icon']}>
              <TypeIcon type={type} size={20} />
            </span>
          ) : (
            <Thumbnail {...{ dataset: id, type, ...first }} size={52} alt="" cover />
          )}
        </span>
        <span className={classes['names']}>
          <span className={`${classes['name']} cut`} title={name}>
            {name}
          </span>
          <span className="quiet cut">
            <TypeIcon type={type} size={13} />{' '}
            {[wordOf(dataset), describeExtents(dataset)].filter((part) => part !== '').join(' · ')}
          </span>
        </span>
      </span>
      <span role="cell">{describeItems(dataset)}</span>
      <span role="cell" className="quiet">
        {dataset.items === 0 ? '–' : formatSize(dataset.bytes)}
      </span>
      <span role="cell">
        <StateBadge state={dataset.state} />
        {dataset.watch === 'watched' && <span className={`quiet ${classes['below']}`}>watched folder</span>}
      </span>
      <span role="cell" className={classes['two']}>
        <MadeBy dataset={dataset} />
      </span>
      <span role="cell" className={classes['two']}>
        <ReadBy dataset={dataset} />
      </span>
      <span role="cell" className="quiet">
        <RelativeTime time={dataset.created} />
      </span>
    </Link>
  );
}

function MadeBy({ dataset: { madeBy, folder } }: { readonly dataset: DatasetSummary }) {
  if (madeBy === null)
    return (
      <>
        <span>a source</span>
        {folder !== null && (
          <span className="quiet cut" title={folder}>
            {folder.split('/').findLast(Boolean)}
          </span>
        )}
      </>
    );
  return (
    <>
      <span className="cut" title={`${madeBy.stage}.${madeBy.output}`}>
        {madeBy.stage}
      </span>
      <span className="quiet cut" title={madeBy.runName}>
        run {madeBy.run}, {madeBy.runName}
      </span>
    </>
  );
}

function ReadBy({ dataset: { readBy, readers } }: { readonly dataset: DatasetSummary }) {
  const [newest] = readBy;
  if (newest === undefined) return <span className="quiet">nothing</span>;
  const stages = newest.stages.join(', ');
  return (
    <>
      <span className="cut" title={stages}>
        {stages === '' ? newest.runName : stages}
      </span>
      <span className="quiet cut">
        run {newest.run}
        {readers > 1 ? ` and ${formatCount(readers - 1)} more` : ''}
      </span>
    </>
  );
}
