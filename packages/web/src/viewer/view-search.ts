/** What the address of the viewer says, beside the dataset. */
import type { Search } from '../read-search.ts';
import { readPlaceText } from '../parts/numbers.ts';
import { colourMaps, type ColourMap } from './colour-maps.ts';
import { readLineText, readViewText } from './picture-view.ts';

export interface ViewSearch {
  /** `row=1,col=2` */
  readonly place?: string | undefined;
  /** Of a file that holds several, from 0. */
  readonly page?: number | undefined;
  /** Middle and scale: `812.5,400,2`. Absent: the whole image. */
  readonly view?: string | undefined;
  /** Values shown in the lowest and the highest colour; absent: those of the image itself. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly gamma?: number | undefined;
  readonly map?: ColourMap | undefined;
  /** The dataset that lies over the image, and the place of its item, where that is another: 12, `12@t=3`. */
  readonly over?: number | string | undefined;
  /** Percent. */
  readonly opacity?: number | undefined;
  readonly style?: 'fill' | undefined;
  /** The object that is marked. */
  readonly object?: number | undefined;
  /** A line that is measured: `10,20,110,95`. */
  readonly line?: string | undefined;
  readonly panel?: 'closed' | undefined;
}

export function readViewSearch(search: Search): ViewSearch {
  const { text, number, oneOf } = search;
  const place = text('place');
  return {
    place: place === undefined || readPlaceText(place) === undefined ? undefined : place,
    page: whole(number('page')),
    view: readViewText(text('view')) === undefined ? undefined : text('view'),
    low: number('low'),
    high: number('high'),
    gamma: within(number('gamma'), 0.05, 20),
    map: oneOf('map', colourMaps),
    over: whole(number('over')) ?? (/^\d+@./.test(text('over') ?? '') ? text('over') : undefined),
    opacity: within(number('opacity'), 0, 100),
    style: oneOf('style', ['fill'] as const),
    object: whole(number('object')),
    line: readLineText(text('line')) === undefined ? undefined : text('line'),
    panel: oneOf('panel', ['closed'] as const),
  };
}

function whole(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
