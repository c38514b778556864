/**
 * Items of a watched folder that a list of tiles names: each is a folder, which the list gives a place. What the list
 * says of the whole acquisition goes to the dataset (`declare-list.ts`).
 */
import { parseTileList, tileListNames, type ListedTile, type TileList } from '@gantry/model';
import { watchList } from '@gantry/storage';
import { declareList } from './declare-list.ts';
import type { FileProblem } from './file-problems.ts';
import type { FoundSource, SourceContext } from './source-kind.ts';

export function findTiles({ engine, row, known, onTrouble, onProblems }: SourceContext): FoundSource {
  let listed: TileList['tiles'] | undefined;
  return {
    items: 'folder',
    watch: watchList<TileList>(row.folder, {
      names: tileListNames,
      marker: row.options.completeWhen.marker,
      known: known.map(({ name, look }) => [name, look] as const),
      settleMs: row.options.settleMs,
      events: row.options.events,
      parse: parseTileList,
      async onList(list, file) {
        try {
          const problem = await declareList(engine, row.dataset, list, file);
          const problems = new Map<string, FileProblem>();
          for (const { name, ...about } of list.problems)
            problems.set(name, { ...about, sinceMs: Date.now() });
          if (problem !== undefined) problems.set(file, problem);
          onProblems(problems);
          onTrouble(undefined);
        } catch (error) {
          onTrouble(error);
          return undefined;
        }
        const before = listed;
        listed = list.tiles;
        return [...list.tiles.values()].filter((tile) => isMoved(tile, before)).map(({ name }) => name);
      },
    }),
    locate(name) {
      const tile = listed?.get(name);
      if (tile?.place === undefined) return withoutPlace(name);
      const { place, meta } = tile;
      return { place: row.axes.map((axis) => place[axis] ?? 0), meta };
    },
  };
}

/** Whether a list says something else of a tile than the one before did. */
function isMoved(tile: ListedTile, before: TileList['tiles'] | undefined): boolean {
  const other = before?.get(tile.name);
  if (other === undefined) return false;
  return JSON.stringify([tile.place, tile.meta]) !== JSON.stringify([other.place, other.meta]);
}

function withoutPlace(name: string): FileProblem {
  return {
    code: 'tile-without-place',
    message: `${name} is complete, and the list gives it no place: not all of its x, y and z are numbers.`,
    mend: 'Give it coordinates in the list; it is taken as soon as it has them. The other tiles go on without it.',
    sinceMs: Date.now(),
  };
}
