/**
 * What folders hold by a pattern, remembered for a moment: a form asks again with every key that is pressed, and a
 * folder of 100,000 names takes half a second to list and to sort.
 */
import { stat } from 'node:fs/promises';
import { indexFiles, parsePattern, type FileIndex, type FilePattern } from '@gantry/model';
import { depthOf, listFitting, type Names } from '@gantry/storage';

export interface FolderIndex {
  readonly names: Names;
  readonly index: FileIndex;
}

interface Listing {
  readonly names: Promise<Names>;
  /** On this process's clock, and the folder's own time when it was listed. */
  readonly listedMs: number;
  readonly modifiedMs: number | undefined;
}

/** How long a listing counts, in milliseconds, and how many are kept. */
const freshMs = 2000;
const unchangedMs = 60_000;
const mostKept = 6;

export class FolderListings {
  readonly #listings = new Map<string, Listing>();
  /** By listing, so that they go together. */
  readonly #indexes = new WeakMap<Names, Map<string, FileIndex>>();

  /**
   * @param folder absolute
   * @throws GantryError `input-not-found`, `input-not-readable`, `folder-too-large`
   */
  async index(folder: string, pattern: FilePattern): Promise<FolderIndex> {
    const names = await this.#list(folder, pattern);
    const known = this.#indexes.get(names) ?? new Map<string, FileIndex>();
    this.#indexes.set(names, known);
    const index = known.get(pattern.text) ?? indexFiles(pattern, names.names);
    // One that is typed goes through many.
    if (known.size >= mostKept) known.clear();
    known.set(pattern.text, index);
    return { names, index };
  }

  /** The names in a folder itself. @throws GantryError as `index` does */
  names(folder: string): Promise<Names> {
    return this.#list(folder, anyName);
  }

  async #list(folder: string, pattern: FilePattern): Promise<Names> {
    const depth = depthOf(pattern.text);
    // Where there are no folders the pattern decides nothing about what is listed.
    const plain = `${folder}\0${depth}`;
    const key = `${plain}\0${pattern.text}`;
    const modifiedMs = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    for (const one of [plain, key]) {
      const listing = this.#listings.get(one);
      if (listing !== undefined && isFresh(listing, depth, modifiedMs)) return listing.names;
    }
    const names = listFitting(folder, pattern);
    const listing = { names, listedMs: Date.now(), modifiedMs };
    this.#keep(key, listing);
    names.then(
      ({ folders }) => {
        if (folders.length === 0 && depth === 0) this.#keep(plain, listing);
      },
      () => this.#listings.delete(key),
    );
    return names;
  }

  #keep(key: string, listing: Listing): void {
    this.#listings.delete(key);
    this.#listings.set(key, listing);
    for (const oldest of this.#listings.keys()) {
      if (this.#listings.size <= mostKept) break;
      this.#listings.delete(oldest);
    }
  }
}

const anyName = parsePattern('{_:d+}');

function isFresh({ listedMs, modifiedMs }: Listing, depth: number, now: number | undefined): boolean {
  const age = Date.now() - listedMs;
  // A folder's time says nothing of those below it.
  if (depth > 0) return age < freshMs;
  if (modifiedMs === undefined || modifiedMs !== now) return false;
  // It is too coarse for what came just then.
  return age < freshMs || (age < unchangedMs && listedMs - modifiedMs > freshMs);
}
