/**
 * Files that are whole and read, on their way into the dataset: in blocks, so that a burst costs few transactions, and
 * without delay for a single tile, so that its task starts at once. Nothing is lost while the database is away.
 */
import { isGantryError } from '@gantry/model';
import type { FileLook } from '@gantry/storage';
import { admitItems, type NewItem } from '../admit-items.ts';
import type { Engine } from '../engine.ts';
import { rememberFiles } from './live-source-rows.ts';
import { rest } from './rest.ts';

export interface ReadyFile {
  /** The path below the folder. */
  readonly name: string;
  readonly look: FileLook;
  readonly item: NewItem;
}

export interface AdmissionOptions {
  readonly engine: Engine;
  readonly dataset: number;
  readonly signal: AbortSignal;
  onAdmitted(files: readonly ReadyFile[], late: ReadonlySet<string>): void;
  /** The dataset takes nothing any more: it is sealed, or gone. */
  onOver(reason: string): void;
  /** Undefined once it goes well again. */
  onTrouble(error: unknown): void;
}

const blockSize = 1000;
/**
 * Between two admissions is as much time as the last one took, but no more than this, in milliseconds: so admitting
 * takes half the time at most, and what comes meanwhile gathers.
 */
const gatherAtMostMs = 50;
const retryMs = { first: 500, most: 10_000 };
/** How long it may take until a restart would not read a file again, in milliseconds. */
const rememberMs = 1000;

export class AdmissionQueue {
  readonly #options: AdmissionOptions;
  /** By place: of two versions of a file the later one counts. */
  readonly #waiting = new Map<string, ReadyFile>();
  #inFlight = 0;
  #lastMs = 0;
  #lastEndedMs = -Infinity;
  #work: Promise<void> | undefined;
  /** By name, and not written down yet. */
  #admitted = new Map<string, ReadyFile>();
  #remembering: Promise<void> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#waiting.size + this.#inFlight;
  }

  add(file: ReadyFile): void {
    if (this.#options.signal.aborted) return;
    this.#waiting.set(String(file.item.place), file);
    this.#work ??= this.#admitAll()
      .catch((error: unknown) => this.#options.onTrouble(error))
      .finally(() => {
        this.#work = undefined;
      });
  }

  /** Waits for what is under way, once the signal has aborted. */
  async close(): Promise<void> {
    await this.#work;
    await this.#remembering;
  }

  async #admitAll(): Promise<void> {
    const { signal } = this.#options;
    while (this.#waiting.size > 0) {
      await rest(this.#lastEndedMs + Math.min(this.#lastMs, gatherAtMostMs) - performance.now(), signal);
      if (signal.aborted) return;
      const block = [...this.#waiting.entries()].slice(0, blockSize);
      for (const [place] of block) this.#waiting.delete(place);
      this.#inFlight = block.length;
      await this.#admit(block.map(([, file]) => file));
      this.#inFlight = 0;
    }
  }

  async #admit(files: readonly ReadyFile[]): Promise<void> {
    const { engine, dataset, signal } = this.#options;
    for (let wait = retryMs.first; !signal.aborted; wait = Math.min(2 * wait, retryMs.most)) {
      const began = performance.now();
      try {
        const items = files.map(({ item }) => item);
        const { late } = await admitItems(engine, dataset, items);
        this.#lastEndedMs = performance.now();
        this.#lastMs = this.#lastEndedMs - began;
        const latePaths = new Set(late.map(({ path }) => path));
        for (const file of files) if (!latePaths.has(file.item.path)) this.#admitted.set(file.name, file);
        this.#remembering ??= this.#remember().finally(() => {
          this.#remembering = undefined;
        });
        this.#options.onTrouble(undefined);
        this.#options.onAdmitted(files, latePaths);
        return;
      } catch (error) {
        if (isGantryError(error) && (error.code === 'dataset-sealed' || error.code === 'unknown-dataset')) {
          this.#options.onOver(error.message);
          return;
        }
        this.#options.onTrouble(error);
        await rest(wait, signal);
      }
    }
  }

  /** Writes down what was admitted, some time later and all together: no tile waits for it. */
  async #remember(): Promise<void> {
    const { engine, dataset, signal, onTrouble } = this.#options;
    while (this.#admitted.size > 0) {
      await rest(rememberMs, signal);
      const files = this.#admitted;
      this.#admitted = new Map();
      try {
        await rememberFiles(engine, dataset, [...files.values()]);
        onTrouble(undefined);
      } catch (error) {
        if (signal.aborted) return;
        this.#admitted = new Map([...files, ...this.#admitted]);
        onTrouble(error);
      }
    }
  }
}
