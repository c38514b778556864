/** Places and ranges as requests name them, in the order of a dataset's axes; what does not fit is said. */
import { formatPlace, GantryError } from '@gantry/model';

/** The first and the last coordinate. */
export type AxisRange = readonly [number, number];

/** @throws GantryError `bad-request`, with the field `field`, where the place names other axes than the dataset has */
export function requirePlace(
  axes: readonly string[],
  place: Readonly<Record<string, number>>,
  field = 'place',
): number[] {
  refuseOthers(axes, Object.keys(place), field);
  return axes.map((axis) => {
    const value = place[axis];
    if (value === undefined) throw wrongAxes(axes, `${formatPlace(place)} names no ${axis}`, field);
    return value;
  });
}

/** A range per axis, undefined for those that are taken whole. @throws GantryError `bad-request` */
export function readAxisRanges(
  axes: readonly string[],
  at: Readonly<Record<string, AxisRange>>,
): (AxisRange | undefined)[] {
  refuseOthers(axes, Object.keys(at), 'at');
  return axes.map((axis) => at[axis]);
}

function refuseOthers(axes: readonly string[], named: readonly string[], field: string): void {
  const other = named.find((axis) => !axes.includes(axis));
  if (other !== undefined) throw wrongAxes(axes, `there is no ${other}`, field);
}

function wrongAxes(axes: readonly string[], what: string, field: string): GantryError {
  const example = axes.map((axis) => `${axis}=1`).join(',');
  return new GantryError(
    'bad-request',
    `The dataset has ${axes.length === 0 ? 'no axes' : `the axes ${axes.join(', ')}`}, and ${what}.`,
    { field, mend: axes.length === 0 ? 'Leave it out.' : `Write it as ${example}.` },
  );
}
