/**
 * One folder that is read once, at work: its files are listed, read for their checksums and admitted in blocks, and
 * then the dataset is closed. Whatever keeps it from that leaves the dataset open, and is shown until somebody has it
 * go on. What a server's end interrupts, the next one takes up. Which there are is left to `intakes.ts`.
 */
import { isGantryError, parsePattern, type IntakeProblem, type IntakeState } from '@gantry/model';
import { indexFolder, isSameLook, type ChecksumPool, type FileLook, type PlacedFile } from '@gantry/storage';
import { admitItems, type NewItem } from '../admit-items.ts';
import { closeDataset } from '../close-dataset.ts';
import type { Engine } from '../engine.ts';
import { readTakenFiles, rememberFiles } from '../live-sources/live-source-rows.ts';
import { rest } from '../live-sources/rest.ts';
import { describeIntake } from './describe-intake.ts';
import { IntakeProgress } from './intake-progress.ts';
import { endIntake, type IntakeRow } from './intake-rows.ts';
import { lookAt, takeFile } from './take-file.ts';

export interface IntakeOptions {
  readonly engine: Engine;
  readonly pool: ChecksumPool;
  readonly row: IntakeRow;
  readonly log: (line: string) => void;
  /** It looks different now. */
  readonly onChange: () => void;
  /** All files are in, and the dataset is closed. */
  readonly onEnded: () => void;
}

interface ListedFile extends PlacedFile {
  /** The path below the folder. */
  readonly below: string;
  /** Undefined for one that was taken before and has not changed. */
  readonly look: FileLook | undefined;
}

interface ReadyFile {
  readonly name: string;
  readonly look: FileLook;
  readonly item: NewItem;
}

/** Files that are looked at, and read, at the same time. */
const looksAtOnce = 16;
const readsAtOnce = 8;
/** A block is admitted when it has so many files, or after so many milliseconds. */
const blockSize = 1000;
const blockMs = 500;
const retryMs = { first: 500, most: 10_000 };

