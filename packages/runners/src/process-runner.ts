/**
 * The runner for processes on this host: sorts assignments into single calls, workers and batches, keeps their
 * reports until they are taken, and sees to it that nothing outlives its attempt. Whether there is room for an
 * assignment is the agent's to decide.
 */
import { mkdirSync } from 'node:fs';
import { GantryError, type Assignment, type Report, type WorkerRequest } from '@gantry/model';
import type { AttemptLog, OutputStore } from './attempt-storage.ts';
import { startClock } from './build-report.ts';
import { explain } from './explain-error.ts';
import { finishAttempt } from './finish-attempt.ts';
import { Launcher } from './launcher.ts';
import { findMarked, killMarked } from './marked-processes.ts';
import { UsageSampler } from './process-usage.ts';
import { runBatch } from './run-batch.ts';
import { CancelRequest, type RunContext } from './run-context.ts';
import { runOnce } from './run-once.ts';
import type { AttemptStatus, Runner, RunnerCapabilities } from './runner.ts';
import { WorkerPool } from './worker-pool.ts';

export interface ProcessRunnerOptions {
  /**
   * In the environment of all that it starts. Unique to this runner: when it is killed, its launcher kills all that
   * bear it, and must not find the processes of the next one.
   */
  readonly marker: string;
  readonly log: AttemptLog;
  readonly store: OutputStore;
  /** A folder of the runner's own, for the folders of workers and batches. */
  readonly scratchFolder: string;
  /** A folder for the launcher's compiled modules, kept over restarts. */
  readonly cacheFolder: string;
  /** The most persistent tools at a time, idle ones counted. */
  readonly maxWorkers: number;
  /** Between asking a tool to end (SIGTERM) and killing it. 5,000 if absent. */
  readonly graceMilliseconds?: number;
  /** How long a persistent tool waits for more work. 10,000 if absent. */
  readonly idleMilliseconds?: number;
  /** Takes a line on what went wrong beside the attempts, such as a folder that could not be removed. */
  readonly warn?: (line: string) => void;
}

