/**
 * One watched folder at work: files that count are read for their checksums and admitted to the dataset. It goes on
 * through whatever befalls folder and database, and says what it is at. Which folders there are is left to
 * `live-sources.ts`, when to close to `completion.ts`.
 */
import { basename } from 'node:path';
import { formatPlace, placeAt, type LiveSourceState } from '@gantry/model';
import {
  isSameLook,
  type ChecksumPool,
  type FileLook,
  type ReadFile,
  type WatchEvent,
} from '@gantry/storage';
import type { Admitted } from '../admit-items.ts';
import { closeDataset } from '../close-dataset.ts';
import type { Engine } from '../engine.ts';
import { AdmissionQueue, type ReadyFile } from './admission-queue.ts';
import { Completion } from './completion.ts';
import { describeLiveSource, type DatedTrouble } from './describe-live-source.ts';
import { notReadable, placeTwice, refusedFile, type FileProblem } from './file-problems.ts';
import { endLiveSource, readTakenFiles, type LiveSourceRow } from './live-source-rows.ts';
import { openSource } from './open-source.ts';
import { PlaceHolders } from './place-holders.ts';
import { rest } from './rest.ts';
import { isLocated, type FoundSource, type LocatedItem } from './source-kind.ts';

export interface LiveSourceOptions {
  readonly engine: Engine;
  readonly pool: ChecksumPool;
  readonly row: LiveSourceRow;
  readonly log: (line: string) => void;
  /** It has ended by itself. */
  readonly onEnded: () => void;
}

const retryMs = 5000;

export class LiveSource {
  readonly #options: LiveSourceOptions;
  readonly #closing = new AbortController();
  readonly #admission: AdmissionQueue;
  readonly #completion: Completion;
  readonly #holders = new PlaceHolders();
  readonly #taken = new Set<string>();
  readonly #problems = new Map<string, FileProblem>();
  /** Of the source as a whole, and of none of its items. */
  #sourceProblems: ReadonlyMap<string, FileProblem> = new Map();
  readonly #late = new Set<string>();
  readonly #outside = new Set<string>();
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #started = Promise.withResolvers<undefined>();
  readonly #life: Promise<void>;
  #source: FoundSource | undefined;
  #hasClaimed = false;
  #reading = 0;
  #lastTakenMs: number | undefined;
  #trouble: DatedTrouble | undefined;
  #over: string | undefined;

