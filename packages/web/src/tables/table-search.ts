/** What the address of a table says, beside the dataset. */
import { readPlaceText } from '../parts/numbers.ts';
import type { Search } from '../read-search.ts';
import { readRanges } from './ranges.ts';

export interface TableSearch {
  /** `row=1,col=2` */
  readonly place?: string | undefined;
  /** The column that rows are sorted by; `-area` from the largest down. */
  readonly sort?: string | undefined;
  /** Only rows within these ranges: `area:10..50;mean:100..`. */
  readonly only?: string | undefined;
  /** Rows that are chosen, written in the same way. */
  readonly chosen?: string | undefined;
  /** The histogram's column. */
  readonly column?: string | undefined;
  /** Those of the scatter plot. */
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  /** The object that is marked. */
  readonly object?: number | undefined;
  /** Of the image beside it. */
  readonly view?: string | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export function readTableSearch({ text, number }: Search): TableSearch {
  const place = text('place');
  const ranges = (name: string): string | undefined =>
    readRanges(text(name)).length === 0 ? undefined : text(name);
  const object = number('object');
  return {
    place: place === undefined || readPlaceText(place) === undefined ? undefined : place,
    sort: text('sort'),
    only: ranges('only'),
    chosen: ranges('chosen'),
    column: text('column'),
    x: text('x'),
    y: text('y'),
    object: object !== undefined && Number.isSafeInteger(object) && object > 0 ? object : undefined,
    view: text('view'),
    low: number('low'),
    high: number('high'),
  };
}
