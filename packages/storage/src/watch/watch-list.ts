/**
 * Watches a folder in which a file lists what there is, and which of it is whole: the items are folders of files. The
 * list is looked at again and again, which works on network file systems, and at once where events of the file system
 * tell of a change. An item counts when the list says that it is whole and two looks at it were equal.
 *
 * Only a list that can be read whole is believed. While there is none, or one that is empty, cut short or broken, what
 * the last one said stays; what a list says no longer has vanished, and that is shown. What is done with the items is
 * left to the caller.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EventQueue } from './event-queue.ts';
import { isSameLook } from './file-look.ts';
import { FolderEvents } from './folder-events.ts';
import { lookAtTree } from './folder-look.ts';
import { listShrunken, notAnswering, troubleOf, type FolderTrouble } from './folder-trouble.ts';
import { joinName, KnownFiles } from './known-files.ts';
import { isNetworkFolder } from './network-file-system.ts';
import { findList, readList, type ListedItems, type ListFile } from './read-list.ts';
import { SettlingFiles, type UnsettledFile } from './settling-files.ts';
import type { FolderWatch, WatchEvent, WatchFolderOptions, WatchState } from './watch-event.ts';

export interface WatchListOptions<L extends ListedItems> extends Pick<
  WatchFolderOptions,
  'known' | 'settleMs' | 'events' | 'scanEveryMs'
> {
  /** Names of the list; the first one that is there counts. */
  readonly names: readonly string[];
  /** A file below the folder that is told of as `unmatched` when it is there. */
  readonly marker?: string | undefined;
  /** @throws GantryError for what is no list */
  parse(text: string, file: string): L;
  /**
   * There is another list; its items are told of when this is done.
   * @returns names of items that are to count as though they were new; undefined where the list cannot be taken now,
   *   and is to be offered again
   */
  onList(list: L, file: string): Promise<readonly string[] | undefined>;
}

const scanEveryMs = { events: 30_000, scan: 1000 };
/** In so many scans every item that has counted is looked at again: about ten minutes. */
const roundScans = { events: 20, scan: 600 };
const notAnsweringMs = 10_000;

/** Watches `folder`, which need not be there yet. */
export function watchList<L extends ListedItems>(folder: string, options: WatchListOptions<L>): FolderWatch {
  return new ListWatch(resolve(folder), options);
}

class ListWatch<L extends ListedItems> implements FolderWatch {
  readonly #root: string;
  readonly #options: WatchListOptions<L>;
  readonly #settleMs: number;
  readonly #closing = new AbortController();
  readonly #known = new KnownFiles();
  readonly #settling: SettlingFiles;
  readonly #events: FolderEvents;
  readonly #told = new EventQueue<WatchEvent>();
  readonly #loop: Promise<void>;
  /** Items that the list says are not whole, and whole ones that are not there; each since when. */
  #incomplete = new Map<string, number>();
  readonly #absent = new Map<string, number>();
  /** Items that were not whole for a while: what is there now is whole, however small. */
  readonly #wholeAgain = new Set<string>();
  #list: L | undefined;
  #file: ListFile | undefined;
  /** A list that could not be read: it may be in the midst of being written. */
  #suspect: ListFile | undefined;
  #usesEvents = false;
  #markerSeen = false;
  #trouble: FolderTrouble | undefined;
  #troubleSinceMs: number | undefined;
  #scan: WatchState['scan'];
  #scanBeganMs: number | undefined;
  #wakeRest: () => void = () => {};
  #again = false;
  #waiters: (() => void)[] = [];

  constructor(root: string, options: WatchListOptions<L>) {
    this.#root = root;
    this.#options = options;
    this.#settleMs = options.settleMs ?? 500;
    for (const [name, look] of options.known ?? []) this.#known.set(name, look);
    this.#settling = new SettlingFiles({
      settleMs: this.#settleMs,
      renamedMs: this.#settleMs,
      looksAtOnce: 4,
      look: (name) => lookAtTree(join(root, name)),
      check: (name) => Promise.resolve(this.#wholeAgain.has(name) ? 'whole' : 'unknown'),
      known: (name) => this.#known.get(name),
      onCounts: (name, look) => {
        this.#isThere(name);
        this.#known.set(name, look);
        this.#told.push({ kind: 'counts', name, path: join(root, name), look });
      },
      onSame: (name) => {
        this.#isThere(name);
        if (this.#known.comeBack(name)) this.#told.push({ kind: 'returned', name });
      },
      onGone: (name) => {
        if (!this.#absent.has(name)) this.#absent.set(name, Date.now());
        if (this.#known.vanish(name)) this.#told.push({ kind: 'vanished', name });
      },
    });
    this.#events = new FolderEvents({
      onEvent: (_, __, base) => {
        if (base === undefined || base === options.marker || options.names.includes(base)) this.#scanAgain();
      },
      onEnd: () => this.#scanAgain(),
    });
    this.#loop = this.#scanOnAndOn();
  }

