/**
 * Files that are whole and read, on their way into the dataset: in blocks, so that a burst costs few transactions, and
 * without delay for a single tile, so that its task starts at once. Nothing is lost while the database is away.
 */
import { isGantryError, type GantryError } from '@gantry/model';
import type { FileLook } from '@gantry/storage';
import { admitItems, type Admitted, type NewItem } from '../admit-items.ts';
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
  /** @param admitted what became of them; its lists hold the files' own items */
  onAdmitted(files: readonly ReadyFile[], admitted: Admitted): void;
  /** One file cannot be an item, whatever is tried. */
  onRefused(file: ReadyFile, error: GantryError): void;
  /** What was admitted is not there: the database crashed in the same second, or something else took its place. */
  onLost(name: string): void;
  /** The dataset takes nothing any more: it is sealed, a run's, or gone. */
  onOver(reason: string): void;
  /** Undefined once it goes well again. */
  onTrouble(error: unknown): void;
}

const blockSize = 1000;
const overCodes = ['dataset-sealed', 'dataset-of-run', 'unknown-dataset'];
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

  /** Whether all that came is an item, and written down. */
  get isSettled(): boolean {
    return this.count === 0 && this.#remembering === undefined;
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
        // What a crash takes away is found missing when it is written down.
        const admitted = await admitItems(engine, dataset, items, { durable: false });
        this.#lastEndedMs = performance.now();
        this.#lastMs = this.#lastEndedMs - began;
        const late = new Set(admitted.late);
        for (const file of files) if (!late.has(file.item)) this.#admitted.set(file.name, file);
        this.#remembering ??= this.#remember().finally(() => {
          this.#remembering = undefined;
        });
        this.#options.onTrouble(undefined);
        this.#options.onAdmitted(files, admitted);
        return;
      } catch (error) {
        if (isGantryError(error) && overCodes.includes(error.code)) {
          this.#options.onOver(error.message);
          return;
        }
        const refused = isGantryError(error) ? files.find(({ item }) => item.path === error.file) : undefined;
        if (isGantryError(error) && refused !== undefined) {
          this.#options.onRefused(refused, error);
          const others = files.filter((file) => file !== refused);
          return others.length === 0 ? undefined : this.#admit(others);
        }
        this.#options.onTrouble(error);
        await rest(wait, signal);
      }
    }
  }

  /** Writes down what was admitted, some time later and all together: no tile waits for the disk. */
  async #remember(): Promise<void> {
    const { engine, dataset, signal, onLost, onTrouble } = this.#options;
    while (this.#admitted.size > 0) {
      await rest(rememberMs, signal);
      const files = this.#admitted;
      this.#admitted = new Map();
      try {
        const lost = await rememberFiles(engine, dataset, [...files.values()]);
        onTrouble(undefined);
        for (const name of lost) onLost(name);
      } catch (error) {
        if (signal.aborted) return;
        this.#admitted = new Map([...files, ...this.#admitted]);
        onTrouble(error);
      }
    }
  }
}
