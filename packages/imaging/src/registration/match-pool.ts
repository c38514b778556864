/**
 * A few threads that match strips, started when first needed and kept between grids. What is matched, and how
 * many at once, is left to `measure-pairs.ts`.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RawStrip } from './edge-strip.ts';
import type { MatchCandidate, MatchPlan } from './match-strips.ts';
import type { MatchAnswer, MatchJob } from './match-worker.ts';

interface Pending {
  readonly resolve: (candidates: MatchCandidate[]) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** Owned by whoever makes it; `close` ends the threads. An idle pool does not keep the process alive. */
export class MatchPool {
  readonly size: number;
  readonly #threads: Thread[] = [];
  #nextId = 0;
  #closed = false;

  /** @param size threads; all cores of the machine without it */
  constructor(size: number = availableParallelism()) {
    this.size = Math.max(1, Math.floor(size));
  }

  /** Matches two strips in a thread. The strips' memory moves there: they are empty afterwards. */
  match(first: RawStrip, second: RawStrip, plan: MatchPlan): Promise<MatchCandidate[]> {
    if (this.#closed) return Promise.reject(new Error('The pool is closed'));
    const thread = this.#freest();
    const job: MatchJob = { id: this.#nextId++, first, second, plan };
    return new Promise((resolve, reject) => {
      thread.pending.set(job.id, { resolve, reject });
      thread.worker.ref();
      thread.worker.postMessage(job, [first.values.buffer, second.values.buffer]);
    });
  }

  /** Ends the threads; matches under way are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.worker.terminate()));
  }

  #freest(): Thread {
    const idle = this.#threads.find((thread) => thread.pending.size === 0);
    if (idle) return idle;
    if (this.#threads.length < this.size) return this.#start();
    return this.#threads.reduce((least, thread) =>
      thread.pending.size < least.pending.size ? thread : least,
    );
  }

  #start(): Thread {
    const worker = new Worker(new URL('./match-worker.ts', import.meta.url));
    const thread: Thread = { worker, pending: new Map() };
    worker.on('message', (answer: MatchAnswer) => {
      const pending = thread.pending.get(answer.id);
      thread.pending.delete(answer.id);
      if (thread.pending.size === 0) worker.unref();
      if ('error' in answer) pending?.reject(new Error(answer.error));
      else pending?.resolve(answer.candidates);
    });
    worker.on('error', (error) => this.#lose(thread, error));
    worker.on('exit', () => this.#lose(thread, new Error('A thread that matches strips ended')));
    this.#threads.push(thread);
    return thread;
  }

  /** Its matches fail; a later match starts another thread. */
  #lose(thread: Thread, error: unknown): void {
    const index = this.#threads.indexOf(thread);
    if (index >= 0) this.#threads.splice(index, 1);
    for (const pending of thread.pending.values()) {
      pending.reject(error instanceof Error ? error : new Error(String(error)));
    }
    thread.pending.clear();
  }
}