  state(): WatchState {
    const slowMs = this.#scanBeganMs === undefined ? 0 : performance.now() - this.#scanBeganMs;
    const trouble =
      this.#trouble ??
      (slowMs > notAnsweringMs ? notAnswering(this.#root, Math.round(slowMs / 1000)) : undefined);
    return {
      state: trouble !== undefined ? 'waiting' : this.#scan === undefined ? 'starting' : 'watching',
      mode: this.#usesEvents && this.#events.failed.size === 0 ? 'events' : 'scan',
      trouble,
      troubleSinceMs: trouble === undefined ? undefined : (this.#troubleSinceMs ?? Date.now() - slowMs),
      scan: this.#scan,
      pending: this.#settling.count + this.#incomplete.size + this.#absent.size,
      unawaited: this.#incomplete.size + this.#absent.size,
    };
  }

  *unsettled(): Generator<UnsettledFile> {
    // What is not there is looked for all the time.
    for (const file of this.#settling.unsettled()) if (!this.#absent.has(file.name)) yield file;
    const unknown = { size: undefined, reason: undefined };
    for (const [name, sinceMs] of this.#absent) yield { name, sinceMs, why: 'missing', ...unknown };
    for (const [name, sinceMs] of this.#incomplete)
      yield { name, sinceMs, why: 'listed-incomplete', ...unknown };
  }

  unmatched(): Iterable<string> {
    return [];
  }

  vanished(): Iterable<string> {
    return this.#known.vanished.keys();
  }

  recheck(name: string): void {
    this.#known.forget(name);
    if (this.#list?.tiles.get(name)?.complete === true) this.#settling.found(name);
  }

  scan(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    return new Promise((done) => {
      this.#waiters.push(done);
      this.#scanAgain();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#events.close();
    this.#settling.close();
    this.#wakeRest();
    this.#told.close();
    await this.#loop;
  }

  [Symbol.asyncIterator](): AsyncGenerator<readonly WatchEvent[], void, undefined> {
    return this.#told.blocks();
  }

  #isThere(name: string): void {
    this.#absent.delete(name);
    this.#wholeAgain.delete(name);
  }

  #scanAgain(): void {
    this.#again = true;
    this.#wakeRest();
  }

  async #scanOnAndOn(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const waiters = this.#waiters;
      this.#waiters = [];
      this.#again = false;
      this.#scanBeganMs = performance.now();
      let soon = false;
      try {
        // A disk that does not answer must not keep us from closing.
        soon = await Promise.race([this.#look(), aborted(signal)]);
      } catch (error) {
        if (!signal.aborted) this.#setTrouble(troubleOf(error, this.#root));
      }
      this.#scanBeganMs = undefined;
      // A list in the midst of being written is no answer yet.
      if (soon) this.#waiters.push(...waiters);
      else for (const done of waiters) done();
      if (!this.#again) await this.#rest(soon);
    }
    for (const done of this.#waiters) done();
  }

  async #rest(soon: boolean): Promise<void> {
    const mode = this.state().mode;
    const isCalm = mode === 'events' && this.#absent.size === 0 && this.#trouble === undefined;
    const every = this.#options.scanEveryMs ?? (isCalm ? scanEveryMs.events : scanEveryMs.scan);
    await new Promise<void>((wake) => {
      const timer = setTimeout(wake, soon ? Math.min(this.#settleMs, every) : every);
      this.#wakeRest = () => {
        clearTimeout(timer);
        wake();
      };
      if (this.#closing.signal.aborted) this.#wakeRest();
    });
    this.#wakeRest = () => {};
  }

  /** @returns whether the list may be in the midst of being written, so that it is to be looked at soon */
  async #look(): Promise<boolean> {
    const beganMs = performance.now();
    await this.#hearEvents();
    await this.#lookForMarker();
    const { names, parse } = this.#options;
    const file = await findList(this.#root, names);
    if ('trouble' in file) {
      this.#suspect = undefined;
      this.#setTrouble(file.trouble);
      return false;
    }
    if (this.#list === undefined || !isSameFile(file, this.#file)) {
      const read = await readList(this.#root, names, parse, file);
      if (this.#closing.signal.aborted) return false;
      if (read.kind === 'trouble') {
        const again = isSameFile(file, this.#suspect);
        this.#suspect = file;
        if (again) this.#setTrouble(read.trouble);
        return !again;
      }
      const moved = await this.#options.onList(read.list, file.path);
      if (moved === undefined) return true;
      this.#list = read.list;
      this.#file = file;
      for (const name of moved) this.#known.forget(name);
    }
    this.#suspect = undefined;
    this.#digest(this.#list, file.path);
    this.#scan = {
      endedMs: Date.now(),
      tookMs: performance.now() - beganMs,
      files: this.#list.tiles.size,
    };
    return false;
  }

  async #hearEvents(): Promise<void> {
    const { events = 'auto' } = this.#options;
    // Where the folder lies may change: a disk is mounted.
    this.#usesEvents = events === 'auto' ? !(await isNetworkFolder(this.#root)) : events;
    if (!this.#usesEvents) {
      this.#events.close();
      return;
    }
    try {
      const { dev, ino } = await stat(this.#root);
      this.#events.watch('', this.#root, `${dev}:${ino}`);
    } catch {
      // Looking for the list says what is wrong with the folder.
      this.#events.close();
    }
  }

  async #lookForMarker(): Promise<void> {
    const { marker } = this.#options;
    if (marker === undefined || this.#markerSeen) return;
    try {
      await stat(join(this.#root, marker));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return;
      throw error;
    }
    this.#markerSeen = true;
    this.#told.push({ kind: 'unmatched', name: marker });
  }

  /** Compares what is listed with what is known. */
  #digest({ tiles }: L, file: string): void {
    const incomplete = new Map<string, number>();
    for (const [name, { complete }] of tiles) {
      if (!complete) {
        incomplete.set(name, this.#incomplete.get(name) ?? Date.now());
        continue;
      }
      const isKnown = this.#known.get(name) !== undefined && !this.#known.vanished.has(name);
      if (this.#incomplete.has(name)) this.#wholeAgain.add(name);
      if (!isKnown || this.#incomplete.has(name)) this.#settling.found(name);
    }
    this.#incomplete = incomplete;
    this.#settling.forget((name) => tiles.get(name)?.complete !== true);
    for (const name of [...this.#absent.keys()])
      if (tiles.get(name)?.complete !== true) this.#absent.delete(name);
    for (const folder of [...this.#known.folders()]) {
      for (const base of [...this.#known.namesIn(folder)]) {
        const name = joinName(folder, base);
        if (tiles.has(name)) continue;
        this.#known.vanish(name);
        this.#told.push({ kind: 'vanished', name });
      }
    }
    const unlisted = [...this.#known.vanished.keys()].filter((name) => !tiles.has(name));
    this.#setTrouble(unlisted.length === 0 ? undefined : listShrunken(file, unlisted));
    // Somebody may write to an item that has counted: all of them come round once in a while.
    const rounds = this.state().mode === 'events' ? roundScans.events : roundScans.scan;
    const share = Math.min(Math.max(Math.ceil(this.#known.count / rounds), 5), 500);
    for (const name of this.#known.next(share)) if (!incomplete.has(name)) this.#settling.found(name);
  }

  #setTrouble(trouble: FolderTrouble | undefined): void {
    if (trouble?.code !== this.#trouble?.code)
      this.#troubleSinceMs = trouble === undefined ? undefined : Date.now();
    this.#trouble = trouble;
  }
}

function isSameFile(file: ListFile, other: ListFile | undefined): boolean {
  return file.path === other?.path && isSameLook(file.look, other.look);
}

/** Never fulfilled; rejects when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
  });
}
