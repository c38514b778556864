/**
 * Files that may still be growing: looks at each until it counts. Two equal looks some time apart are needed, without
 * an event in between; the time is short for a file that was renamed into place, as nobody writes to it under that
 * name. Which files there are is left to `watch-folder.ts`.
 */
import { DueQueue, type Waiting } from './due-queue.ts';
import { isSameLook, type FileLook, type Looked } from './file-look.ts';

/** Why a file does not count yet. */
export type Unsettled =
  /** Somebody writes to it. */
  | 'growing'
  /** It has no bytes. */
  | 'empty'
  /** A TIFF file that lacks bytes its directories speak of. */
  | 'incomplete'
  /** It counted, and was cut short in place since. */
  | 'shrunken'
  /** The system does not let us look at it. */
  | 'not-readable'
  /** The list of what there is says that it is not whole. */
  | 'listed-incomplete'
  /** The list of what there is has it, and there is none. */
  | 'missing';

export interface UnsettledFile {
  readonly name: string;
  readonly why: Unsettled;
  /** When it was first seen since it last counted, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Bytes; undefined where it cannot be looked at. */
  readonly size: number | undefined;
  /** The system's word for it, where it is not readable. */
  readonly reason: string | undefined;
}

export interface SettlingOptions {
  /** Milliseconds between two equal looks at a file that was written to. */
  readonly settleMs: number;
  /** Milliseconds between two equal looks at a file that was renamed into place. */
  readonly renamedMs: number;
  /** Looks at the same time: libuv has four threads, and a slow disk must not take all that the process reads. */
  readonly looksAtOnce: number;
  look(name: string): Promise<Looked>;
  /** `incomplete` where the file says itself that bytes are missing, `whole` where it says that none are. */
  check(name: string): Promise<'whole' | 'incomplete' | 'unknown'>;
  /** The look with which a file last counted. */
  known(name: string): FileLook | undefined;
  onCounts(name: string, look: FileLook): void;
  /** It looks as it did when it last counted. */
  onSame(name: string): void;
  onGone(name: string): void;
}

/** How often what does not change is looked at, in milliseconds, and from which age on. */
const stuckMs = 5000;
const stuckAfterMs = 10_000;

type Pace = 'now' | 'quick' | 'slow' | 'stuck';
const paces: readonly Pace[] = ['now', 'quick', 'slow', 'stuck'];

interface Candidate extends Waiting {
  readonly name: string;
  readonly sinceMs: number;
  /** Renamed into place, as far as we know. */
  renamed: boolean;
  /** An event told of a change since the last look began. */
  touched: boolean;
  /** Another file may have come under this name since the last look began. */
  replaced: boolean;
  looking: boolean;
  look: FileLook | undefined;
  why: Unsettled | undefined;
  reason: string | undefined;
  pace: Pace;
}

