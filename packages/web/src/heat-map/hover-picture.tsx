/** The picture of the place under the pointer, once it rests there. */
import type { Place } from '@gantry/model';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { itemBoxQuery } from '../api/dataset-queries.ts';
import { placeText } from '../parts/numbers.ts';
import { Thumbnail } from '../parts/thumbnail.tsx';
import classes from './heat-map.module.css';
import type { PictureSource } from './use-map-pictures.ts';

const restMs = 120;
const size = 144;

interface HoverPictureProps {
  readonly source: PictureSource;
  readonly place: Place;
}

export function HoverPicture({ source, place }: HoverPictureProps) {
  const text = placeText(place);
  const [rested] = useDebouncedValue(text, restMs);
  const { data: items } = useQuery({
    ...itemBoxQuery(source.dataset, rested),
    enabled: rested === text,
  });
  const item = rested === text ? items?.[0] : undefined;
  return (
    <span className={classes['tipPicture']} style={{ width: size, height: size }}>
      {item !== undefined && (
        <Thumbnail key={text} {...source} place={item.place} revision={item.revision} size={size} alt="" />
      )}
    </span>
  );
}
