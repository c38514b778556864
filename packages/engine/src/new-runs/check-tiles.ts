/**
 * A folder with a list of tiles as the source of a run that is to be started: what keeps it from being one, and what it
 * would hold. Files that a pattern fits are left to `check-folder.ts`.
 */
import { resolve } from 'node:path';
import {
  GantryError,
  parseTileList,
  plural,
  tileListAxes,
  tileListNames,
  watchOptionsSchema,
  type CompiledSource,
  type FolderSource,
  type TileList,
} from '@gantry/model';
import { readList } from '@gantry/storage';
import { checkListAxes } from '../live-sources/check-watch.ts';
import type { CheckedFolder } from './checked-folder.ts';
import { promisedPlaces } from './promised-places.ts';

/**
 * @param folder absolute
 * @throws GantryError `list-axes`, `extents-of-list`, `list-missing`, `list-broken`, …
 */
export async function checkTiles(
  source: CompiledSource,
  given: FolderSource,
  folder: string,
): Promise<Omit<CheckedFolder, 'problems'>> {
  checkListAxes(`The source \`${source.name}\``, source.axes);
  if (Object.keys(given.extents).length > 0)
    throw new GantryError('extents-of-list', 'extents come from the list of tiles', {
      field: 'extents',
      mend: 'Leave them out here, or correct them in the list.',
    });
  const read = await readList(folder, tileListNames, parseTileList);
  if (read.kind === 'trouble') {
    const { code, message, mend, file } = read.trouble;
    throw new GantryError(code, message, {
      file,
      field: 'folder',
      mend:
        code === 'list-missing'
          ? 'Start the run when the acquisition has written the list: its extents hold for the whole run.'
          : mend,
    });
  }
  const { bounds, tiles } = read.list;
  const isLive = given.mode === 'live';
  const complete = [...tiles.values()].filter((tile) => tile.complete);
  const places = complete.flatMap(({ place }) =>
    place === undefined ? [] : [source.axes.map((axis) => place[axis] ?? 0)],
  );
  return {
    folder: {
      folder: resolve(folder),
      pattern: '',
      bounds,
      filling: {
        mode: 'live',
        options: watchOptionsSchema.parse({
          kind: 'tiles',
          completeWhen: isLive ? given.completeWhen : { listed: true },
        }),
      },
    },
    expected: {
      places: (isLive ? promisedPlaces(source, bounds) : undefined) ?? places,
      bounds,
      open: isLive && tileListAxes.some((axis) => bounds.extents[axis] === undefined),
    },
    items: places.length,
    warnings: warningsOf(read.list, read.file.path, isLive),
  };
}

function warningsOf({ tiles, problems }: TileList, file: string, isLive: boolean): string[] {
  const all = [...tiles.values()];
  const incomplete = all.filter(({ complete }) => !complete).length;
  const unplaced = all.filter(({ complete, place }) => complete && place === undefined);
  const warnings: string[] = [];
  if (incomplete > 0 && !isLive)
    warnings.push(
      `${plural(incomplete, 'tile')} of ${file} ${incomplete === 1 ? 'is' : 'are'} not complete, and left out.`,
    );
  if (unplaced.length > 0)
    warnings.push(
      `${plural(unplaced.length, 'tile')} of ${file} ${unplaced.length === 1 ? 'has' : 'have'} no place and ${unplaced.length === 1 ? 'is' : 'are'} left out, such as ${unplaced[0]?.name ?? ''}.`,
    );
  for (const { message, mend } of problems.slice(0, 5)) warnings.push(`${message} ${mend}`);
  return warnings;
}
