/**
 * Persistent tools, kept by pool key: started when there is work, reused, ended when idle or when another tool
 * needs the room, and not started over and over when they cannot start. How many places run at a time is the
 * agent's to decide; one worker takes one place at a time.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assignment, Report, WorkerRequest } from '@gantry/model';
import { prepareAttempt, removeFolder } from './attempt-folder.ts';
import { startClock } from './build-report.ts';
import { explain } from './explain-error.ts';
import { finishAttempt, finishUnstarted, type AttemptEnd } from './finish-attempt.ts';
import { judgeExit, type Judgement } from './judge-exit.ts';
import { readKernelKills, recentKernelKills } from './process-usage.ts';
import type { RunContext } from './run-context.ts';
import { WorkerProcess, type WorkerEnding, type WorkerResult } from './worker-process.ts';

export interface WorkerPoolOptions {
  /** The most workers at a time, idle ones counted. */
  readonly maxWorkers: number;
  readonly idleMilliseconds: number;
}

interface Idle {
  readonly worker: WorkerProcess;
  readonly timer: NodeJS.Timeout;
}

/** Workers of one key that ended before any of them had answered anything. */
interface FailedStarts {
  count: number;
  until: number;
  message: string;
}

/** After so many failed starts in a row, attempts fail at once for a while, without another start. */
const failedStartsAllowed = 3;
const failedStartsPause = 10_000;
const endGrace = 1_000;

export class WorkerPool {
  readonly #context: RunContext;
  readonly #options: WorkerPoolOptions;
  /** Longest idle first. */
  #idle: Idle[] = [];
  readonly #busy = new Set<string>();
  readonly #ending = new Set<Promise<void>>();
  readonly #failedStarts = new Map<string, FailedStarts>();
  #started = 0;

