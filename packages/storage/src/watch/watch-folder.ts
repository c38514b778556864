/**
 * Watches a folder, and tells which files in it count: events of the file system give the first hint, and a scan finds
 * what they missed. Nothing is read of a file but, of a TIFF file, its directories. What is done with the files is
 * left to the caller.
 *
 * A file counts when two looks at it were equal: 20 ms apart if it was renamed into place, and 500 ms if it was written
 * where it lies (Node does not tell when a file is closed). A file without bytes never counts, nor does a file that was
 * cut short in place, unless it is a TIFF file that says itself that it is whole. Links count as what they point to; a
 * change of that is found by the scan alone.
 */
import { resolve, basename, join } from 'node:path';
import { EventQueue } from './event-queue.ts';
import { lookAt } from './file-look.ts';
import { FolderEvents } from './folder-events.ts';
import { diskMissing, notAnswering, troubleOf, type FolderTrouble } from './folder-trouble.ts';
import { joinName, KnownFiles, splitName } from './known-files.ts';
import { isNetworkFolder } from './network-file-system.ts';
import { FolderScanner, type Scan } from './scan-folder.ts';
import { SettlingFiles, type UnsettledFile } from './settling-files.ts';
import { isTemporaryName } from './temporary-names.ts';
import type { FolderWatch, WatchEvent, WatchFolderOptions, WatchState } from './watch-event.ts';
import { checkWholeTiff } from './whole-tiff.ts';

/** Scans take at most this part of the time: 1 in 50 where events come, 1 in 20 where scans alone find files. */
const restPerScan = { events: 50, scan: 20 };
const scanEveryMs = { events: 30_000, scan: 1000, waiting: 1000, most: 60_000 };
/** How long a hint that a scan is needed waits for others. */
const hintMs = 50;
/** More events in a second may have run over the kernel's queue, which holds 16,384 and loses the rest. */
const manyEvents = 5000;
const notAnsweringMs = 10_000;

/** Watches `folder`, which need not be there yet. */
export function watchFolder(folder: string, options: WatchFolderOptions): FolderWatch {
  return new Watch(resolve(folder), options);
}

class Watch implements FolderWatch {
  readonly #root: string;
  readonly #options: WatchFolderOptions;
  readonly #passesOver: (base: string) => boolean;
  readonly #closing = new AbortController();
  readonly #known = new KnownFiles();
  readonly #settling: SettlingFiles;
  readonly #scanner: FolderScanner;
  readonly #events: FolderEvents;
  readonly #unmatched = new Set<string>();
  readonly #told = new EventQueue<WatchEvent>();
  readonly #loop: Promise<void>;
  #usesEvents = false;
  #saidNoEvents = false;
  #trouble: FolderTrouble | undefined;
  #troubleSinceMs: number | undefined;
  #scan: WatchState['scan'];
  /** When the scan under way last came a step further. */
  #scanMovedMs: number | undefined;
  #device: number | undefined;
  #wakeRest: () => void = () => {};
  #again = false;
  #hintTimer: NodeJS.Timeout | undefined;
  #everything = true;
  #waiters: (() => void)[] = [];
  #eventsSince = { ms: 0, count: 0 };

