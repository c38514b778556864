/** Links to the pages that show an item large: the viewer for pictures, the table for tables. */
import type { Place } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { placeText } from '../parts/numbers.ts';

interface OpenLinkProps extends Omit<ComponentProps<'a'>, 'href' | 'target'> {
  readonly dataset: number;
  readonly place: Place;
  readonly page: 'view' | 'table';
}

export function OpenLink({ dataset, place, page, ...props }: OpenLinkProps) {
  return (
    <Link
      {...props}
      to={page === 'view' ? '/datasets/$dataset/view' : '/datasets/$dataset/table'}
      params={{ dataset }}
      search={{ place: placeText(place) }}
    />
  );
}