  constructor(context: RunContext, options: WorkerPoolOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** The names of workers that live or are about to. */
  get names(): string[] {
    return [...this.#busy, ...this.#idle.map(({ worker }) => worker.name)];
  }

  /** Never rejects. Aborting kills the worker that has the place. */
  async run(assignment: Assignment, request: WorkerRequest, cancelled: AbortSignal): Promise<Report> {
    const clock = startClock();
    const kernelKills = recentKernelKills();
    let worker: WorkerProcess;
    let result: WorkerResult;
    try {
      await prepareAttempt(assignment);
      const used = this.#takeIdle(assignment.poolKey);
      worker = used ?? (await this.#start(assignment));
      result = await this.#runIn(worker, assignment, request, cancelled);
      // One that had served others and went without a word has hardly seen the place: another one takes it.
      if (used !== undefined && result.ending.kind === 'exited' && !result.heard && !cancelled.aborted) {
        worker = await this.#start(assignment);
        result = await this.#runIn(worker, assignment, request, cancelled);
      }
    } catch (error) {
      return finishUnstarted(this.#context, assignment, clock, error);
    }
    const end = this.#judge(assignment, worker, result, kernelKills);
    return finishAttempt(this.#context, assignment, clock, end, cancelled);
  }

  async #runIn(
    worker: WorkerProcess,
    assignment: Assignment,
    request: WorkerRequest,
    cancelled: AbortSignal,
  ): Promise<WorkerResult> {
    const result = await worker.run(assignment, request, cancelled);
    this.#noteStart(worker, result);
    this.#busy.delete(worker.name);
    if (worker.usable) this.#keep(worker);
    else this.#forget(worker);
    return result;
  }

  /** Ends all idle workers; busy ones are ended by aborting their places. */
  async close(): Promise<void> {
    for (const idle of this.#idle.splice(0)) this.#end(idle);
    await Promise.all(this.#ending);
  }

  #takeIdle(poolKey: string): WorkerProcess | undefined {
    // The one used last, whose memory is warm.
    for (let at = this.#idle.length - 1; at >= 0; at -= 1) {
      const idle = this.#idle[at];
      if (idle === undefined || idle.worker.poolKey !== poolKey) continue;
      this.#idle.splice(at, 1);
      clearTimeout(idle.timer);
      if (!idle.worker.usable) {
        this.#forget(idle.worker);
        continue;
      }
      this.#busy.add(idle.worker.name);
      return idle.worker;
    }
    return undefined;
  }

  async #start(assignment: Assignment): Promise<WorkerProcess> {
    const failed = this.#failedStarts.get(assignment.poolKey);
    if (failed !== undefined && failed.count >= failedStartsAllowed && performance.now() < failed.until) {
      throw new Error(`${failed.message} (${failed.count} times in a row; it is not tried again just now)`);
    }
    while (this.#idle.length > 0 && this.#idle.length + this.#busy.size >= this.#options.maxWorkers) {
      const oldest = this.#idle.shift();
      if (oldest !== undefined) this.#end(oldest);
    }
    this.#started += 1;
    const name = `worker-${this.#started}`;
    const folder = join(this.#context.scratchFolder, name);
    this.#busy.add(name);
    try {
      await mkdir(folder, { recursive: true });
      return await WorkerProcess.start(this.#context, assignment, name, folder);
    } catch (error) {
      this.#busy.delete(name);
      await removeFolder(folder);
      throw error;
    }
  }

  #noteStart(worker: WorkerProcess, { ending, lastWords }: WorkerResult): void {
    if (worker.answered > 0) {
      this.#failedStarts.delete(worker.poolKey);
      return;
    }
    if (ending.kind !== 'exited') return;
    const count = (this.#failedStarts.get(worker.poolKey)?.count ?? 0) + 1;
    this.#failedStarts.set(worker.poolKey, {
      count,
      until: performance.now() + failedStartsPause,
      message: `its worker ${describeExit(ending)} before it answered anything${quote(lastWords)}`,
    });
  }

  #judge(
    assignment: Assignment,
    worker: WorkerProcess,
    { ending, usage, lastWords, logProblem }: WorkerResult,
    kernelKills: number,
  ): AttemptEnd {
    const tool = `${assignment.tool.name}@${assignment.tool.version}`;
    const failed = (message: string): Judgement => ({ outcome: 'failed', message });
    switch (ending.kind) {
      case 'answered': {
        const { exitCode, error, results } = ending;
        const judged = judgeExit(assignment, {
          exitCode,
          signal: undefined,
          killedFor: undefined,
          kernelKilled: false,
        });
        const judgement =
          judged.outcome === 'failed' && error !== undefined ? { ...judged, message: error } : judged;
        return { judgement, exitCode, results, usage, logProblem };
      }
      case 'exited': {
        const { exitCode, signal } = ending.exit;
        const said = quote(lastWords);
        const base = { exitCode, signal, usage, logProblem };
        if (signal === 'SIGKILL' && readKernelKills() > kernelKills) {
          const message = `the worker of ${tool} was killed by the kernel, which was out of memory`;
          return { ...base, judgement: { outcome: 'out-of-memory', message } };
        }
        if (this.#failedStarts.has(assignment.poolKey) && worker.answered === 0 && signal === undefined) {
          const message = `the worker of ${tool} ${describeExit(ending)} before it answered anything${said}`;
          return { ...base, judgement: { outcome: 'start-failed', message } };
        }
        return {
          ...base,
          judgement: failed(
            `the worker of ${tool} ${describeExit(ending)} in the middle of this place${said}`,
          ),
        };
      }
      case 'misbehaved':
        return {
          judgement: failed(`the worker of ${tool} ${ending.message}; it was ended${quote(lastWords)}`),
          usage,
          logProblem,
        };
      case 'killed':
        return {
          judgement: judgeExit(assignment, {
            exitCode: undefined,
            signal: undefined,
            killedFor: ending.reason,
            kernelKilled: false,
          }),
          signal: 'SIGKILL',
          usage,
          logProblem,
        };
    }
  }

  #keep(worker: WorkerProcess): void {
    const timer = setTimeout(() => {
      const at = this.#idle.findIndex((idle) => idle.worker === worker);
      const [idle] = at === -1 ? [] : this.#idle.splice(at, 1);
      if (idle !== undefined) this.#end(idle);
    }, this.#options.idleMilliseconds);
    timer.unref();
    this.#idle.push({ worker, timer });
  }

  #end({ worker, timer }: Idle): void {
    clearTimeout(timer);
    const ended = worker.end(endGrace);
    this.#track(ended.then(() => this.#clean(worker)));
  }

  #forget(worker: WorkerProcess): void {
    this.#track(worker.gone.then(() => this.#clean(worker)));
  }

  #clean(worker: WorkerProcess): Promise<void> {
    return removeFolder(join(this.#context.scratchFolder, worker.name));
  }

  #track(ending: Promise<void>): void {
    const tracked = ending
      .catch((error: unknown) =>
        this.#context.warn(`a worker's folder could not be removed: ${explain(error)}`),
      )
      .finally(() => this.#ending.delete(tracked));
    this.#ending.add(tracked);
  }
}

function describeExit({ exit }: Extract<WorkerEnding, { kind: 'exited' }>): string {
  return exit.signal === undefined
    ? `ended with exit code ${exit.exitCode ?? -1}`
    : `was ended by the signal ${exit.signal}`;
}

function quote(lastWords: string): string {
  const lines = lastWords.split('\n').slice(-8).join('\n');
  return lines === '' ? '' : `; its last words:\n${lines}`;
}
