/** What pages ask for about datasets, each by one key. Live events write to `datasets` and `dataset` as well. */
import { userApiPath, type ChangePreview, type DatasetType, type Place } from '@gantry/model';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { placeText, readPlaceText } from '../parts/numbers.ts';
import { client } from './client.ts';

export interface DatasetFilter {
  readonly type?: DatasetType | undefined;
  readonly text?: string | undefined;
}

/** How many are asked for at a time. */
const datasetsAtOnce = 100;
const itemsAtOnce = 200;

export const datasetsQuery = ({ type, text = '' }: DatasetFilter) =>
  infiniteQueryOptions({
    queryKey: ['datasets', type, text],
    queryFn: ({ pageParam, signal }) =>
      client.datasets(
        {
          ...{ text, limit: datasetsAtOnce },
          ...(type === undefined ? {} : { type }),
          ...(pageParam === 0 ? {} : { after: pageParam }),
        },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < datasetsAtOnce ? undefined : last.at(-1)?.id),
    placeholderData: keepPreviousData,
  });

/** For the search over everything. */
export const foundDatasetsQuery = (text: string) =>
  queryOptions({
    queryKey: ['found-datasets', text],
    queryFn: ({ signal }) => client.datasets({ text, limit: 10 }, signal),
    placeholderData: keepPreviousData,
  });

export const datasetQuery = (dataset: number) =>
  queryOptions({
    queryKey: ['dataset', dataset],
    queryFn: ({ signal }) => client.dataset(dataset, signal),
  });

/** All items, in the order of their places. */
export const itemListQuery = (dataset: number) =>
  infiniteQueryOptions({
    queryKey: ['items', dataset, 'list'],
    queryFn: ({ pageParam, signal }) =>
      client.items(
        dataset,
        { limit: itemsAtOnce, ...(pageParam === undefined ? {} : { after: pageParam }) },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => {
      const end = last.at(-1);
      return last.length < itemsAtOnce || end === undefined ? undefined : placeText(end.place);
    },
  });

/** The items of a box, such as `t=3,row=0..15,col=16..31`, at most a thousand. */
export const itemBoxQuery = (dataset: number, at: string) =>
  queryOptions({
    queryKey: ['items', dataset, 'box', at],
    queryFn: ({ signal }) => client.items(dataset, { at, limit: 1000 }, signal),
  });

/** @param place as `placeText` writes it */
export const itemQuery = (dataset: number, place: string) =>
  queryOptions({
    queryKey: ['item', dataset, place],
    queryFn: ({ signal }) => client.item(dataset, readPlaceText(place) ?? {}, signal),
  });

export const lineageQuery = (dataset: number) =>
  queryOptions({
    queryKey: ['lineage', dataset],
    queryFn: ({ signal }) => client.lineage(dataset, signal),
  });

/** Asked anew whenever somebody thinks of it. */
export const previewQuery = (dataset: number, change: ChangePreview['change']) =>
  queryOptions({
    queryKey: ['preview', dataset, change],
    queryFn: ({ signal }) => client.previewChange(dataset, change, signal),
    staleTime: 0,
    gcTime: 0,
  });

/** Where the bytes of an item are, for links. */
export function itemFileAddress(dataset: number, place: Place): string {
  return `${userApiPath}/datasets/${dataset}/file?${new URLSearchParams({ place: placeText(place) }).toString()}`;
}

/**
 * Where the thumbnail of an item is.
 * @param size of its longer side, in pixels
 * @param revision other bytes have another address, so that a picture that is shown follows them
 */
export function thumbnailAddress(dataset: number, place: Place, size: number, revision: number): string {
  const search = new URLSearchParams({
    place: placeText(place),
    ...{ size: String(size), revision: String(revision) },
  });
  return `${userApiPath}/datasets/${dataset}/picture/thumbnail?${search.toString()}`;
}
