/**
 * A runner for a machine that does not see the server's files: brings what an attempt reads before another runner runs it,
 * and sends what it made afterwards. An attempt counts as running from the first byte that comes to the last that goes.
 */
import type { Assignment, Report } from '@gantry/model';
import { removeFolder, type AttemptStatus, type Runner, type RunnerCapabilities } from '@gantry/runners';
import type { InputBringer } from './bring-inputs.ts';
import type { InputCache } from './input-cache.ts';
import type { LogShipper } from './log-shipper.ts';
import { sendOutputs } from './send-outputs.ts';
import type { TransferClient } from './transfer-client.ts';

export interface TransferRunnerOptions {
  readonly runner: Runner;
  readonly client: TransferClient;
  readonly bringer: InputBringer;
  readonly cache: InputCache;
  readonly logs: LogShipper;
  /** The store of this machine, whose outputs are sent; absent where the server sees them itself. */
  readonly store: string | undefined;
  readonly warn: (line: string) => void;
}

interface Held {
  readonly assignment: Assignment;
  readonly abort: AbortController;
  readonly started: string;
  readonly ended: PromiseWithResolvers<void>;
  trouble: string | undefined;
}

export class TransferRunner implements Runner {
  readonly capabilities: RunnerCapabilities;
  readonly #options: TransferRunnerOptions;
  readonly #runner: Runner;
  readonly #held = new Map<number, Held>();
  readonly #finished = new Map<number, Report>();
  readonly #listeners = new Set<(report: Report) => void>();
  readonly #unsubscribe: () => void;
  #told: string | undefined;

  constructor(options: TransferRunnerOptions) {
    this.#options = options;
    this.#runner = options.runner;
    this.capabilities = options.runner.capabilities;
    this.#unsubscribe = this.#runner.onFinished((report) => void this.#handOver(report));
  }

