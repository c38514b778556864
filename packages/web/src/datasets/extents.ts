/** How large the lattice of a dataset is, in words, and how it is laid out as a grid. */
import type { DatasetSummary } from '@gantry/model';
import { formatCount } from '../parts/numbers.ts';

/** `row 1–4 · col 1–4`; the axes alone where there are no items yet, and nothing without axes. */
export function describeExtents({ axes, extents }: Pick<DatasetSummary, 'axes' | 'extents'>): string {
  if (extents.length === 0) return axes.join(' · ');
  return extents
    .map(({ axis, first, last }) => `${axis} ${first === last ? first : `${first}–${last}`}`)
    .join(' · ');
}

/** How many places the extents have; undefined without items. */
export function countPlaces({
  extents,
  items,
}: Pick<DatasetSummary, 'extents' | 'items'>): number | undefined {
  if (items === 0) return undefined;
  return extents.reduce((product, { first, last }) => product * (last - first + 1), 1);
}

/** `1,204 items`, or `12 items of 16 places` where some of the grid are missing. */
export function describeItems(dataset: Pick<DatasetSummary, 'extents' | 'items' | 'axes'>): string {
  const places = countPlaces(dataset);
  const items = `${formatCount(dataset.items)} ${dataset.items === 1 ? 'item' : 'items'}`;
  return places === undefined || places <= dataset.items
    ? items
    : `${items} of ${formatCount(places)} places`;
}
