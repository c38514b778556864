/** Addresses of an image's tiles and thumbnail. */
import { userApiPath, type PictureDescription } from '@gantry/model';
import { placeText } from '../parts/numbers.ts';

type Shown = Pick<PictureDescription, 'dataset' | 'place' | 'page' | 'version'>;

function address(
  { dataset, place, page, version }: Shown,
  what: string,
  query: Record<string, string>,
): string {
  const search = new URLSearchParams({
    place: placeText(place),
    ...(page === 0 ? {} : { page: String(page) }),
    ...query,
    v: version,
  });
  return `${userApiPath}/datasets/${dataset.id}/picture/${what}?${search.toString()}`;
}

export function tileUrl(
  picture: Shown,
  at: { readonly level: number; readonly x: number; readonly y: number },
  query: Record<string, string>,
): string {
  return address(picture, 'tile', {
    ...{ level: String(at.level), x: String(at.x), y: String(at.y) },
    ...query,
  });
}

/** @param size pixels of its longer side */
export function thumbnailUrl(picture: Shown, size: number, query: Record<string, string> = {}): string {
  return address(picture, 'thumbnail', { size: String(size), ...query });
}