  constructor(root: string, options: WatchFolderOptions) {
    this.#root = root;
    this.#options = options;
    this.#passesOver = options.passesOver ?? isTemporaryName;
    for (const [name, look] of options.known ?? []) this.#known.set(name, look);
    this.#settling = new SettlingFiles({
      settleMs: options.settleMs ?? 500,
      renamedMs: Math.min(options.renamedMs ?? 20, options.settleMs ?? 500),
      looksAtOnce: 8,
      look: (name) => lookAt(join(root, name)),
      check: (name) => this.#check(name),
      known: (name) => this.#known.get(name),
      onCounts: (name, look) => {
        this.#known.set(name, look);
        this.#told.push({ kind: 'counts', name, path: join(root, name), look });
      },
      onSame: (name) => {
        if (this.#known.comeBack(name)) this.#told.push({ kind: 'returned', name });
      },
      onGone: (name) => {
        if (this.#known.vanish(name)) this.#told.push({ kind: 'vanished', name });
      },
    });
    this.#scanner = new FolderScanner({
      root,
      depth: options.depth,
      passesOver: this.#passesOver,
      enters: (below) => options.enters(below),
      onProgress: () => {
        this.#scanMovedMs = performance.now();
      },
      onFolder: (below, path, identity) => {
        if (this.#usesEvents) this.#events.watch(below, path, identity);
      },
    });
    this.#events = new FolderEvents({
      onEvent: (below, kind, base) => this.#hear(below, kind, base),
      onEnd: () => this.#hint(),
    });
    this.#loop = this.#scanOnAndOn();
  }

  state(): WatchState {
    const slow = this.#scanMovedMs === undefined ? 0 : performance.now() - this.#scanMovedMs;
    const trouble =
      this.#trouble ??
      (slow > notAnsweringMs ? notAnswering(this.#root, Math.round(slow / 1000)) : undefined);
    return {
      state: trouble !== undefined ? 'waiting' : this.#scan === undefined ? 'starting' : 'watching',
      mode: this.#usesEvents && this.#events.failed.size === 0 ? 'events' : 'scan',
      trouble,
      troubleSinceMs: trouble === undefined ? undefined : (this.#troubleSinceMs ?? Date.now() - slow),
      scan: this.#scan,
      pending: this.#settling.count,
      unawaited: 0,
    };
  }

  unsettled(): Iterable<UnsettledFile> {
    return this.#settling.unsettled();
  }

  unmatched(): Iterable<string> {
    return this.#unmatched;
  }

  vanished(): Iterable<string> {
    return this.#known.vanished.keys();
  }

  recheck(name: string): void {
    this.#known.forget(name);
    this.#settling.found(name);
  }

  scan(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    return new Promise((done) => {
      this.#waiters.push(done);
      this.#everything = true;
      this.#scanAgain();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#events.close();
    this.#settling.close();
    clearTimeout(this.#hintTimer);
    this.#wakeRest();
    this.#told.close();
    await this.#loop;
  }

  [Symbol.asyncIterator](): AsyncGenerator<readonly WatchEvent[], void, undefined> {
    return this.#told.blocks();
  }

  async #check(name: string): Promise<'whole' | 'incomplete' | 'unknown'> {
    if (this.#options.wholeTiffs === false || !/\.tiff?$/iu.test(name)) return 'unknown';
    try {
      return await checkWholeTiff(join(this.#root, name));
    } catch {
      // Whoever reads the file will meet the same error, and tell it with the file.
      return 'unknown';
    }
  }

  #hear(folder: string, kind: 'appeared' | 'changed', base: string | undefined): void {
    if (this.#closing.signal.aborted) return;
    const now = performance.now();
    if (now - this.#eventsSince.ms > 1000) this.#eventsSince = { ms: now, count: 0 };
    if (++this.#eventsSince.count === manyEvents) this.#hint();
    // The end of a folder comes under its own name.
    if (base === undefined || base === basename(join(this.#root, folder))) this.#hint();
    if (base === undefined || this.#passesOver(base)) return;
    const name = joinName(folder, base);
    if (!this.#options.fits(name)) {
      if (kind === 'appeared') this.#hint();
    } else if (kind === 'appeared') {
      this.#settling.appeared(name);
    } else {
      this.#settling.changed(name);
    }
  }

  /** A scan is needed soon: of what a hint is about, only a list of the folder tells. */
  #hint(): void {
    this.#hintTimer ??= setTimeout(
      () => {
        this.#hintTimer = undefined;
        this.#scanAgain();
      },
      Math.max(hintMs, 10 * (this.#scan?.tookMs ?? 0)),
    );
  }

  #scanAgain(): void {
    this.#again = true;
    this.#wakeRest();
  }

  async #scanOnAndOn(): Promise<void> {
    const { signal } = this.#closing;
    const { events = 'auto' } = this.#options;
    while (!signal.aborted) {
      // Where the folder lies may change: a disk is mounted.
      this.#usesEvents = events === 'auto' ? !(await isNetworkFolder(this.#root)) : events;
      if (!this.#usesEvents) this.#events.close();
      const waiters = this.#waiters;
      this.#waiters = [];
      const everything = this.#everything;
      this.#everything = false;
      this.#again = false;
      const beganMs = performance.now();
      this.#scanMovedMs = beganMs;
      try {
        // A disk that does not answer must not keep us from closing.
        const scan = await Promise.race([this.#scanner.scan(everything, signal), aborted(signal)]);
        this.#digest(scan, performance.now() - beganMs);
      } catch (error) {
        if (!signal.aborted) this.#setTrouble(troubleOf(error, this.#root));
      }
      this.#scanMovedMs = undefined;
      this.#sayWhetherEventsCome();
      for (const done of waiters) done();
      if (!this.#again) await this.#rest();
    }
    for (const done of this.#waiters) done();
  }

  async #rest(): Promise<void> {
    const mode = this.state().mode;
    const least = this.#options.scanEveryMs ?? scanEveryMs[mode];
    const fair = (this.#scan?.tookMs ?? 0) * restPerScan[mode];
    const wait =
      this.#trouble === undefined
        ? Math.min(Math.max(least, fair), Math.max(least, scanEveryMs.most))
        : Math.min(least, scanEveryMs.waiting);
    await new Promise<void>((wake) => {
      const timer = setTimeout(wake, wait);
      this.#wakeRest = () => {
        clearTimeout(timer);
        wake();
      };
      if (this.#closing.signal.aborted) this.#wakeRest();
    });
    this.#wakeRest = () => {};
  }

  /** Compares what was seen with what is known. */
  #digest({ folders, troubles }: Scan, tookMs: number): void {
    this.#events.keep(folders);
    const missing: string[] = [];
    let files = 0;
    let present = 0;
    for (const [folder, seen] of folders) {
      files += seen.files.size;
      for (const base of this.#known.namesIn(folder)) {
        if (seen.files.has(base)) present += 1;
        else missing.push(joinName(folder, base));
      }
      if (seen.listed) this.#compare(folder, seen.files);
    }
    for (const folder of this.#known.folders()) {
      if (folders.has(folder) || isBelow(folder, troubles)) continue;
      for (const base of this.#known.namesIn(folder)) missing.push(joinName(folder, base));
    }
    this.#dropUnmatched(folders, troubles);
    const device = folders.get('')?.device;
    // A disk that is not mounted shows the empty folder that it is mounted on.
    const isOther = device !== undefined && device !== this.#device;
    const lacksDisk = isOther && present === 0 && missing.length > 0 && troubles.size === 0;
    const [trouble] = troubles.values();
    this.#setTrouble(trouble ?? (lacksDisk ? diskMissing(this.#root, missing.length) : undefined));
    if (device !== undefined && !lacksDisk) {
      this.#device = device;
      // A look at each confirms it.
      for (const name of missing) this.#settling.found(name);
      // Not every change is told by an event.
      const share = Math.ceil(this.#known.count / 10);
      for (const name of this.#known.next(Math.min(Math.max(share, 500), 5000))) this.#settling.found(name);
    }
    this.#scan = { endedMs: Date.now(), tookMs, files };
  }

  /** A list of a folder: new names, and those that do not fit. */
  #compare(folder: string, files: ReadonlySet<string>): void {
    for (const base of files) {
      const name = joinName(folder, base);
      if (this.#options.fits(name)) {
        if (this.#known.get(name) === undefined || this.#known.vanished.has(name)) this.#settling.found(name);
      } else if (!this.#unmatched.has(name)) {
        this.#unmatched.add(name);
        this.#told.push({ kind: 'unmatched', name });
      }
    }
  }

  #dropUnmatched(folders: Scan['folders'], troubles: Scan['troubles']): void {
    for (const name of this.#unmatched) {
      const { folder, base } = splitName(name);
      const seen = folders.get(folder);
      if (seen === undefined ? !isBelow(folder, troubles) : !seen.files.has(base))
        this.#unmatched.delete(name);
    }
  }

  #setTrouble(trouble: FolderTrouble | undefined): void {
    if (trouble?.code !== this.#trouble?.code)
      this.#troubleSinceMs = trouble === undefined ? undefined : Date.now();
    this.#trouble = trouble;
  }

  #sayWhetherEventsCome(): void {
    const [failed] = this.#events.failed;
    if (failed === undefined) {
      this.#saidNoEvents = false;
      return;
    }
    if (this.#saidNoEvents) return;
    this.#saidNoEvents = true;
    const [folder, error] = failed;
    const isLimit = error.code === 'ENOSPC' || error.code === 'EMFILE';
    this.#options.log?.(
      `No file-system events come from ${join(this.#root, folder)} (${error.code ?? error.message}): new files are found by scanning, some seconds later.${
        isLimit
          ? ' Raise fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl to get them.'
          : ''
      }`,
    );
  }
}

/** Never fulfilled; rejects when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
  });
}

/** Whether a folder is one of those, or lies below one. */
function isBelow(folder: string, troubles: ReadonlyMap<string, unknown>): boolean {
  for (let at = folder; ; at = splitName(at).folder) {
    if (troubles.has(at)) return true;
    if (at === '') return false;
  }
}
