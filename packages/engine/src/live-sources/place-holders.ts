/**
 * Which file has which place. The first one that came has it; another one of the same place waits, and is a problem
 * that is shown, until the first is gone.
 */
export class PlaceHolders {
  readonly #holders = new Map<string, string>();
  readonly #waiting = new Map<string, Set<string>>();
  /** The place that each file has, or waits for. */
  readonly #places = new Map<string, string>();

  /** @returns the file that has the place: `name`, or another one */
  claim(place: string, name: string): string {
    this.#places.set(name, place);
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

  /** The place that the file has, or waits for. */
  placeOf(name: string): string | undefined {
    return this.#places.get(name);
  }

  /** The file is gone, or lies elsewhere now. @returns those that waited for its place */
  release(name: string): string[] {
    const place = this.#places.get(name);
    this.#places.delete(name);
    if (place === undefined) return [];
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
