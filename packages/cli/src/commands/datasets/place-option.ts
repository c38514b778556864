/** The option `--place`. */
import type { Place } from '@gantry/model';
import { usage } from '../../input/source-arguments.ts';
import { parsePlace } from '../../task-reference.ts';

/** @throws GantryError `usage` */
export function readPlaceOption(text: string): Place {
  const place = parsePlace(text);
  if (place !== undefined) return place;
  throw usage(`\`${text}\` is no place`, 'Write it as row=1,col=2, with every axis of the dataset.');
}
