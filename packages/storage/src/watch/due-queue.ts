/**
 * A queue of things that come due in the order in which they were put in. Taking one out of the middle costs nothing:
 * its ticket is void. (A Map would do, but taking its first entry again and again costs more with every one taken.)
 */

export interface Waiting {
  /** Number of its place in a queue; another number voids that place. */
  ticket: number;
  dueMs: number;
}

export class DueQueue<T extends Waiting> {
  #entries: { readonly waiting: T; readonly ticket: number }[] = [];
  #head = 0;

  /** @param waiting due no sooner than what was put in before */
  push(waiting: T): void {
    this.#entries.push({ waiting, ticket: waiting.ticket });
  }

  /** The first, which stays. */
  peek(): T | undefined {
    for (; this.#head < this.#entries.length; this.#head++) {
      const { waiting, ticket } = this.#entries[this.#head]!;
      if (waiting.ticket === ticket) return waiting;
    }
    this.#entries = [];
    this.#head = 0;
    return undefined;
  }

  /** Takes the first, and voids its ticket. */
  take(): T | undefined {
    const first = this.peek();
    if (first === undefined) return undefined;
    first.ticket += 1;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}
