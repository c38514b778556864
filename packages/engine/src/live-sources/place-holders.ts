/**
 * Which file has which place. The first one that came has it; another one of the same place waits, and is a problem
 * that is shown, until the first is gone.
 */
export class PlaceHolders {
  readonly #holders = new Map<string, string>();
  readonly #waiting = new Map<string, Set<string>>();

  /** @returns the file that has the place: `name`, or another one */
  claim(place: string, name: string): string {
    const holder = this.#holders.get(place);
    if (holder === undefined || holder === name) {
      this.#holders.set(place, name);
      return name;
    }
    const waiting = this.#waiting.get(place);
    if (waiting === undefined) this.#waiting.set(place, new Set([name]));
    else waiting.add(name);
    return holder;
  }

  /** The file is gone. @returns those that waited for its place */
  release(place: string, name: string): string[] {
    const waiting = this.#waiting.get(place);
    if (this.#holders.get(place) !== name) {
      waiting?.delete(name);
      if (waiting?.size === 0) this.#waiting.delete(place);
      return [];
    }
    this.#holders.delete(place);
    this.#waiting.delete(place);
    return [...(waiting ?? [])];
  }
}
