/**
 * Events on their way to the one who iterates: what came since the last step is one block.
 */
export class EventQueue<T> {
  #waiting: T[] = [];
  #wake: () => void = () => {};
  #closed = false;

  push(event: T): void {
    this.#waiting.push(event);
    this.#wake();
  }

  /** Ends the iteration when all has been taken. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *blocks(): AsyncGenerator<readonly T[], void, undefined> {
    for (;;) {
      if (this.#waiting.length > 0) {
        const block = this.#waiting;
        this.#waiting = [];
        yield block;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    }
  }
}
