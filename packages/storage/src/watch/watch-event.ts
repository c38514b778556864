/**
 * What a watched folder tells, and what can be asked of it.
 */
import type { FileLook } from './file-look.ts';
import type { FolderTrouble } from './folder-trouble.ts';
import type { UnsettledFile } from './settling-files.ts';

/** Names are paths below the folder, with `/`. */
export type WatchEvent =
  /** A file that is whole: new, or changed since it last counted. */
  | { readonly kind: 'counts'; readonly name: string; readonly path: string; readonly look: FileLook }
  /** A file that had counted is gone. */
  | { readonly kind: 'vanished'; readonly name: string }
  /** It is there again, unchanged. */
  | { readonly kind: 'returned'; readonly name: string }
  /** A file that does not fit; told once. */
  | { readonly kind: 'unmatched'; readonly name: string };

export interface WatchState {
  /** `starting` until the first scan is over, `waiting` while something keeps it from seeing the folder. */
  readonly state: 'starting' | 'watching' | 'waiting';
  /** Whether events of the file system are heard, or scans alone find files. */
  readonly mode: 'events' | 'scan';
  readonly trouble: FolderTrouble | undefined;
  /** Since when, in milliseconds since 1970. */
  readonly troubleSinceMs: number | undefined;
  /** The last scan that came to an end. */
  readonly scan: { readonly endedMs: number; readonly tookMs: number; readonly files: number } | undefined;
  /** Files that are being looked at, or do not count yet. */
  readonly pending: number;
  /** Those of them that nobody waits for: a list says that they are not whole, or has them where there is nothing. */
  readonly unawaited: number;
}

/**
 * A folder that is watched, whichever way its items are found (`watch-folder.ts`, `watch-list.ts`); an item is a file,
 * or a folder of files. Iterating takes what it tells, in blocks; one iteration at a time.
 */
export interface FolderWatch extends AsyncIterable<readonly WatchEvent[]> {
  state(): WatchState;
  /** Files that do not count yet, each with the reason. */
  unsettled(): Iterable<UnsettledFile>;
  unmatched(): Iterable<string>;
  vanished(): Iterable<string>;
  /** Lets a file count again, as though it were new. */
  recheck(name: string): void;
  /** Lists the whole folder once more. Fulfilled when that is done; files may still have to settle. */
  scan(): Promise<void>;
  /** Ends the watch, and the iteration. */
  close(): Promise<void>;
}

export interface WatchFolderOptions {
  /** How many folders deep files lie: 0 for the folder itself. */
  readonly depth: number;
  /** Whether a folder below is looked into. */
  enters(folder: string): boolean;
  /** Whether a file is one of those that are looked for; others are listed. */
  fits(name: string): boolean;
  /** Names of files and folders that are passed over without a word; `isTemporaryName` if absent. */
  readonly passesOver?: ((base: string) => boolean) | undefined;
  /** Files that have counted in an earlier life. */
  readonly known?: Iterable<readonly [name: string, look: FileLook]> | undefined;
  /** Milliseconds in which a file that was written to may not change before it counts; 500 if absent. */
  readonly settleMs?: number | undefined;
  /** The same for a file that was renamed into place; 20 if absent. */
  readonly renamedMs?: number | undefined;
  /** `auto`, if absent: events are heard but on network file systems, of which they tell only half. */
  readonly events?: 'auto' | boolean | undefined;
  /** Whether a TIFF file waits until it has all the bytes that it speaks of; true if absent. */
  readonly wholeTiffs?: boolean | undefined;
  /** The shortest time between two scans, in milliseconds; 30,000 with events and 1,000 without, if absent. */
  readonly scanEveryMs?: number | undefined;
  readonly log?: ((line: string) => void) | undefined;
}
