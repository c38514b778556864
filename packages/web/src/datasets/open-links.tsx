/** Links to the pages that show an item large: the viewer for pictures, the table for tables. */
import type { Place } from '@gantry/model';
import { useRouter } from '@tanstack/react-router';
import type { ComponentProps, MouseEvent } from 'react';
import { placeText } from '../parts/numbers.ts';

interface OpenLinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  readonly dataset: number;
  readonly place: Place;
  readonly page: 'view' | 'table';
}

export function OpenLink({ dataset, place, page, ...props }: OpenLinkProps) {
  const router = useRouter();
  const href = `/datasets/${dataset}/${page}?${new URLSearchParams({ place: placeText(place) }).toString()}`;
  const go = (event: MouseEvent<HTMLAnchorElement>): void => {
    // Another tab or window is the browser's to open.
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(href);
  };
  return <a {...props} href={href} onClick={go} />;
}
