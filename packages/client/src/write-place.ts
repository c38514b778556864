/** A place as queries of the API have it. */
import type { Place } from '@gantry/model';

/** `row=1,col=2` */
export function writePlace(place: Place): string {
  return Object.entries(place)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(',');
}
