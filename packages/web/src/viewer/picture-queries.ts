/** What pages ask of images. */
import type { Place } from '@gantry/model';
import { queryOptions } from '@tanstack/react-query';
import { pictureClient } from '../api/picture-client.ts';
import { placeText } from '../parts/numbers.ts';

export const pictureQuery = (dataset: number, place: Place, page = 0) =>
  queryOptions({
    queryKey: ['picture', dataset, placeText(place), page],
    queryFn: ({ signal }) => pictureClient.picture(dataset, place, page, signal),
    // Files change: who comes back to the page sees whether this one has.
    refetchOnWindowFocus: 'always',
  });

export const overlaysQuery = (dataset: number, place: Place) =>
  queryOptions({
    queryKey: ['overlays', dataset, placeText(place)],
    queryFn: ({ signal }) => pictureClient.overlays(dataset, place, signal),
    refetchOnWindowFocus: 'always',
  });

export const aroundQuery = (dataset: number, place: Place) =>
  queryOptions({
    queryKey: ['around', dataset, placeText(place)],
    queryFn: ({ signal }) => pictureClient.around(dataset, place, signal),
    refetchOnWindowFocus: 'always',
  });

export const measuredQuery = (dataset: number, place: Place) =>
  queryOptions({
    queryKey: ['measured', dataset, placeText(place)],
    queryFn: ({ signal }) => pictureClient.measured(dataset, place, signal),
  });
