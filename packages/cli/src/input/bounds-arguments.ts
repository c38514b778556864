/** Which `--region` and `--skip` of an edit is for which source. */
import type { BoundsChange } from '@gantry/model';
import { usage } from './source-arguments.ts';

/**
 * `--region tiles.row=1..4` and `--region row=all`, `--skip tiles.z=3,7` and `--skip z=none`. With one source no name is
 * needed.
 * @param sources names of the run's sources
 * @throws GantryError `usage`, which names the option and how to write it
 */
export function readBounds(
  sources: readonly string[],
  { region, skip }: { readonly region: readonly string[]; readonly skip: readonly string[] },
): Record<string, BoundsChange> {
  const bounds: Record<
    string,
    { region?: Record<string, [number, number] | null>; skip?: Record<string, number[]> }
  > = {};
  for (const text of region) {
    const mend = 'Write --region NAME.AXIS=FIRST..LAST, such as tiles.row=1..4, or row=all for no region.';
    const { source, axis, value } = read('--region', text, sources, mend);
    const range = /^(-?\d+)\.\.(-?\d+)$/.exec(value);
    if (range === null && value !== 'all') throw usage(`--region \`${text}\` is not a region`, mend);
    const [first, last] = [Number(range?.[1]), Number(range?.[2])];
    if (first > last)
      throw usage(`--region \`${text}\` begins above its end`, 'Write the lower number first.');
    const own = (bounds[source] ??= {});
    own.region = { ...own.region, [axis]: range === null ? null : [first, last] };
  }
  for (const text of skip) {
    const mend = 'Write --skip NAME.AXIS=PLANE,PLANE, such as tiles.z=3,7, or z=none to skip none.';
    const { source, axis, value } = read('--skip', text, sources, mend);
    if (value !== 'none' && !/^-?\d+(?:,-?\d+)*$/.test(value))
      throw usage(`--skip \`${text}\` names no planes`, mend);
    const own = (bounds[source] ??= {});
    own.skip = { ...own.skip, [axis]: value === 'none' ? [] : value.split(',').map(Number) };
  }
  return bounds;
}

function read(
  option: string,
  text: string,
  sources: readonly string[],
  mend: string,
): { source: string; axis: string; value: string } {
  const found = /^(?:([^.=]+)\.)?([^.=]+)=(.+)$/.exec(text);
  if (found === null) throw usage(`${option} \`${text}\` is not understood`, mend);
  const [, named, axis = '', value = ''] = found;
  const source = named ?? (sources.length === 1 ? sources[0] : undefined);
  if (source === undefined || !sources.includes(source))
    throw usage(
      `${option} \`${text}\` is for no source of the run`,
      `${mend} Sources are ${sources.join(', ')}.`,
    );
  return { source, axis, value };
}
