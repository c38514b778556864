/** Follows the file that a batch tool appends its answers to, a JSON line per place. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { explain } from './explain-error.ts';
import { hasCode } from './marked-processes.ts';
import { readWorkerLine } from './read-worker-line.ts';

export interface BatchAnswer {
  readonly exitCode: number;
  readonly error: string | undefined;
  readonly results: unknown;
}

const chunkBytes = 65_536;
const maxLine = 1_048_576;

export class BatchResults {
  readonly answers = new Map<string, BatchAnswer>();
  /** What was in the file that is no answer. */
  problem: string | undefined;
  readonly #path: string;
  readonly #ids: ReadonlySet<string>;
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);
  #position = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string, ids: ReadonlySet<string>) {
    this.#path = path;
    this.#ids = ids;
  }

  /** Reads what was added since. `final`: the last line counts without its line feed. Never throws. */
  read(final = false): void {
    if (this.problem !== undefined) return;
    try {
      this.#readFile();
    } catch (error) {
      // A tool may write the file anew and move it here: between the two there is none.
      if (!hasCode(error, 'ENOENT')) this.problem = `its results could not be read: ${explain(error)}`;
    }
    if (final && this.#rest.length > 0) this.#takeLine(this.#rest.toString('utf8'));
  }

  #readFile(): void {
    // Opening a pipe would wait for a writer, and all that the agent does with it.
    const file = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      if (!fstatSync(file).isFile()) {
        this.problem = 'its results are no file any more (a pipe, a device?)';
        return;
      }
      while (this.problem === undefined) {
        const count = readSync(file, this.#chunk, 0, chunkBytes, this.#position);
        if (count === 0) return;
        this.#position += count;
        this.#take(this.#chunk.subarray(0, count));
      }
    } finally {
      closeSync(file);
    }
  }

  #take(bytes: Buffer): void {
    const all = Buffer.concat([this.#rest, bytes]);
    let from = 0;
    for (let end = all.indexOf(10); end !== -1; end = all.indexOf(10, from)) {
      this.#takeLine(all.subarray(from, end).toString('utf8'));
      from = end + 1;
    }
    this.#rest = Buffer.from(all.subarray(from));
    if (this.#rest.length > maxLine) this.problem = `its results have a line longer than ${maxLine} bytes`;
  }

  #takeLine(line: string): void {
    if (line.trim() === '') return;
    const read = readWorkerLine(line);
    switch (read.kind) {
      case 'progress':
        return;
      case 'garbage':
        this.problem ??= `it ${read.message} to its results`;
        return;
      case 'answer':
        if (!this.#ids.has(read.id))
          this.problem ??= `its results answer for "${read.id}", which it was not given`;
        else if (!this.answers.has(read.id)) {
          const { exitCode, error, results } = read;
          this.answers.set(read.id, { exitCode, error, results });
        }
    }
  }
}
