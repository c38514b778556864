/**
 * Memory for decoded pixels and rendered tiles, bounded in bytes and shared by all open views: what was used
 * longest ago goes first. Reads from files reserve their room before they begin, so that many at a time stay
 * within the bound, too. What is kept, and for which file, is left to the views.
 */

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
  /** All keys of its share. */
  readonly siblings: Set<string>;
}

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

/** How a value comes about. */
export interface Loading<T> {
  readonly load: () => Promise<T>;
  readonly bytesOf: (value: T) => number;
  /**
   * Bytes to set aside while it loads; the load may have to wait for them. Only for loads that wait for no other
   * load of the cache: those could wait for each other.
   */
  readonly reserve?: number;
}

export class ByteCache {
  readonly maxBytes: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #waiting: Waiting[] = [];
  #kept = 0;
  #reserved = 0;
  #shares = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes kept and set aside; never above `maxBytes` together, unless a single load alone is larger. */
  get usage(): { readonly kept: number; readonly reserved: number } {
    return { kept: this.#kept, reserved: this.#reserved };
  }

  /** A part of the cache with keys of its own. */
  share(): CacheShare {
    return new CacheShare(this, `${this.#shares++}/`);
  }

  /** @internal */
  read(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** @internal Keeps a value if there is room beside what is set aside. */
  keep(key: string, entry: Entry): void {
    if (this.#reserved + entry.bytes > this.maxBytes) return;
    this.remove(key);
    this.#evict(entry.bytes);
    this.#entries.set(key, entry);
    entry.siblings.add(key);
    this.#kept += entry.bytes;
  }

  /** @internal */
  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    entry.siblings.delete(key);
    this.#kept -= entry.bytes;
  }

  /** @internal Resolves when the bytes are set aside, in the order of the calls. */
  async reserve(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) this.#take(bytes);
    else await new Promise<void>((go) => this.#waiting.push({ bytes, go }));
  }

  /** @internal Gives back what was set aside; `keep` may use it before those who wait. */
  release(bytes: number, keep: () => void): void {
    this.#reserved -= bytes;
    keep();
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); [next] = this.#waiting) {
      this.#waiting.shift();
      this.#take(next.bytes);
      next.go();
    }
  }

  #fits(bytes: number): boolean {
    return this.#reserved === 0 || this.#reserved + bytes <= this.maxBytes;
  }

  #take(bytes: number): void {
    this.#reserved += bytes;
    this.#evict(0);
  }

  #evict(room: number): void {
    for (const [key] of this.#entries) {
      if (this.#kept + this.#reserved + room <= this.maxBytes) return;
      this.remove(key);
    }
  }
}

/** One view's part of a cache. */
export class CacheShare {
  readonly #cache: ByteCache;
  readonly #prefix: string;
  readonly #keys = new Set<string>();
  readonly #loading = new Map<string, Promise<unknown>>();
  #closed = false;

  /** @internal Made by `ByteCache.share`. */
  constructor(cache: ByteCache, prefix: string) {
    this.#cache = cache;
    this.#prefix = prefix;
  }

  get maxBytes(): number {
    return this.#cache.maxBytes;
  }

  /** The value of a key, which must always stand for the same type; loads it at most once at a time. Failures are not kept. */
  async get<T>(name: string, loading: Loading<T>): Promise<T> {
    const key = this.#prefix + name;
    const entry = this.#cache.read(key);
    if (entry !== undefined) return entry.value as T;
    const running = this.#loading.get(key);
    if (running !== undefined) return (await running) as T;
    const started = this.#load(key, loading).finally(() => this.#loading.delete(key));
    this.#loading.set(key, started);
    return await started;
  }

  /** Lets go of everything; what is still loading is not kept. */
  close(): void {
    this.#closed = true;
    for (const key of [...this.#keys]) this.#cache.remove(key);
  }

  async #load<T>(key: string, { load, bytesOf, reserve = 0 }: Loading<T>): Promise<T> {
    if (reserve > 0) await this.#cache.reserve(reserve);
    let keep = (): void => {};
    try {
      const value = await load();
      keep = () => {
        if (this.#closed) return;
        this.#cache.keep(key, { value, bytes: bytesOf(value), siblings: this.#keys });
      };
      return value;
    } finally {
      this.#cache.release(reserve, keep);
    }
  }
}