/** How often processes that left their group are looked for after attempts have ended. */
const strayMilliseconds = 2_000;

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class ProcessRunner implements Runner {
  readonly capabilities: RunnerCapabilities = {
    kind: 'process',
    persistentTools: true,
    batches: true,
    memoryLimit: 'sampled',
    usage: 'sampled',
  };
  readonly #context: RunContext;
  readonly #launcher: Launcher;
  readonly #pool: WorkerPool;
  readonly #sampler = new UsageSampler();
  readonly #running = new Map<number, Running>();
  readonly #finished = new Map<number, Report>();
  readonly #listeners = new Set<(report: Report) => void>();
  readonly #batches = new Set<string>();
  #batchCount = 0;
  #strayTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProcessRunnerOptions) {
    mkdirSync(options.scratchFolder, { recursive: true });
    this.#launcher = new Launcher(options.marker, options.cacheFolder);
    this.#context = {
      marker: options.marker,
      log: options.log,
      store: options.store,
      launcher: this.#launcher,
      sampler: this.#sampler,
      scratchFolder: options.scratchFolder,
      graceMilliseconds: options.graceMilliseconds ?? 5_000,
      warn: options.warn ?? (() => undefined),
    };
    this.#pool = new WorkerPool(this.#context, {
      maxWorkers: options.maxWorkers,
      idleMilliseconds: options.idleMilliseconds ?? 10_000,
    });
  }

  submit(assignments: readonly Assignment[]): Promise<void> {
    try {
      this.#submit(assignments);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  poll(attempts: readonly number[]): Promise<ReadonlyMap<number, AttemptStatus>> {
    const statuses = new Map<number, AttemptStatus>();
    for (const attempt of attempts) {
      const report = this.#finished.get(attempt);
      if (report !== undefined) statuses.set(attempt, { state: 'finished', report });
      else statuses.set(attempt, { state: this.#running.has(attempt) ? 'running' : 'lost' });
    }
    return Promise.resolve(statuses);
  }

  release(attempts: readonly number[]): Promise<void> {
    for (const attempt of attempts) this.#finished.delete(attempt);
    return Promise.resolve();
  }

  async cancel(attempts: readonly number[], graceMilliseconds?: number): Promise<void> {
    const ending: Promise<void>[] = [];
    for (const attempt of attempts) {
      const running = this.#running.get(attempt);
      if (running === undefined) continue;
      const grace = graceMilliseconds ?? this.#context.graceMilliseconds;
      const before: unknown = running.abort.signal.reason;
      if (before instanceof CancelRequest) before.harden(grace);
      else running.abort.abort(new CancelRequest(grace));
      ending.push(running.ended);
    }
    await Promise.all(ending);
  }

  onFinished(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#strayTimer);
    await this.cancel([...this.#running.keys()]);
    await this.#pool.close();
    clearTimeout(this.#strayTimer);
    this.#sampler.close();
    await this.#launcher.close();
    await killMarked(this.#context.marker, () => true);
  }

  #submit(assignments: readonly Assignment[]): void {
    if (this.#closed) throw new GantryError('runner-closed', 'the runner is closed and takes nothing more');
    const [first] = assignments;
    if (first === undefined) return;
    for (const { attempt } of assignments) {
      if (this.#running.has(attempt) || this.#finished.has(attempt)) {
        throw new GantryError('attempt-known', `the attempt ${attempt} was submitted before`);
      }
    }
    if (assignments.length === 1 && first.batch === undefined) {
      this.#startSingle(first);
      return;
    }
    const most = first.batch ?? 1;
    if (assignments.length > most) {
      const message = `${assignments.length} assignments were submitted together, where ${most} may be`;
      throw new GantryError('batch-too-long', message);
    }
    if (assignments.some(({ poolKey }) => poolKey !== first.poolKey)) {
      throw new GantryError('batch-mixed', 'assignments of different tools cannot go into one batch');
    }
    this.#startBatch(assignments);
  }

  #startSingle(assignment: Assignment): void {
    const abort = new AbortController();
    const report =
      assignment.worker === undefined
        ? runOnce(this.#context, assignment, abort.signal)
        : this.#pool.run(assignment, requestOf(assignment), abort.signal);
    const ended = report
      .catch((error: unknown) => this.#reportFault(assignment, error))
      .then((done) => this.#finish(done));
    this.#running.set(assignment.attempt, { abort, ended });
  }

  #startBatch(assignments: readonly Assignment[]): void {
    const places = assignments.map((assignment) => ({
      assignment,
      request: requestOf(assignment),
      abort: new AbortController(),
      done: Promise.withResolvers<void>(),
    }));
    const byAttempt = new Map(places.map((place) => [place.assignment.attempt, place]));
    for (const { assignment, abort, done } of places) {
      this.#running.set(assignment.attempt, { abort, ended: done.promise });
    }
    this.#batchCount += 1;
    const name = `batch-${this.#batchCount}`;
    this.#batches.add(name);
    void runBatch(
      this.#context,
      places.map(({ assignment, request, abort }) => ({ assignment, request, cancelled: abort.signal })),
      name,
      (report) => {
        this.#finish(report);
        byAttempt.get(report.attempt)?.done.resolve();
      },
    )
      .catch(async (error: unknown) => {
        for (const { assignment, done } of places) {
          if (!this.#running.has(assignment.attempt)) continue;
          this.#finish(await this.#reportFault(assignment, error));
          done.resolve();
        }
      })
      .finally(() => this.#batches.delete(name));
  }

  /** Every attempt comes to a report, even if it is of a fault of our own. */
  #reportFault(assignment: Assignment, error: unknown): Promise<Report> {
    const message = `the runner failed while it ran this attempt: ${explain(error)}`;
    return finishAttempt(this.#context, assignment, startClock(), {
      judgement: { outcome: 'failed', message },
    });
  }

  #finish(report: Report): void {
    this.#running.delete(report.attempt);
    this.#finished.set(report.attempt, report);
    this.#lookForStrays();
    for (const listener of this.#listeners) listener(report);
  }

  /** A tool that ended well may have left something behind in a session of its own. */
  #lookForStrays(): void {
    if (this.#closed || this.#strayTimer !== undefined) return;
    this.#strayTimer = setTimeout(() => {
      this.#strayTimer = undefined;
      const stray = (owner: string): boolean => !this.#lives(owner);
      if (findMarked(this.#context.marker).some(({ owner }) => stray(owner))) {
        void killMarked(this.#context.marker, stray);
      }
    }, strayMilliseconds);
    this.#strayTimer.unref();
  }

  #lives(owner: string): boolean {
    return this.#running.has(Number(owner)) || this.#batches.has(owner) || this.#pool.names.includes(owner);
  }
}

function requestOf(assignment: Assignment): WorkerRequest {
  if (assignment.request === undefined) {
    const message = `the attempt ${assignment.attempt} is of a persistent tool and came without a request`;
    throw new GantryError('request-missing', message);
  }
  return assignment.request;
}
