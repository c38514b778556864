/**
 * The seam between a live source and the way its items are found. Each kind is a file: `find-files.ts` has a pattern
 * that tells places from names, `find-tiles.ts` a list of tiles; `open-source.ts` knows them. Reading and admitting them is left to
 * `live-source.ts`, which is the same for all.
 */
import type { ItemMeta } from '@gantry/model';
import type { FileLook, FolderWatch } from '@gantry/storage';
import type { Engine } from '../engine.ts';
import type { FileProblem } from './file-problems.ts';
import type { LiveSourceRow } from './live-source-rows.ts';

/** Where an item lies, and what is known of it. */
export interface LocatedItem {
  /** Coordinates in the order of the dataset's axes. */
  readonly place: readonly number[];
  readonly meta?: ItemMeta | undefined;
}

/** What the kinds are given. */
export interface SourceContext {
  readonly engine: Engine;
  readonly row: LiveSourceRow;
  readonly log: (line: string) => void;
  /** Items that were taken in an earlier life. */
  readonly known: readonly { readonly name: string; readonly look: FileLook }[];
  /** Something keeps what was found from being recorded; undefined once it goes well again. */
  onTrouble(error: unknown): void;
  /** Problems that are of the source and of none of its items; they take the place of those told before. */
  onProblems(problems: ReadonlyMap<string, FileProblem>): void;
}

export interface FoundSource {
  readonly watch: FolderWatch;
  readonly items: 'file' | 'folder';
  /** An item that the watch has told of; or why it has no place. */
  locate(name: string): LocatedItem | FileProblem;
}

export function isLocated(found: LocatedItem | FileProblem): found is LocatedItem {
  return 'place' in found;
}
