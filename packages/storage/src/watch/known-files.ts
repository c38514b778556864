/**
 * The files that have counted, each with its look of then, by folder; those that vanished since; and a walk that
 * comes round to every one of them.
 */
import type { FileLook } from './file-look.ts';

/** Takes a path below the watched folder apart; the folder itself is ''. */
export function splitName(name: string): { folder: string; base: string } {
  const cut = name.lastIndexOf('/');
  return { folder: name.slice(0, Math.max(0, cut)), base: name.slice(cut + 1) };
}

export function joinName(folder: string, base: string): string {
  return folder === '' ? base : `${folder}/${base}`;
}

export class KnownFiles {
  readonly #folders = new Map<string, Map<string, FileLook>>();
  readonly #vanished = new Map<string, FileLook>();
  #count = 0;
  #walk: Iterator<string> | undefined;

  /** How many have counted and are there, as far as we know. */
  get count(): number {
    return this.#count;
  }

  /** Those that are gone. */
  get vanished(): ReadonlyMap<string, FileLook> {
    return this.#vanished;
  }

  /** Its look when it last counted, whether or not it vanished since. */
  get(name: string): FileLook | undefined {
    const { folder, base } = splitName(name);
    return this.#folders.get(folder)?.get(base) ?? this.#vanished.get(name);
  }

  set(name: string, look: FileLook): void {
    const { folder, base } = splitName(name);
    let files = this.#folders.get(folder);
    if (files === undefined) this.#folders.set(folder, (files = new Map<string, FileLook>()));
    if (!files.has(base)) this.#count += 1;
    files.set(base, look);
    this.#vanished.delete(name);
  }

  /** @returns false where it was not there */
  vanish(name: string): boolean {
    const look = this.#remove(name);
    if (look !== undefined) this.#vanished.set(name, look);
    return look !== undefined;
  }

  /** @returns false where it had not vanished */
  comeBack(name: string): boolean {
    const look = this.#vanished.get(name);
    if (look !== undefined) this.set(name, look);
    return look !== undefined;
  }

  /** As though it had never counted. */
  forget(name: string): void {
    this.#remove(name);
    this.#vanished.delete(name);
  }

  /** Names, without their folder, of the files that are there. */
  namesIn(folder: string): Iterable<string> {
    return this.#folders.get(folder)?.keys() ?? [];
  }

  folders(): Iterable<string> {
    return this.#folders.keys();
  }

  /** The next few of a walk that goes round and round. */
  *next(count: number): Generator<string> {
    for (let left = Math.min(count, this.#count); left > 0; left--) {
      this.#walk ??= this.#all();
      const step = this.#walk.next();
      if (step.done === true) this.#walk = undefined;
      else yield step.value;
    }
  }

  #remove(name: string): FileLook | undefined {
    const { folder, base } = splitName(name);
    const files = this.#folders.get(folder);
    const look = files?.get(base);
    if (files === undefined || look === undefined) return undefined;
    files.delete(base);
    if (files.size === 0) this.#folders.delete(folder);
    this.#count -= 1;
    return look;
  }

  *#all(): Generator<string> {
    for (const [folder, files] of this.#folders)
      for (const base of files.keys()) yield joinName(folder, base);
  }
}
