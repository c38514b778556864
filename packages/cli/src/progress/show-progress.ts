/**
 * Shows work as it goes on: on a terminal one line that is drawn again, at most ten times a second; elsewhere a plain
 * line every few seconds and when something changes.
 */
import type { Output } from '../terminal.ts';

export interface ProgressLine {
  /**
   * Shows this state. `key` tells states apart that are worth a line of their own where nothing can be drawn again.
   */
  show(draw: (width: number) => string, plain: () => string, key?: string): void;
  /** Writes a line that stays, above the one that is drawn again. */
  note(line: string): void;
  /** Takes the drawn line away. */
  clear(): void;
}

const drawMs = 100;
const lineMs = 5_000;

/** @param now ms on a clock that only goes forward */
export function showProgress(output: Output, now: () => number = () => performance.now()): ProgressLine {
  return output.isTerminal ? new DrawnLine(output, now) : new PlainLines(output, now);
}

class DrawnLine implements ProgressLine {
  readonly #output: Output;
  readonly #now: () => number;
  #drawn = '';
  #at = -Infinity;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  show(draw: (width: number) => string): void {
    const time = this.#now();
    if (time - this.#at < drawMs) return;
    this.#at = time;
    // The last column is left free: some terminals wrap as soon as it is filled.
    const line = draw(this.#output.width() - 1);
    if (line === this.#drawn) return;
    this.#output.write(`\r${line}\u001b[K`);
    this.#drawn = line;
  }

  note(line: string): void {
    this.clear();
    this.#output.line(line);
  }

  clear(): void {
    if (this.#drawn !== '') this.#output.write('\r\u001b[K');
    this.#drawn = '';
    this.#at = -Infinity;
  }
}

class PlainLines implements ProgressLine {
  readonly #output: Output;
  readonly #now: () => number;
  #at: number;
  #key = '';
  #written = '';

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    // The first line waits, too: short work needs none.
    this.#at = now();
  }

  show(_draw: (width: number) => string, plain: () => string, key = ''): void {
    const time = this.#now();
    const changed = this.#key !== '' && key !== this.#key;
    this.#key = key;
    if (!changed && time - this.#at < lineMs) return;
    const line = plain();
    this.#at = time;
    if (line === this.#written) return;
    this.#written = line;
    this.#output.line(line);
  }

  note(line: string): void {
    this.#output.line(line);
  }

  clear(): void {
    // What is written stays.
  }
}
