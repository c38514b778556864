/**
 * Checksums of files that others may still change, read by a few threads. Each source has a queue of its own and they
 * take turns, so that a folder of 100,000 old files does not hold up the next tile of another one.
 */
import { Worker } from 'node:worker_threads';
import type { FileLook } from './file-look.ts';
import type { ChecksumAnswer, ChecksumRequest } from './checksum-worker.ts';

export type ReadFile =
  /** `look` is of the moment after the last byte was read; `look.size` is what was read. */
  | { readonly kind: 'read'; readonly checksum: string; readonly look: FileLook }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ChecksumPool {
  /**
   * Reads a file, or all files of a folder, when it is its queue's turn. One that cannot be read is an answer, not an
   * error.
   * @throws Error where the pool is closed
   */
  read(path: string, queue: number, kind?: 'file' | 'folder'): Promise<ReadFile>;
  /** Forgets what waits in a queue: it is answered `missing`. */
  forget(queue: number): void;
  /** Ends the threads; what waits is rejected. */
  close(): Promise<void>;
}

interface Job {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly done: PromiseWithResolvers<ReadFile>;
}

interface Queue {
  readonly jobs: Job[];
  /** Index of the first that waits; taking it off the array would move all others. */
  next: number;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
}

/** @param threads how many files are read at the same time; threads start when there is something to read */
export function openChecksumPool(threads = 2): ChecksumPool {
  const queues = new Map<number, Queue>();
  const all = new Set<Thread>();
  let closed = false;

  const nextJob = (): Job | undefined => {
    for (const [number, queue] of queues) {
      queues.delete(number);
      const job = queue.jobs[queue.next++];
      // Behind the others, for its next turn.
      if (queue.next < queue.jobs.length) queues.set(number, queue);
      if (job !== undefined) return job;
    }
    return undefined;
  };

  const assign = (thread: Thread): void => {
    const job = nextJob();
    thread.job = job;
    if (job === undefined) {
      thread.worker.unref();
      return;
    }
    thread.worker.ref();
    thread.worker.postMessage({ path: job.path, kind: job.kind } satisfies ChecksumRequest);
  };

  const start = (): void => {
    const worker = new Worker(new URL('./checksum-worker.ts', import.meta.url));
    const thread: Thread = { worker, job: undefined };
    all.add(thread);
    worker.on('message', (answer: ChecksumAnswer) => {
      const { job } = thread;
      assign(thread);
      job?.done.resolve(readFile(answer));
    });
    worker.on('error', (error) => {
      // The next file gets a new thread.
      all.delete(thread);
      thread.job?.done.reject(error);
      thread.job = undefined;
      if (!closed && queues.size > 0) start();
    });
    assign(thread);
  };

  return {
    read(path, queue, kind = 'file') {
      if (closed) return Promise.reject(new Error('The checksum pool is closed.'));
      const done = Promise.withResolvers<ReadFile>();
      const waiting = queues.get(queue);
      if (waiting === undefined) queues.set(queue, { jobs: [{ path, kind, done }], next: 0 });
      else waiting.jobs.push({ path, kind, done });
      const idle = [...all].find(({ job }) => job === undefined);
      if (idle !== undefined) assign(idle);
      else if (all.size < threads) start();
      return done.promise;
    },
    forget(queue) {
      const waiting = waitingIn(queues.get(queue));
      queues.delete(queue);
      for (const { done } of waiting) done.resolve({ kind: 'missing' });
    },
    async close() {
      closed = true;
      const waiting = [...queues.values()].flatMap(waitingIn);
      queues.clear();
      for (const { done } of waiting) done.reject(new Error('The checksum pool is closed.'));
      const threadsNow = [...all];
      all.clear();
      await Promise.all(threadsNow.map(({ worker }) => worker.terminate()));
      for (const { job } of threadsNow) job?.done.reject(new Error('The checksum pool is closed.'));
    },
  };
}

function waitingIn(queue: Queue | undefined): Job[] {
  return queue?.jobs.slice(queue.next) ?? [];
}

function readFile(answer: ChecksumAnswer): ReadFile {
  if (answer.kind !== 'read') return answer;
  const { checksum, size, modifiedMs, inode } = answer;
  return { kind: 'read', checksum, look: { size, modifiedMs, inode } };
}
