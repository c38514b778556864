/** A dataset: its items, where they come from and what was made of them. An item opens in a panel beside it. */
import type { DatasetDetail } from '@gantry/model';
import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { datasetQuery } from '../api/dataset-queries.ts';
import type { DatasetSearch } from '../dataset-search.ts';
import { watchesQuery } from '../api/queries.ts';
import { DatasetAbout } from '../datasets/dataset-about.tsx';
import { DatasetActions } from '../datasets/dataset-actions.tsx';
import { DatasetItems } from '../datasets/dataset-items.tsx';
import { describeExtents, describeItems } from '../datasets/extents.ts';
import { ItemPanel } from '../datasets/item-panel.tsx';
import { useChangeSearch } from '../parts/change-search.ts';
import { formatSize, formatThings } from '../parts/numbers.ts';
import { Loading, Page, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { TypeIcon, wordOf } from '../parts/type-icon.tsx';
import { WatchedFolder } from '../sources/watched-folders.tsx';
import classes from './dataset-page.module.css';
import run from './run-page.module.css';

/** With what draws graphs, which is not small. */
const DatasetLineage = lazy(async () => ({
  default: (await import('../datasets/dataset-lineage.tsx')).DatasetLineage,
}));

const route = getRouteApi('/datasets/$dataset');

export function DatasetPage() {
  const { dataset: id } = route.useParams();
  const { place } = route.useSearch();
  const { data: dataset, error, refetch } = useQuery(datasetQuery(id));
  return (
    <div className={run['split']}>
      <Page
        title={dataset?.name ?? `Dataset ${id}`}
        crumbs={[
          <Link to="/datasets" key="datasets">
            Datasets
          </Link>,
          <span key="dataset">{id}</span>,
        ]}
        badge={dataset !== undefined && <StateBadge state={dataset.state} filled />}
        actions={dataset !== undefined && <DatasetActions dataset={dataset} />}
      >
        {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
        {dataset === undefined && error === null && <Loading />}
        {dataset !== undefined && <Dataset key={dataset.id} dataset={dataset} />}
      </Page>
      {dataset !== undefined && place !== undefined && <ItemPanel dataset={dataset} place={place} />}
    </div>
  );
}

function Dataset({ dataset }: { readonly dataset: DatasetDetail }) {
  const { show } = route.useSearch();
  const change = useChangeSearch<DatasetSearch>();
  return (
    <>
      <DatasetFacts dataset={dataset} />
      {dataset.watch === 'watched' && <DatasetWatch dataset={dataset} />}
      <Tabs
        value={show ?? 'items'}
        onChange={(next) => change({ show: next === 'lineage' || next === 'about' ? next : undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="sm">
          <Tabs.Tab value="items">Items</Tabs.Tab>
          <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
          <Tabs.Tab value="about">About</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="items">
          <DatasetItems dataset={dataset} />
        </Tabs.Panel>
        <Tabs.Panel value="lineage">
          <Suspense fallback={<Loading height="16rem" />}>
            <DatasetLineage dataset={dataset} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="about">
          <DatasetAbout dataset={dataset} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** How the folder does that its files come to. */
function DatasetWatch({ dataset: { id, name } }: { readonly dataset: DatasetDetail }) {
  const { data: watches } = useQuery(watchesQuery);
  const watch = watches?.find((one) => one.dataset === id);
  return watch === undefined ? null : <WatchedFolder source={name} watch={watch} />;
}

function DatasetFacts({ dataset }: { readonly dataset: DatasetDetail }) {
  const { madeBy, readBy, readers, folder, watch } = dataset;
  return (
    <div className={`${classes['facts']} figures`}>
      <span className={classes['type']}>
        <TypeIcon type={dataset.type} size={16} />
        {wordOf(dataset)}
      </span>
      <span>{describeItems(dataset)}</span>
      {dataset.items > 0 && <span>{formatSize(dataset.bytes)}</span>}
      {dataset.axes.length > 0 && <span className="quiet">{describeExtents(dataset)}</span>}
      {madeBy === null ? (
        <span className="quiet">
          a source{folder === null ? '' : ` from ${folder}`}
          {watch === 'watched' ? ', watched' : ''}
        </span>
      ) : (
        <span className="quiet">
          made by{' '}
          <Link to="/runs/$run" params={{ run: madeBy.run }} search={{ stage: madeBy.stage }}>
            {madeBy.stage}
          </Link>{' '}
          of{' '}
          <Link to="/runs/$run" params={{ run: madeBy.run }}>
            run {madeBy.run}
          </Link>
        </span>
      )}
      {readBy.length > 0 && (
        <span className="quiet">
          read by{' '}
          {readBy.map(({ run: reader, stages }, index) => (
            <span key={reader}>
              {index > 0 && ', '}
              <Link to="/runs/$run" params={{ run: reader }} search={{ stage: stages[0] }}>
                {stages.length === 0 ? `run ${reader}` : stages.join(', ')}
                {stages.length > 0 && reader !== madeBy?.run ? ` (run ${reader})` : ''}
              </Link>
            </span>
          ))}
          {readers > readBy.length && ` and ${formatThings(readers - readBy.length, 'more run')}`}
        </span>
      )}
      <span className="quiet">
        created <RelativeTime time={dataset.created} />
      </span>
    </div>
  );
}