export class Intake {
  readonly #options: IntakeOptions;
  readonly #closing = new AbortController();
  readonly #progress = new IntakeProgress();
  /** By path, in the order in which they were met. */
  readonly #problems = new Map<string, IntakeProblem>();
  #state: IntakeState['state'] = 'listing';
  #skipUnreadable: boolean;
  #again = Promise.withResolvers<undefined>();
  #ready: ReadyFile[] = [];
  #flushing: Promise<void> = Promise.resolve();
  #flushedMs = 0;
  readonly #life: Promise<void>;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#skipUnreadable = options.row.skipUnreadable;
    this.#life = this.#live();
  }

  state(): IntakeState {
    return describeIntake(this.#options.row, {
      state: this.#state,
      progress: this.#progress,
      problems: [...this.#problems.values()],
    });
  }

  /** Has one that has stopped go on. */
  again(skipUnreadable: boolean): void {
    if (this.#state !== 'stopped') return;
    this.#skipUnreadable ||= skipUnreadable;
    this.#turn('listing');
    this.#again.resolve(undefined);
  }

  /** Ends the work; what is under way in the database ends first. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#again.resolve(undefined);
    this.#options.pool.forget(this.#options.row.dataset);
    await this.#life;
  }

  async #live(): Promise<void> {
    const { signal } = this.#closing;
    let wait = retryMs.first;
    while (!signal.aborted) {
      try {
        await this.#takeAll();
        wait = retryMs.first;
        if (this.#state === 'ended') return;
        await this.#again.promise;
        this.#again = Promise.withResolvers();
      } catch (error) {
        if (signal.aborted) return;
        if (isGantryError(error)) {
          const { folder } = this.#options.row;
          const { code, message, mend = '', file = folder } = error;
          this.#stop([{ code, message, mend, file }]);
          await this.#again.promise;
          this.#again = Promise.withResolvers();
          continue;
        }
        // The database, most likely: it is tried again by itself.
        this.#trouble(error);
        await rest(wait, signal);
        wait = Math.min(2 * wait, retryMs.most);
      }
    }
  }

  async #takeAll(): Promise<void> {
    this.#problems.clear();
    this.#turn('listing');
    const files = await this.#list();
    const todo = files.filter(({ look }) => look !== undefined);
    this.#turn('reading');
    this.#flushedMs = performance.now();
    await inLanes(readsAtOnce, todo.length, (index) => this.#take(todo[index]!));
    await this.#flush();
    if (this.#problems.size > 0 && !(this.#skipUnreadable && this.#progress.filesRead > 0)) {
      this.#stop([...this.#problems.values()]);
      return;
    }
    await this.#end();
  }

  /** All files of the folder; what those that cannot be looked at suffer from is among the problems. */
  async #list(): Promise<ListedFile[]> {
    const { engine, row } = this.#options;
    const pattern = parsePattern(row.pattern);
    const { files, index } = await indexFolder(row, row.folder, pattern);
    const known = new Map(
      (await readTakenFiles(engine, row.dataset)).map(({ name, look }) => [name, look] as const),
    );
    const listed: ListedFile[] = [];
    let [bytes, filesRead, bytesRead] = [0, 0, 0];
    await inLanes(looksAtOnce, files.length, async (at) => {
      this.#closing.signal.throwIfAborted();
      const file = files[at]!;
      const below = index.items[at]!.name;
      const found = await lookAt(file.path);
      if ('problem' in found) {
        this.#problems.set(file.path, found.problem);
        return;
      }
      const { look } = found;
      const before = known.get(below);
      const isKnown = before !== undefined && isSameLook(before, look);
      bytes += look.size;
      if (isKnown) {
        filesRead += 1;
        bytesRead += look.size;
      }
      listed[at] = { ...file, below, look: isKnown ? undefined : look };
    });
    this.#progress.begin(files.length, bytes, filesRead, bytesRead);
    return listed.filter((file) => file !== undefined);
  }

  async #take(file: ListedFile): Promise<void> {
    const { pool, row } = this.#options;
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const taken = await takeFile(file, { pool, queue: row.dataset, type: row.type, signal });
    if (taken.kind === 'refused') {
      this.#problems.set(file.path, taken.problem);
    } else {
      const { look, size, checksum } = taken;
      const { place, name, path } = file;
      this.#ready.push({ name: file.below, look, item: { place, name, path, size, checksum } });
      this.#progress.add(look.size);
    }
    this.#options.onChange();
    const due = this.#ready.length >= blockSize || performance.now() - this.#flushedMs >= blockMs;
    if (due) await this.#flush();
  }

  /** Admits what is ready; one block at a time, and the readers wait for it. */
  #flush(): Promise<void> {
    this.#flushedMs = performance.now();
    const flushed = this.#flushing.then(async () => {
      const block = this.#ready.splice(0, blockSize);
      if (block.length === 0) return;
      const { engine, row } = this.#options;
      const { late } = await admitItems(
        engine,
        row.dataset,
        block.map(({ item }) => item),
      );
      for (const { path } of late) this.#problems.set(path, closedBefore(path));
      await rememberFiles(engine, row.dataset, block);
    });
    // Its failure is told to those who wait for it now; the next block does not fail for it.
    this.#flushing = flushed.catch(() => {});
    return flushed.then(() => (this.#ready.length > 0 ? this.#flush() : undefined));
  }

  #stop(problems: readonly IntakeProblem[]): void {
    this.#problems.clear();
    for (const problem of problems) this.#problems.set(problem.file, problem);
    const { folder } = this.#options.row;
    this.#options.log(`Reading ${folder} has stopped: ${problems[0]?.message ?? 'for an unknown reason'}`);
    this.#turn('stopped');
  }

  #trouble(error: unknown): void {
    const { folder } = this.#options.row;
    const reason = error instanceof Error ? error.message : 'for an unknown reason';
    const problem = {
      code: 'not-recorded',
      message: `Files of ${folder} cannot be recorded at the moment: ${reason}`,
      mend: 'See to the database. It is tried again by itself.',
      file: folder,
    };
    if (this.#problems.get(folder)?.message !== problem.message) this.#options.log(problem.message);
    this.#problems.set(folder, problem);
    this.#ready = [];
    this.#options.onChange();
  }

  async #end(): Promise<void> {
    const { engine, row } = this.#options;
    const problems = [...this.#problems.values()];
    await closeDataset(engine, row.dataset);
    await endIntake(engine, row.dataset, {
      files: this.#progress.filesRead,
      bytes: this.#progress.bytesRead,
      leftOut: { count: problems.length, first: problems.slice(0, 100) },
    });
    this.#options.log(`${row.folder} is read: ${this.#progress.filesRead} files.`);
    this.#turn('ended');
    this.#options.onEnded();
  }

  #turn(state: IntakeState['state']): void {
    this.#state = state;
    this.#options.onChange();
  }
}

/** Works on the numbers from 0 on, several at a time; after a failure no further one is begun, and then it is thrown. */
async function inLanes(lanes: number, count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count && failures.length === 0; index = next++) {
      try {
        await work(index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}

function closedBefore(path: string): IntakeProblem {
  return {
    code: 'dataset-closed',
    message: `${path} is not taken: somebody closed the dataset before all files were in.`,
    mend: 'Start a new run to have all of them.',
    file: path,
  };
}