  constructor(options: LiveSourceOptions) {
    this.#options = options;
    const { engine, row } = options;
    this.#admission = new AdmissionQueue({
      engine,
      dataset: row.dataset,
      signal: this.#closing.signal,
      onAdmitted: (files, admitted) => this.#remember(files, admitted),
      onRefused: ({ name }, error) => this.#problems.set(name, refusedFile(error)),
      onLost: (name) => this.#source?.watch.recheck(name),
      onOver: (reason) => {
        // Nobody had asked for it; an acquisition that is over is told by the state alone.
        this.#options.log(`Watching ${row.folder} has ended. ${reason}`);
        this.#end(reason).catch((error: unknown) => this.#setTrouble(error));
      },
      onTrouble: (error) => this.#setTrouble(error),
    });
    this.#completion = new Completion({
      when: row.options.completeWhen,
      signal: this.#closing.signal,
      isIdle: () => this.#isIdle(),
      isWatching: () => this.#source?.watch.state().state === 'watching',
      scan: () => this.#source?.watch.scan() ?? Promise.resolve(),
      complete: (reason) => this.#complete(reason),
      onTrouble: (error) => this.#setTrouble(error),
    });
    this.#life = this.#live();
  }

  /** Fulfilled when the folder was looked through once, or `withinMs` is over. */
  async started(withinMs: number): Promise<void> {
    const { signal } = this.#closing;
    await Promise.race([this.#started.promise, rest(withinMs, signal)]);
  }

  /** Ends watching; what is under way in the database ends first. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#retries) clearTimeout(timer);
    this.#options.pool.forget(this.#options.row.dataset);
    await this.#source?.watch.close();
    await Promise.all([this.#life, this.#admission.close(), this.#completion.close()]);
  }

  state(): LiveSourceState {
    const watch = this.#source?.watch.state();
    const trouble =
      this.#trouble ??
      (watch?.trouble === undefined
        ? undefined
        : { ...watch.trouble, sinceMs: watch.troubleSinceMs ?? Date.now() });
    return describeLiveSource({
      row: this.#options.row,
      state: this.#word(trouble !== undefined),
      reason: this.#over ?? this.#completion.reason,
      trouble,
      watch: this.#source?.watch,
      taken: this.#taken.size,
      lastTakenMs: this.#lastTakenMs,
      inWork: this.#inWork(),
      problems: new Map([...this.#sourceProblems, ...this.#problems]),
      late: this.#late,
      outside: this.#outside,
    });
  }

  #word(isTroubled: boolean): LiveSourceState['state'] {
    if (this.#over !== undefined) return 'ended';
    if (isTroubled) return 'waiting';
    if (this.#completion.reason !== undefined) return 'completing';
    return this.#source?.watch.state().state ?? 'starting';
  }

  /** Watches on and on; a fault of ours is shown, and does not end it. */
  async #live(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        this.#setTrouble(error);
        await this.#source?.watch.close();
        await rest(retryMs, signal);
      }
    }
  }

  async #follow(): Promise<void> {
    const { engine, row, log } = this.#options;
    const known = await readTakenFiles(engine, row.dataset);
    if (this.#closing.signal.aborted) return;
    this.#setTrouble(undefined);
    for (const { name } of known) this.#taken.add(name);
    const source = openSource({
      engine,
      row,
      log,
      known,
      onTrouble: (error) => this.#setTrouble(error),
      onProblems: (problems) => {
        this.#sourceProblems = problems;
      },
    });
    this.#source = source;
    const { watch } = source;
    // A pattern knows the places of what was taken at once; a list is read first.
    if (source.items === 'file') this.#claimTaken();
    void watch.scan().then(() => {
      this.#started.resolve(undefined);
      if (row.options.completeWhen.listed === true) this.#completion.begin('What was there was all.');
    });
    for await (const events of watch) for (const event of events) this.#hear(event);
  }

  #hear(event: WatchEvent): void {
    const { name } = event;
    switch (event.kind) {
      case 'counts':
        this.#completion.touch();
        this.#claimTaken();
        this.#read(name, event.path, event.look);
        break;
      case 'vanished':
        this.#forget(name);
        break;
      case 'returned':
        if (this.#claim(name) !== undefined) this.#taken.add(name);
        break;
      case 'unmatched':
        if (name === this.#options.row.options.completeWhen.marker)
          this.#completion.begin(`The file ${name} appeared.`);
        break;
    }
  }

  #read(name: string, path: string, look: FileLook): void {
    const located = this.#claim(name);
    if (located === undefined) return;
    this.#reading += 1;
    this.#options.pool
      .read(path, this.#options.row.dataset, this.#source?.items)
      .then(
        (read) => this.#take(name, path, look, located, read),
        (error: unknown) => {
          if (!this.#closing.signal.aborted) this.#tryAgain(name, String(error));
        },
      )
      .catch((error: unknown) => this.#setTrouble(error))
      .finally(() => {
        this.#reading -= 1;
      });
  }

  #take(name: string, path: string, look: FileLook, located: LocatedItem, read: ReadFile): void {
    switch (read.kind) {
      case 'missing':
        // The watch sees that, too.
        return;
      case 'failed':
        this.#tryAgain(name, read.reason);
        return;
      case 'read':
        this.#problems.delete(name);
        if (!isSameLook(read.look, look)) {
          // Somebody wrote to it after it had seemed to be whole.
          this.#source?.watch.recheck(name);
          return;
        }
        this.#admission.add({
          name,
          look,
          item: {
            ...located,
            name: basename(name),
            path,
            size: look.size,
            checksum: read.checksum,
          },
        });
    }
  }

  /** Gives a file its place, unless it has none, or another one has it: that is shown. */
  #claim(name: string): LocatedItem | undefined {
    const located = this.#source?.locate(name);
    if (located === undefined) return undefined;
    if (!isLocated(located)) {
      this.#release(name);
      this.#problems.set(name, located);
      return undefined;
    }
    const place = located.place.join();
    if (this.#holders.placeOf(name) !== place) this.#release(name);
    const holder = this.#holders.claim(place, name);
    if (holder === name) {
      const code = this.#problems.get(name)?.code;
      if (code === 'place-twice' || code === 'tile-without-place') this.#problems.delete(name);
      return located;
    }
    const at = formatPlace(placeAt(this.#options.row.axes, located.place));
    this.#problems.set(name, placeTwice(name, holder, at));
    return undefined;
  }

  /** What was taken in an earlier life keeps its places. */
  #claimTaken(): void {
    if (this.#hasClaimed) return;
    this.#hasClaimed = true;
    for (const name of this.#taken) {
      const located = this.#source?.locate(name);
      if (located !== undefined && isLocated(located)) this.#holders.claim(located.place.join(), name);
    }
  }

  /** Its place goes to those that waited for it. */
  #release(name: string): void {
    for (const waiting of this.#holders.release(name)) this.#source?.watch.recheck(waiting);
  }

  #tryAgain(name: string, reason: string): void {
    const sinceMs = this.#problems.get(name)?.sinceMs ?? Date.now();
    this.#problems.set(name, notReadable(name, reason, sinceMs));
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.#source?.watch.recheck(name);
    }, retryMs);
    this.#retries.add(timer);
  }

  #forget(name: string): void {
    for (const names of [this.#taken, this.#late, this.#outside, this.#problems]) names.delete(name);
    this.#release(name);
  }

  #remember(files: readonly ReadyFile[], admitted: Admitted): void {
    this.#lastTakenMs = Date.now();
    const [late, outside] = [new Set(admitted.late), new Set(admitted.outside)];
    for (const { name, item } of files) {
      setMember(this.#late, name, late.has(item));
      setMember(this.#taken, name, !late.has(item));
      setMember(this.#outside, name, outside.has(item));
    }
  }

  #inWork(): number {
    return this.#reading + this.#admission.count;
  }

  /** Whether every file that is there has been taken, or shown as one that cannot be. */
  #isIdle(): boolean {
    const watch = this.#source?.watch.state();
    const retries = [...this.#problems.values()].some(({ code }) => code === 'file-not-readable');
    return (
      watch?.state === 'watching' &&
      watch.pending === watch.unawaited &&
      this.#reading === 0 &&
      this.#admission.isSettled &&
      !retries
    );
  }

  async #complete(reason: string): Promise<void> {
    await closeDataset(this.#options.engine, this.#options.row.dataset);
    await this.#end(reason);
  }

  async #end(reason: string): Promise<void> {
    if (this.#over !== undefined) return;
    await endLiveSource(this.#options.engine, this.#options.row.dataset, reason);
    this.#over = reason;
    this.#options.onEnded();
  }

  /** @param error undefined where it goes well */
  #setTrouble(error: unknown): void {
    if (error === undefined) {
      this.#trouble = undefined;
      return;
    }
    const { folder } = this.#options.row;
    const reason = error instanceof Error ? error.message : 'for an unknown reason';
    const message = `Files of ${folder} cannot be recorded at the moment: ${reason}`;
    if (message !== this.#trouble?.message) this.#options.log(message);
    this.#trouble = {
      code: 'not-recorded',
      message,
      mend: 'See to the database. They are kept in mind, and recorded as soon as it answers.',
      sinceMs: this.#trouble?.sinceMs ?? Date.now(),
    };
  }
}

function setMember(names: Set<string>, name: string, isMember: boolean): void {
  if (isMember) names.add(name);
  else names.delete(name);
}