export class SettlingFiles {
  readonly #options: SettlingOptions;
  readonly #candidates = new Map<string, Candidate>();
  /** Those that wait for a look; each pace has one delay, so the order of arrival is that of the due times. */
  readonly #queues: Readonly<Record<Pace, DueQueue<Candidate>>> = {
    now: new DueQueue(),
    quick: new DueQueue(),
    slow: new DueQueue(),
    stuck: new DueQueue(),
  };
  #looking = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Infinity;
  #closed = false;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** A file came under this name, or went: created, or renamed from or to it. */
  appeared(name: string): void {
    const candidate = this.#candidates.get(name);
    if (candidate === undefined) {
      this.#add(name, true);
    } else if (candidate.looking) {
      candidate.replaced = true;
    } else {
      this.#restart(candidate);
    }
  }

  /** The bytes or the attributes of a file changed. */
  changed(name: string): void {
    const candidate = this.#candidates.get(name);
    if (candidate === undefined) {
      this.#add(name, false);
      return;
    }
    candidate.touched = true;
    candidate.renamed = false;
    if (candidate.pace === 'stuck' && !candidate.looking) this.#wait(candidate, 'slow');
  }

  /** A scan saw a file of which no event told. */
  found(name: string): void {
    if (!this.#candidates.has(name)) this.#add(name, false);
  }

  has(name: string): boolean {
    return this.#candidates.has(name);
  }

  /** How many files are being looked at, those included of which nothing is known against them. */
  get count(): number {
    return this.#candidates.size;
  }

  /** Those that were seen not to count. */
  *unsettled(): Generator<UnsettledFile> {
    for (const { name, why, sinceMs, look, reason } of this.#candidates.values()) {
      if (why !== undefined) yield { name, why, sinceMs, size: look?.size, reason };
    }
  }

  /** Forgets the files that `which` is true for; a look under way at one of them comes to nothing. */
  forget(which: (name: string) => boolean): void {
    for (const candidate of [...this.#candidates.values()]) if (which(candidate.name)) this.#drop(candidate);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.forget(() => true);
  }

  #add(name: string, renamed: boolean): void {
    const candidate: Candidate = {
      name,
      sinceMs: Date.now(),
      renamed,
      touched: false,
      replaced: false,
      looking: false,
      look: undefined,
      why: undefined,
      reason: undefined,
      pace: 'now',
      ticket: 0,
      dueMs: 0,
    };
    this.#candidates.set(name, candidate);
    this.#wait(candidate, 'now');
  }

  #restart(candidate: Candidate): void {
    candidate.renamed = true;
    candidate.touched = false;
    candidate.replaced = false;
    candidate.look = undefined;
    this.#wait(candidate, 'now');
  }

  #drop(candidate: Candidate): void {
    this.#candidates.delete(candidate.name);
    candidate.ticket += 1;
  }

  #wait(candidate: Candidate, pace: Pace): void {
    candidate.ticket += 1;
    candidate.pace = pace;
    candidate.dueMs = performance.now() + this.#delay(pace);
    this.#queues[pace].push(candidate);
    this.#pump();
  }

  #delay(pace: Pace): number {
    switch (pace) {
      case 'now':
        return 0;
      case 'quick':
        return this.#options.renamedMs;
      case 'slow':
        return this.#options.settleMs;
      case 'stuck':
        return Math.max(stuckMs, this.#options.settleMs);
    }
  }

  /** Begins the looks that are due, and sets the timer for the next ones. */
  #pump(): void {
    if (this.#closed) return;
    const now = performance.now();
    let nextMs = Infinity;
    for (const pace of paces) {
      const queue = this.#queues[pace];
      for (let candidate = queue.peek(); candidate !== undefined; candidate = queue.peek()) {
        if (candidate.dueMs > now) {
          nextMs = Math.min(nextMs, candidate.dueMs);
          break;
        }
        if (this.#looking >= this.#options.looksAtOnce) break;
        queue.take();
        this.#looking += 1;
        candidate.looking = true;
        void this.#examine(candidate).finally(() => {
          this.#looking -= 1;
          this.#pump();
        });
      }
    }
    if (nextMs === this.#timerDueMs) return;
    clearTimeout(this.#timer);
    this.#timerDueMs = nextMs;
    if (nextMs === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timerDueMs = Infinity;
        this.#pump();
      },
      Math.max(0, Math.ceil(nextMs - now)),
    );
  }

  async #examine(candidate: Candidate): Promise<void> {
    const wasTouched = candidate.touched;
    candidate.touched = false;
    const looked = await this.#options.look(candidate.name);
    const verdict = await this.#judge(candidate, looked, wasTouched);
    candidate.looking = false;
    if (this.#closed || this.#candidates.get(candidate.name) !== candidate) return;
    if (candidate.replaced) {
      this.#restart(candidate);
    } else if (verdict === 'gone' || verdict === 'same' || verdict === 'counts') {
      // An event during the look: what was seen may be over already.
      const again = candidate.touched;
      if (again && verdict === 'counts') {
        this.#wait(candidate, 'slow');
        return;
      }
      this.#drop(candidate);
      if (verdict === 'gone') this.#options.onGone(candidate.name);
      if (verdict === 'same') this.#options.onSame(candidate.name);
      if (verdict === 'counts' && candidate.look !== undefined)
        this.#options.onCounts(candidate.name, candidate.look);
      if (again) this.#add(candidate.name, false);
    } else {
      this.#wait(candidate, verdict);
    }
  }

  /** What a look means: the end, or at which pace to look again. */
  async #judge(
    candidate: Candidate,
    looked: Looked,
    wasTouched: boolean,
  ): Promise<'gone' | 'same' | 'counts' | Pace> {
    if (looked.kind === 'missing' || looked.kind === 'other') return 'gone';
    if (looked.kind === 'refused') {
      candidate.look = undefined;
      return this.#hold(candidate, 'not-readable', looked.reason);
    }
    const before = candidate.look;
    const { look } = looked;
    candidate.look = look;
    const known = this.#options.known(candidate.name);
    if (known !== undefined && isSameLook(known, look)) return 'same';
    if (look.size === 0) {
      return known === undefined
        ? this.#hold(candidate, 'empty')
        : this.#hold(candidate, known.inode === look.inode ? 'shrunken' : 'empty');
    }
    if (before === undefined) {
      if (candidate.why === 'not-readable') candidate.why = undefined;
      return candidate.renamed && !wasTouched ? 'quick' : 'slow';
    }
    if (!isSameLook(before, look) || wasTouched) {
      candidate.renamed = false;
      candidate.why = 'growing';
      return 'slow';
    }
    // It looked the same, but for the time of a file that was renamed into place; it was not, as an event said.
    if (candidate.pace === 'quick' && !candidate.renamed) return 'slow';
    const check = await this.#options.check(candidate.name);
    if (check === 'incomplete') return this.#hold(candidate, 'incomplete');
    const isCut = known !== undefined && known.inode === look.inode && look.size < known.size;
    if (isCut && check !== 'whole') return this.#hold(candidate, 'shrunken');
    return 'counts';
  }

  #hold(candidate: Candidate, why: Unsettled, reason?: string): Pace {
    candidate.why = why;
    candidate.reason = reason;
    return Date.now() - candidate.sinceMs < stuckAfterMs ? 'slow' : 'stuck';
  }
}
