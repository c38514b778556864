/**
 * Files that were brought from the server, kept by their checksums within a bound: what is used longest ago goes first,
 * what is in use never. Tasks that want the same file share one download, and one that was cut off goes on where it was,
 * even by the next agent. Where the bytes come from is left to the caller.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GantryError } from '@gantry/model';

/** Hands over the bytes from `start` on, and says how large the whole is. */
export type OpenSource = (
  start: number,
  signal: AbortSignal,
) => Promise<{ readonly size: number; readonly body: Readable }>;

export interface CachedFile {
  readonly path: string;
  /** The file may go when nobody else uses it. */
  release(): void;
}

interface Entry {
  readonly name: string;
  size: number;
  /** By which it is known to be as it was when it was checked. */
  modified: bigint;
  users: number;
  /** Rises with every use. */
  used: number;
}

interface Download {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  users: number;
}

const partEnding = '.part';

export class InputCache {
  readonly #folder: string;
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  readonly #downloads = new Map<string, Download>();
  #clock = 0;
  #size = 0;

  private constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** @param most bytes that are kept beyond what is in use */
  static async open(folder: string, most: number): Promise<InputCache> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const cache = new InputCache(folder, most);
    const known: { name: string; size: number; mtimeMs: number }[] = [];
    for (const name of await readdir(folder)) {
      if (name.endsWith(partEnding)) continue;
      const { size, mtimeMs } = await stat(join(folder, name));
      known.push({ name, size, mtimeMs });
    }
    // What an earlier agent has left is read again before it is used: `modified` is that of no file.
    for (const { name, size } of known.sort((a, b) => a.mtimeMs - b.mtimeMs)) cache.#add(name, size, -1n);
    await cache.#makeRoom();
    return cache;
  }

  /** Bytes of all that is there. */
  get size(): number {
    return this.#size;
  }

  /**
   * The file with that checksum, brought if it is not there.
   * @param checksum `sha256:` and 64 hexadecimal digits
   * @throws what `open` throws; GantryError `download-damaged`; what `signal` is aborted with
   */
  async use(
    checksum: string,
    size: number | undefined,
    source: OpenSource,
    signal: AbortSignal,
  ): Promise<CachedFile> {
    const name = nameOf(checksum);
    for (;;) {
      signal.throwIfAborted();
      const entry = this.#entries.get(name);
      if (entry !== undefined) {
        entry.users += 1;
        entry.used = ++this.#clock;
        if (await this.#isWhole(entry, checksum))
          return { path: join(this.#folder, name), release: once(() => this.#release(entry)) };
        await this.#drop(entry);
      }
      await this.#download(name, checksum, size, source, signal);
    }
  }

  /** Takes over a file that was just sent to the server, so that it is not brought back. It must not be in use. */
  async adopt(path: string, checksum: string, size: number): Promise<void> {
    const name = nameOf(checksum);
    if (this.#entries.has(name) || size > this.#most) return;
    await chmod(path, 0o444);
    await rename(path, join(this.#folder, name));
    const { mtimeNs } = await stat(join(this.#folder, name), { bigint: true });
    this.#add(name, size, mtimeNs);
    await this.#makeRoom();
  }

  /** Removes what is not in use. @returns whether there was anything */
  async empty(): Promise<boolean> {
    const idle = [...this.#entries.values()].filter(({ users }) => users === 0);
    for (const entry of idle) await this.#remove(entry);
    return idle.length > 0;
  }

  // ---- Downloads ----

  async #download(
    name: string,
    checksum: string,
    size: number | undefined,
    source: OpenSource,
    signal: AbortSignal,
  ): Promise<void> {
    let download = this.#downloads.get(name);
    if (download === undefined) {
      const abort = new AbortController();
      const done = this.#bring(name, checksum, size, source, abort.signal).finally(() =>
        this.#downloads.delete(name),
      );
      done.catch(() => {});
      download = { done, abort, users: 0 };
      this.#downloads.set(name, download);
    }
    const shared = download;
    shared.users += 1;
    const gone = Promise.withResolvers<never>();
    gone.promise.catch(() => {});
    const onAbort = (): void => gone.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([shared.done, gone.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      shared.users -= 1;
      if (shared.users === 0) shared.abort.abort(new Error('nobody wants the file any more'));
    }
  }

  async #bring(
    name: string,
    checksum: string,
    size: number | undefined,
    source: OpenSource,
    signal: AbortSignal,
  ): Promise<void> {
    const part = join(this.#folder, name + partEnding);
    await this.#makeRoom(size ?? 0);
    const hash = createHash('sha256');
    let there = await hashPart(part, hash, signal);
    if (size !== undefined && there > size) {
      await rm(part, { force: true });
      return this.#bring(name, checksum, size, source, signal);
    }
    if (there === 0 || there !== size) {
      const from = await source(there, signal);
      if (size !== undefined && from.size !== size) {
        from.body.destroy();
        throw new GantryError(
          'file-changed',
          `it has ${from.size} bytes now, and not ${size} as when it was recorded`,
          {
            mend: 'Have the dataset read again: something has written to a file that is in use.',
          },
        );
      }
      const file = createWriteStream(part, {
        flags: there === 0 ? 'w' : 'a',
        mode: 0o600,
        highWaterMark: 4 * 2 ** 20,
      });
      await pipeline(
        from.body,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            there += chunk.length;
            yield chunk;
          }
        },
        file,
        { signal },
      );
      if (there !== from.size) throw new Error(`the connection ended after ${there} of ${from.size} bytes`);
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== checksum) {
      await rm(part, { force: true });
      throw new GantryError(
        'download-damaged',
        `it arrived with the checksum ${found}, where ${checksum} was recorded`,
        {
          mend: 'It was written to since it was recorded, or the disk or the network is at fault.',
        },
      );
    }
    // A tool that writes to its input would change it for others.
    await chmod(part, 0o444);
    const path = join(this.#folder, name);
    await rename(part, path);
    const { mtimeNs } = await stat(path, { bigint: true });
    this.#add(name, there, mtimeNs);
  }

  // ---- What there is ----

  #add(name: string, size: number, modified: bigint): void {
    this.#entries.set(name, { name, size, modified, users: 0, used: ++this.#clock });
    this.#size += size;
  }

  #release(entry: Entry): void {
    entry.users -= 1;
    if (this.#size > this.#most) void this.#makeRoom().catch(() => {});
  }

  /** Makes room for `more` bytes within the bound, as far as files are idle. */
  async #makeRoom(more = 0): Promise<void> {
    const idle = [...this.#entries.values()]
      .filter(({ users }) => users === 0)
      .sort((a, b) => a.used - b.used);
    for (const entry of idle) {
      if (this.#size + more <= this.#most) return;
      await this.#remove(entry);
    }
  }

  async #remove(entry: Entry): Promise<void> {
    if (this.#entries.get(entry.name) !== entry) return;
    this.#entries.delete(entry.name);
    this.#size -= entry.size;
    await rm(join(this.#folder, entry.name), { force: true });
  }

  /** Damaged: those who use it keep what they have, by their links. */
  async #drop(entry: Entry): Promise<void> {
    entry.users -= 1;
    await this.#remove(entry);
  }

  /** By size and time; by its bytes where this agent has not looked at it before. */
  async #isWhole(entry: Entry, checksum: string): Promise<boolean> {
    const path = join(this.#folder, entry.name);
    try {
      const found = await stat(path, { bigint: true });
      if (Number(found.size) !== entry.size) return false;
      if (found.mtimeNs === entry.modified) return true;
      const hash = createHash('sha256');
      await hashPart(path, hash);
      if (`sha256:${hash.digest('hex')}` !== checksum) return false;
      const now = new Date();
      await utimes(path, now, now);
      entry.modified = (await stat(path, { bigint: true })).mtimeNs;
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
}

function nameOf(checksum: string): string {
  const digits = /^sha256:([0-9a-f]{64})$/.exec(checksum)?.[1];
  if (digits !== undefined) return digits;
  throw new GantryError('checksum-unknown', `"${checksum}" is no checksum that files are kept by.`);
}

/** @returns how many bytes there are; 0 without the file */
async function hashPart(
  path: string,
  hash: ReturnType<typeof createHash>,
  signal?: AbortSignal,
): Promise<number> {
  let bytes = 0;
  try {
    await (await open(path, 'r')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  for await (const chunk of createReadStream(path, {
    highWaterMark: 2 ** 20,
    ...(signal === undefined ? {} : { signal }),
  })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return bytes;
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
