/** The list of tiles that a folder holds, as the form for a run tells of it; what a run makes of it is `check-tiles.ts`. */
import { isTileAxes, parseTileList, tileListNames, type FolderLook } from '@gantry/model';
import { readList } from '@gantry/storage';

/** Null where there is none, or the source has other axes than such a list. */
export async function lookAtList(folder: string, axes: readonly string[]): Promise<FolderLook['tiles']> {
  if (!isTileAxes(axes)) return null;
  const read = await readList(folder, tileListNames, parseTileList);
  if (read.kind === 'trouble') {
    const { message, mend } = read.trouble;
    // Without a file there is no list; the folder itself is looked at by others.
    return read.file === undefined
      ? null
      : { file: read.file.path, complete: 0, incomplete: 0, problem: `${message} ${mend}` };
  }
  const complete = [...read.list.tiles.values()].filter((tile) => tile.complete).length;
  return {
    file: read.file.path,
    complete,
    incomplete: read.list.tiles.size - complete,
    problem: null,
  };
}
