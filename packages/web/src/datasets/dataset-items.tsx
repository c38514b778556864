/** The items of a dataset: laid out by its lattice where they are pictures of two axes or more, else one by one. */
import type { DatasetDetail } from '@gantry/model';
import { SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { DatasetSearch } from '../dataset-search.ts';
import heatMap from '../heat-map/heat-map.module.css';
import { PlaneSliders } from '../heat-map/plane-sliders.tsx';
import { firstOf, layOutAxes } from '../heat-map/use-stage-map.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { placeText, readPlaceText } from '../parts/numbers.ts';
import { Empty } from '../parts/page.tsx';
import { hasPictures } from '../parts/thumbnail.tsx';
import { describeExtents } from './extents.ts';
import { ItemGrid } from './item-grid.tsx';
import { ItemGallery, ItemList } from './item-list.tsx';

const route = getRouteApi('/datasets/$dataset');

export function DatasetItems({ dataset }: { readonly dataset: DatasetDetail }) {
  const search = route.useSearch();
  const change = useChangeSearch<DatasetSearch>();
  if (dataset.items === 0) return <NoItems dataset={dataset} />;
  const pictures = hasPictures(dataset.type) && search.as !== 'list';
  const { x, y, planes } = layOutAxes(dataset.axes);
  const inGrid = pictures && x !== undefined && y !== undefined;
  const wanted = readPlaceText(search.at ?? '') ?? {};
  const at = { ...firstOf(dataset.extents, planes), ...pick(wanted, planes) };
  const show = (next: Record<string, number>): void => change({ at: placeText(next) });
  const step = (by: number): void => {
    const [axis] = planes;
    const extent = dataset.extents.find((one) => one.axis === axis);
    if (axis === undefined || extent === undefined) return;
    show({ ...at, [axis]: Math.max(extent.first, Math.min(extent.last, (at[axis] ?? 0) + by)) });
  };
  return (
    <section className="panel" aria-label="Items" style={{ minWidth: 0 }}>
      {hasPictures(dataset.type) && (
        <div className={heatMap['bar']}>
          {inGrid && <PlaneSliders extents={dataset.extents} planes={planes} at={at} onChange={show} />}
          <span className={heatMap['grow']} />
          {pictures && dataset.items > 1 && (
            <SegmentedControl
              size="xs"
              aria-label="Size of the pictures"
              value={search.size ?? (inGrid ? 'fit' : 'm')}
              data={[
                ...(inGrid ? [{ value: 'fit', label: 'Fit' }] : []),
                { value: 's', label: 'Small' },
                { value: 'm', label: 'Medium' },
                { value: 'l', label: 'Large' },
              ]}
              onChange={(size) => change({ size: (['s', 'm', 'l'] as const).find((one) => one === size) })}
            />
          )}
          <SegmentedControl
            size="xs"
            aria-label="Show as"
            value={search.as ?? 'pictures'}
            data={[
              { value: 'pictures', label: dataset.axes.length > 1 ? 'Grid' : 'Gallery' },
              { value: 'list', label: 'List' },
            ]}
            onChange={(as) => change({ as: as === 'list' ? 'list' : undefined })}
          />
        </div>
      )}
      {inGrid ? (
        <ItemGrid {...{ dataset, x, y, at, size: search.size, open: search.place }} onPlane={step} />
      ) : pictures ? (
        <ItemGallery dataset={dataset} size={search.size} open={search.place} />
      ) : (
        <ItemList dataset={dataset} open={search.place} />
      )}
    </section>
  );
}

function pick(place: Readonly<Record<string, number>>, axes: readonly string[]): Record<string, number> {
  return Object.fromEntries(Object.entries(place).filter(([axis]) => axes.includes(axis)));
}

function NoItems({ dataset }: { readonly dataset: DatasetDetail }) {
  const { madeBy, state, watch, folder } = dataset;
  return (
    <Empty>
      {madeBy !== null ? (
        <p>
          <strong>Nothing has been made here yet.</strong>{' '}
          {state === 'open'
            ? `What ${madeBy.stage} of run ${madeBy.run} makes shows up here by itself, as it is made.`
            : `Run ${madeBy.run} has ended without anything for ${madeBy.stage}.${madeBy.output}: see its tasks for why.`}
        </p>
      ) : (
        <p>
          <strong>There is no file in this dataset yet.</strong>{' '}
          {watch === 'watched'
            ? `Files that come to ${folder ?? 'the watched folder'} show up here by themselves.`
            : state === 'open'
              ? `Its places have the axes ${describeExtents(dataset)}. A run over a folder fills it, or a program by POST /datasets/${dataset.id}/items.`
              : `It is ${state}, so that none will come.`}
        </p>
      )}
    </Empty>
  );
}
