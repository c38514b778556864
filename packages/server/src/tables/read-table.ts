/**
 * Tables that were read, kept while there is room, each read once and a large one in a thread of its own. What a table's columns
 * mean is left to `read-units.ts`.
 */
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { GantryError } from '@gantry/model';
import { parseTable, type ParsedTable } from './parse-table.ts';
import type { ThreadAnswer } from './table-thread.ts';

/** Bytes of columns that are kept. */
const mostKept = 256 * 2 ** 20;
/** Larger files are not begun. */
const mostFileBytes = 2 ** 30;
/** Smaller ones, of some thousand rows, are read before a thread would have started: in parts of 2 ms. */
const leastForThread = 2 ** 20;
/** Tables that are read at the same time. */
const atOnce = 2;

interface Entry {
  readonly version: string;
  readonly table: Promise<ParsedTable>;
  bytes: number;
}

export interface ReadTable extends ParsedTable {
  /** Changes whenever the file does. */
  readonly version: string;
}

export class TableCache {
  /** By path, in the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #threads = new Set<Worker>();
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;
  #closed = false;

  /** @throws GantryError `table-missing`, `table-damaged` with the line, `table-empty`, `table-too-large` */
  async read(path: string): Promise<ReadTable> {
    const { version, size } = await lookAt(path);
    let entry = this.#entries.get(path);
    if (entry?.version !== version) {
      entry = { version, table: this.#load(path, size), bytes: 0 };
      this.#keep(path, entry);
    }
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    return { ...(await entry.table), version };
  }

  /** Ends the threads; what they read is refused. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#entries.clear();
    for (const go of this.#waiting.splice(0)) go();
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  #keep(path: string, entry: Entry): void {
    this.#entries.set(path, entry);
    entry.table.then(
      (table) => {
        entry.bytes = sizeOf(table);
        this.#evict();
      },
      () => {
        // What failed is read again when somebody asks.
        if (this.#entries.get(path) === entry) this.#entries.delete(path);
      },
    );
  }

  #evict(): void {
    let kept = 0;
    for (const { bytes } of this.#entries.values()) kept += bytes;
    for (const [path, { bytes }] of this.#entries) {
      if (kept <= mostKept) return;
      if (bytes === 0) continue; // still being read
      this.#entries.delete(path);
      kept -= bytes;
    }
  }

  async #load(path: string, size: number): Promise<ParsedTable> {
    if (this.#atWork >= atOnce) await new Promise<void>((go) => this.#waiting.push(go));
    if (this.#closed) throw new Error(`The tables are closed, and ${path} was asked for`);
    this.#atWork++;
    try {
      return size < leastForThread ? await parseTable(path) : await this.#readInThread(path);
    } finally {
      this.#atWork--;
      this.#waiting.shift()?.();
    }
  }

  async #readInThread(path: string): Promise<ParsedTable> {
    const thread = new Worker(new URL('./table-thread.ts', import.meta.url), { workerData: { path } });
    this.#threads.add(thread);
    try {
      const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
        thread.once('message', resolve);
        thread.once('error', reject);
        thread.once('exit', () => reject(new Error(`The thread that read ${path} has ended`)));
      });
      if (answer.kind === 'table') return answer.table;
      throw new GantryError(answer.code, answer.message, answer.details);
    } finally {
      this.#threads.delete(thread);
    }
  }
}

async function lookAt(path: string): Promise<{ version: string; size: number }> {
  const missing = (cause?: unknown): GantryError =>
    new GantryError('table-missing', `${path} cannot be opened.`, {
      file: path,
      mend: 'Check that the file exists and may be read.',
      cause,
    });
  const found = await stat(path).catch((cause: unknown) => {
    throw missing(cause);
  });
  if (!found.isFile()) throw missing();
  if (found.size > mostFileBytes) {
    throw new GantryError('table-too-large', `${path} is too large to look at here.`, {
      file: path,
      mend: 'Download it and use a program for large tables.',
    });
  }
  const { ino, size, mtimeMs } = found;
  const version = [ino, size, Math.round(mtimeMs * 1000)].map((part) => part.toString(36)).join('-');
  return { version, size };
}

function sizeOf({ columns }: ParsedTable): number {
  let bytes = 1;
  for (const { values } of columns) {
    if (values instanceof Float64Array) bytes += values.byteLength;
    else for (const text of values as readonly string[]) bytes += 16 + text.length;
  }
  return bytes;
}
