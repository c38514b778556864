/**
 * Keeps images open between requests, for many people at a time: each is opened once, opened anew when its file
 * has changed, and closed when others are wanted more and nobody is reading it.
 */
import { tmpdir } from 'node:os';
import { ByteCache } from './byte-cache.ts';
import type { ImageView } from './image-view.ts';
import { versionOf } from './locate-view.ts';
import { DEFAULT_VIEW_BYTES, openWithin } from './open-view.ts';
import type { View } from './view-types.ts';

export interface ViewCacheOptions {
  /** Bytes for decoded pixels and rendered tiles, of all images together. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Images kept open when nobody reads them. Default 64. */
  readonly maxOpen?: number;
  /** A folder for uncompressed copies of large images that are not tiled. Default: the system's. */
  readonly scratch?: string;
  /** Bytes of such copies kept when nobody reads them. Default 4 GiB. */
  readonly maxScratchBytes?: number;
}

interface Entry {
  readonly key: string;
  readonly opening: Promise<ImageView>;
  readonly ended: PromiseWithResolvers<void>;
  view: ImageView | undefined;
  leases: number;
  /** No longer found under its key. */
  dropped: boolean;
}

export class ViewCache {
  readonly #memory: ByteCache;
  readonly #maxOpen: number;
  readonly #scratch: string;
  readonly #maxScratchBytes: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(options: ViewCacheOptions = {}) {
    this.#memory = new ByteCache(options.maxBytes ?? DEFAULT_VIEW_BYTES);
    this.#maxOpen = options.maxOpen ?? 64;
    this.#scratch = options.scratch ?? tmpdir();
    this.#maxScratchBytes = options.maxScratchBytes ?? 4 * 2 ** 30;
  }

  /** Images that are open, bytes kept, and bytes set aside for what is being read. */
  get usage(): { readonly open: number; readonly kept: number; readonly reserved: number } {
    return { open: this.#entries.size, ...this.#memory.usage };
  }

  /**
   * Does something with an image; it stays open until that is done. Where it fails because the file was changed
   * meanwhile it is done once more with the new one, so it should only read.
   * @param page which of several, from 0
   * @throws GantryError as `openView` does, and what `work` throws
   */
  async use<T>(path: string, work: (view: View) => Promise<T>, page = 0): Promise<T> {
    for (let again = true; ; again = false) {
      const { entry, view } = await this.#lease(path, page);
      try {
        return await work(view);
      } catch (error) {
        if (!again || (await isCurrent(view))) throw error;
      } finally {
        this.#release(entry);
      }
    }
  }

  /** Waits for those who are reading, closes every image and removes every copy. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const entry of this.#entries.values()) this.#drop(entry);
    await Promise.all(this.#ending);
  }

  async #lease(path: string, page: number): Promise<{ entry: Entry; view: ImageView }> {
    const key = `${page}/${path}`;
    for (;;) {
      if (this.#closed) throw new Error(`The cache of views is closed, and ${path} was asked for`);
      const known = this.#entries.get(key);
      const entry = known ?? this.#open(key, path, page);
      entry.leases++;
      try {
        const view = await entry.opening;
        if (known === undefined || (await isCurrent(view))) {
          this.#touch(entry);
          return { entry, view };
        }
        this.#drop(entry);
      } catch (error) {
        this.#release(entry);
        throw error;
      }
      this.#release(entry);
    }
  }

  /** Nothing is awaited between the look for an entry and this, so there is one for each key. */
  #open(key: string, path: string, page: number): Entry {
    const share = this.#memory.share();
    const opening = openWithin(share, path, page, this.#scratch);
    const ended = Promise.withResolvers<void>();
    const entry: Entry = { key, opening, ended, view: undefined, leases: 0, dropped: false };
    this.#entries.set(key, entry);
    opening.then(
      (view) => {
        entry.view = view;
      },
      () => {
        share.close();
        this.#drop(entry);
      },
    );
    return entry;
  }

  #touch(entry: Entry): void {
    if (entry.dropped) return;
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
  }

  #release(entry: Entry): void {
    entry.leases--;
    if (entry.dropped) this.#endIfUnused(entry);
    else this.#evict();
  }

  #evict(): void {
    let open = this.#entries.size;
    let scratchBytes = 0;
    for (const { view } of this.#entries.values()) scratchBytes += view?.scratchBytes ?? 0;
    for (const entry of [...this.#entries.values()]) {
      if (open <= this.#maxOpen && scratchBytes <= this.#maxScratchBytes) return;
      if (entry.leases > 0) continue;
      if (open <= this.#maxOpen && (entry.view?.scratchBytes ?? 0) === 0) continue;
      open--;
      scratchBytes -= entry.view?.scratchBytes ?? 0;
      this.#drop(entry);
    }
  }

  #drop(entry: Entry): void {
    if (entry.dropped) return;
    entry.dropped = true;
    this.#entries.delete(entry.key);
    const ended = entry.ended.promise;
    this.#ending.add(ended);
    // One that could not be closed stays, for `close` to tell.
    ended.then(
      () => this.#ending.delete(ended),
      () => {},
    );
    this.#endIfUnused(entry);
  }

  #endIfUnused(entry: Entry): void {
    if (entry.leases > 0) return;
    entry.opening.then(
      (view) => view.close().then(entry.ended.resolve, entry.ended.reject),
      () => entry.ended.resolve(), // never opened
    );
  }
}

/** Whether the file that a view is of is still the same. */
async function isCurrent(view: ImageView): Promise<boolean> {
  return (await versionOf(view.file).catch(() => undefined)) === view.version;
}
