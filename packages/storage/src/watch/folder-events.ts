/**
 * File-system events of some folders, a watch per folder: a recursive watch of Node takes one per file on Linux, and
 * a folder of 100,000 tiles would use up what the system has. What an event means is left to `watch-folder.ts`.
 */
import { watch, type FSWatcher } from 'node:fs';

export interface FolderEventsOptions {
  /**
   * `appeared`: a name came or went. `changed`: bytes or attributes of a file changed. Without a name where the system
   * did not say which.
   */
  onEvent(folder: string, kind: 'appeared' | 'changed', base: string | undefined): void;
  /** Watching a folder came to an end of its own; it is to be watched again. */
  onEnd(folder: string): void;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

export class FolderEvents {
  readonly #options: FolderEventsOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #failed = new Map<string, NodeJS.ErrnoException>();

  constructor(options: FolderEventsOptions) {
    this.#options = options;
  }

  /** Folders of which no events come, each with the reason. */
  get failed(): ReadonlyMap<string, NodeJS.ErrnoException> {
    return this.#failed;
  }

  /**
   * Sees to it that the folder is watched, or has failed.
   * @param identity changes when another folder has come under this path
   */
  watch(folder: string, path: string, identity: string): void {
    const watched = this.#watched.get(folder);
    if (watched?.identity === identity) return;
    this.unwatch(folder);
    try {
      const watcher = watch(path, { persistent: false });
      watcher.on('change', (kind, base) => {
        this.#options.onEvent(folder, kind === 'rename' ? 'appeared' : 'changed', base?.toString());
      });
      watcher.on('error', (error) => {
        this.unwatch(folder);
        this.#failed.set(folder, error);
        this.#options.onEnd(folder);
      });
      this.#watched.set(folder, { watcher, identity });
      this.#failed.delete(folder);
    } catch (error) {
      this.#failed.set(folder, error as NodeJS.ErrnoException);
    }
  }

  unwatch(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
    this.#failed.delete(folder);
  }

  /** Ends watching all folders but these. */
  keep(folders: ReadonlyMap<string, unknown>): void {
    for (const folder of [...this.#watched.keys(), ...this.#failed.keys()])
      if (!folders.has(folder)) this.unwatch(folder);
  }

  close(): void {
    this.keep(new Map());
  }
}
