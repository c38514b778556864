/** An item in few words with its picture, as a link to it: for what was read and what was made. */
import type { DatasetType, Place } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { placeText } from '../parts/numbers.ts';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import classes from './item-panel.module.css';

interface ItemChipProps {
  readonly dataset: number;
  readonly type: DatasetType;
  readonly place: Place;
  readonly name: string;
  /** 0 where it is not known. */
  readonly revision: number;
  /** A word more, such as that it has changed since. */
  readonly note?: string | undefined;
}

export function ItemChip({ dataset, type, place, name, revision, note }: ItemChipProps) {
  const words = Object.keys(place).length === 0 ? '' : formatPlaceWords(place);
  const below = [words, ...(note === undefined ? [] : [note])].filter((word) => word !== '').join(' · ');
  return (
    <Link
      to="/datasets/$dataset"
      params={{ dataset }}
      search={{ place: placeText(place) }}
      className={classes['chip']}
      title={below === '' ? name : `${name}, ${below}`}
    >
      <span className={classes['chipPicture']}>
        <Thumbnail {...{ dataset, type, place, revision }} size={36} alt="" cover />
      </span>
      <span className={classes['chipWords']}>
        <span className="cut">{name}</span>
        {below !== '' && <span className="quiet cut figures">{below}</span>}
      </span>
    </Link>
  );
}