  /** What is waited for, in words for people; undefined while all goes on. */
  get trouble(): string | undefined {
    for (const { trouble } of this.#held.values()) if (trouble !== undefined) return trouble;
    return undefined;
  }

  submit(assignments: readonly Assignment[]): Promise<void> {
    const taken = assignments.find(({ attempt }) => this.#held.has(attempt) || this.#finished.has(attempt));
    if (taken !== undefined)
      return Promise.reject(new Error(`the attempt ${taken.attempt} was submitted before`));
    const started = new Date().toISOString();
    const held = assignments.map((assignment): Held => ({
      assignment,
      abort: new AbortController(),
      started,
      ended: Promise.withResolvers<void>(),
      trouble: undefined,
    }));
    for (const one of held) this.#held.set(one.assignment.attempt, one);
    void this.#start(held);
    return Promise.resolve();
  }

  async poll(attempts: readonly number[]): Promise<ReadonlyMap<number, AttemptStatus>> {
    const statuses = new Map(await this.#runner.poll(attempts));
    for (const attempt of attempts) {
      const report = this.#finished.get(attempt);
      if (report !== undefined) statuses.set(attempt, { state: 'finished', report });
      else if (this.#held.has(attempt)) statuses.set(attempt, { state: 'running' });
    }
    return statuses;
  }

  async release(attempts: readonly number[]): Promise<void> {
    for (const attempt of attempts) this.#finished.delete(attempt);
    await this.#runner.release(attempts);
  }

  async cancel(attempts: readonly number[], graceMilliseconds?: number): Promise<void> {
    const held = attempts.flatMap((attempt) => this.#held.get(attempt) ?? []);
    for (const { abort } of held) abort.abort(new Error('cancelled'));
    await this.#runner.cancel(attempts, graceMilliseconds);
    await Promise.all(held.map(({ ended }) => ended.promise));
  }

  onFinished(listener: (report: Report) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.cancel([...this.#held.keys()]);
    await this.#runner.close();
    this.#unsubscribe();
  }

  // ---- Before ----

  async #start(held: readonly Held[]): Promise<void> {
    const ready = (await Promise.all(held.map((one) => this.#bring(one)))).filter((one) => one !== undefined);
    // Those that were cancelled while others of their batch were waited for are not started.
    for (const one of ready) if (one.abort.signal.aborted) this.#end(one, cancelled(one));
    const wanted = ready.filter((one) => !one.abort.signal.aborted);
    if (wanted.length === 0) return;
    try {
      await this.#runner.submit(wanted.map(({ assignment }) => assignment));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      for (const one of wanted)
        this.#end(one, report(one, 'start-failed', `it could not be started: ${message}`));
    }
  }

  /** Undefined where it has come to its end already. */
  async #bring(held: Held): Promise<Held | undefined> {
    try {
      await this.#options.bringer.bring(held.assignment, this.#trying(held));
      return held;
    } catch (error) {
      const aborted = held.abort.signal.aborted;
      const message = error instanceof Error ? error.message : String(error);
      await this.#clear(held);
      this.#end(held, aborted ? cancelled(held) : report(held, 'start-failed', message));
      return undefined;
    }
  }

  // ---- After ----

  async #handOver(ended: Report): Promise<void> {
    const held = this.#held.get(ended.attempt);
    if (held === undefined) return;
    // What is cancelled now did end before, and how it did is not wanted.
    this.#end(held, await this.#send(held, ended));
  }

  async #send(held: Held, ended: Report): Promise<Report> {
    const { client, store, logs, cache } = this.#options;
    const { signal } = held.abort;
    const { assignment } = held;
    try {
      if (ended.log !== undefined) await logs.arrive(ended.log, signal);
      if (store === undefined || ended.outputs.length === 0) return ended;
      const { attempt, outputs } = ended;
      await sendOutputs(client, { attempt, folder: assignment.folder, store, outputs }, this.#trying(held));
      for (const { path, checksum, size, files } of outputs) {
        if (files === undefined) await cache.adopt(`${store}/${path}`, checksum, size);
      }
      await this.#clear(held);
      return ended;
    } catch (error) {
      if (signal.aborted) {
        // How it ended is told all the same, where it needs no outputs.
        return ended.outcome === 'succeeded' ? { ...cancelled(held), log: ended.log } : ended;
      }
      const message = error instanceof Error ? error.message : String(error);
      await this.#clear(held);
      const { outputs: _, ...rest } = ended;
      return {
        ...rest,
        outcome: 'failed',
        message: `its outputs could not be sent to the server: ${message}`,
        outputs: [],
      };
    }
  }

  async #clear({ assignment: { folder } }: Held): Promise<void> {
    try {
      await removeFolder(folder);
    } catch (error) {
      this.#options.warn(`${folder} could not be removed: ${String(error)}`);
    }
  }

  #end(held: Held, ended: Report): void {
    if (!this.#held.delete(held.assignment.attempt)) return;
    this.#finished.set(ended.attempt, ended);
    held.ended.resolve();
    for (const listener of this.#listeners) listener(ended);
  }

  #trying(held: Held) {
    return {
      signal: held.abort.signal,
      onTrouble: (trouble: string | undefined): void => {
        held.trouble = trouble;
        if (trouble !== undefined && trouble !== this.#told) this.#options.warn(trouble);
        this.#told = trouble;
      },
    };
  }
}

function cancelled(held: Held): Report {
  return report(held, 'cancelled', 'it was cancelled while its files were on their way');
}

function report(
  { assignment: { attempt }, started }: Held,
  outcome: 'cancelled' | 'start-failed',
  message: string,
): Report {
  const ended = new Date();
  return {
    attempt,
    outcome,
    message: message.slice(0, 4000),
    startedAt: started,
    endedAt: ended.toISOString(),
    resources: { wallSeconds: Math.max(0, (ended.getTime() - Date.parse(started)) / 1000) },
    outputs: [],
  };
}
