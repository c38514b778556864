/**
 * One persistent tool: a process that takes a JSON line per place and answers with one. It is trusted with
 * nothing: whatever it prints besides its answers ends it. Which worker takes which place is left to the pool.
 */
import type { Assignment, WorkerRequest } from '@gantry/model';
import type { AttemptLog } from './attempt-storage.ts';
import { explain } from './explain-error.ts';
import type { KilledFor } from './judge-exit.ts';
import { readWorkerLine } from './read-worker-line.ts';
import { killMarked } from './marked-processes.ts';
import { buildEnvironment } from './process-environment.ts';
import { startGroup, type GroupExit, type LocalProcessGroup } from './process-group.ts';
import {
  readCpuSeconds,
  readPeakMemory,
  resetPeakMemory,
  type Usage,
  type UsageWatch,
} from './process-usage.ts';
import { GroupEnding, onCancel, type RunContext } from './run-context.ts';
import { OutputPump } from './supervise-process.ts';

export type WorkerEnding =
  | {
      readonly kind: 'answered';
      readonly exitCode: number;
      readonly error: string | undefined;
      readonly results: unknown;
    }
  | { readonly kind: 'exited'; readonly exit: GroupExit }
  | { readonly kind: 'misbehaved'; readonly message: string }
  | { readonly kind: 'killed'; readonly reason: KilledFor };

export interface WorkerResult {
  readonly ending: WorkerEnding;
  readonly usage: Usage;
  /** The last lines of its stderr in this place, for the message of a crash. */
  readonly lastWords: string;
  readonly logProblem: string | undefined;
  /** False if not a byte came of it since the place was handed over. */
  readonly heard: boolean;
}

/** The longest line that is taken for an answer, in bytes. */
const maxLine = 1_048_576;
/** A tool cannot have more than so much on its way without waiting for us, at the least. */
const pipeBytes = 16_384;
const maxLastWords = 2_000;
/** So much of what is no answer goes into the log, in bytes. */
const garbageShown = 65_536;
/** How long a worker may live on after it has closed its stdout, in ms. */
const closedGrace = 500;
const longestTimer = 2_147_483_647;

interface InFlight {
  readonly attempt: number;
  readonly id: string;
  settle(ending: WorkerEnding): void;
  settled: boolean;
  heard: boolean;
  lastWords: string;
  stderrBytes: number;
}

export class WorkerProcess {
  readonly name: string;
  readonly poolKey: string;
  /** How many places it has answered. */
  answered = 0;
  readonly #group: LocalProcessGroup;
  readonly #log: AttemptLog;
  readonly #context: RunContext;
  readonly #watch: UsageWatch;
  readonly #output: OutputPump;
  readonly #gone: Promise<void>;
  readonly #killing: GroupEnding;
  #killedFor: KilledFor | undefined;
  #inFlight: InFlight | undefined;
  #line: Buffer[] = [];
  #lineBytes = 0;
  #stderrChunks = 0;
  #dead = false;

  /** @throws {StartError} if it could not be started */
  static async start(
    context: RunContext,
    assignment: Assignment,
    name: string,
    folder: string,
  ): Promise<WorkerProcess> {
    await context.launcher.watch();
    const group = await startGroup({
      command: assignment.command,
      folder,
      env: buildEnvironment({ marker: context.marker, owner: name, folder, env: assignment.env }),
      stdin: 'pipe',
    });
    return new WorkerProcess(context, assignment.poolKey, name, group);
  }

  private constructor(context: RunContext, poolKey: string, name: string, group: LocalProcessGroup) {
    this.name = name;
    this.poolKey = poolKey;
    this.#context = context;
    this.#log = context.log;
    this.#group = group;
    this.#killing = new GroupEnding(group);
    this.#watch = context.sampler.watch(group.pid, undefined, () => undefined);
    // A worker that has ended, or closed its stdin: seen as its exit, or at the time limit.
    group.stdin.on('error', () => undefined);
    this.#output = new OutputPump(group, (stream, bytes) =>
      stream === 'stdout' ? this.#takeStdout(bytes) : this.#takeStderr(bytes),
    );
    this.#gone = this.#waitForEnd();
    // No answer can come any more; mostly its exit follows at once.
    group.stdout.once('close', () => {
      setTimeout(() => {
        if (!this.#dead) this.#misbehave('closed its stdout without an answer');
      }, closedGrace).unref();
    });
  }

  /** False once it may take no more places. */
  get usable(): boolean {
    return !this.#dead && !this.#group.ended;
  }

  /** Resolves when the process and all that it started have ended. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Runs one place; one at a time. After any ending but `answered` the process is dead. */
  async run(assignment: Assignment, request: WorkerRequest, cancelled: AbortSignal): Promise<WorkerResult> {
    resetPeakMemory(this.#group.pid);
    const cpuBefore = readCpuSeconds(this.#group.pid);
    const memory = assignment.resources.memory;
    let inFlight: InFlight | undefined;
    this.#output.problem = undefined;
    const ending = await new Promise<WorkerEnding>((resolve) => {
      const limit = setTimeout(
        () => this.#kill('time', this.#context.graceMilliseconds),
        Math.min(assignment.resources.time * 1000, longestTimer),
      );
      let stopListening: () => void = () => undefined;
      inFlight = {
        attempt: assignment.attempt,
        id: request.id,
        lastWords: '',
        stderrBytes: 0,
        settled: false,
        heard: false,
        settle: (how) => {
          if (inFlight !== undefined) inFlight.settled = true;
          clearTimeout(limit);
          stopListening();
          resolve(how);
        },
      };
      this.#inFlight = inFlight;
      this.#watch.restart(memory === 0 ? undefined : memory, () => this.#kill('memory', 0));
      stopListening = onCancel(cancelled, this.#context, (grace) => this.#kill('cancel', grace));
      if (!this.usable) void this.#group.exited.then((exit) => inFlight?.settle({ kind: 'exited', exit }));
      else this.#group.stdin.write(`${JSON.stringify(request)}\n`);
    });
    if (ending.kind === 'answered') {
      this.answered += 1;
      if (inFlight !== undefined) await this.#readRestOfLog(inFlight);
    } else {
      this.#dead = true;
      this.#group.kill();
      await this.#gone;
    }
    this.#inFlight = undefined;
    const seen = this.#watch.usage().maxRssBytes ?? 0;
    const peak = Math.max(seen, readPeakMemory(this.#group.pid) ?? 0);
    const cpuAfter = readCpuSeconds(this.#group.pid);
    const cpuSeconds =
      cpuBefore === undefined || cpuAfter === undefined ? undefined : Math.max(0, cpuAfter - cpuBefore);
    return {
      ending,
      usage: { cpuSeconds, maxRssBytes: peak === 0 ? undefined : peak },
      lastWords: inFlight?.lastWords.trim() ?? '',
      logProblem: this.#output.problem,
      heard: inFlight?.heard ?? false,
    };
  }

  /** Ends an idle worker: its stdin is closed, and after the grace it is killed. */
  async end(graceMilliseconds: number): Promise<void> {
    this.#dead = true;
    this.#group.stdin.end();
    const timer = setTimeout(() => this.#group.kill(), graceMilliseconds);
    await this.#gone;
    clearTimeout(timer);
  }

  #kill(reason: KilledFor, grace: number): void {
    // A harder demand is heard while an earlier one has its grace.
    if (this.#dead && this.#killedFor === undefined) return;
    this.#dead = true;
    this.#killing.stop(grace);
    if (this.#killedFor !== undefined) return;
    this.#killedFor = reason;
    void this.#group.exited.then(() => this.#inFlight?.settle({ kind: 'killed', reason }));
  }

  #misbehave(message: string): void {
    this.#dead = true;
    this.#group.kill();
    this.#inFlight?.settle({ kind: 'misbehaved', message });
  }

  async #waitForEnd(): Promise<void> {
    const exit = await this.#group.exited;
    const wasDead = this.#dead;
    this.#dead = true;
    this.#watch.end();
    const killRest = (): Promise<number> => killMarked(this.#context.marker, (owner) => owner === this.name);
    await this.#output.drain(killRest);
    await killRest();
    try {
      await this.#logUnended();
    } catch (error) {
      this.#output.problem ??= `its log is incomplete: ${explain(error)}`;
    }
    if (!wasDead) this.#inFlight?.settle({ kind: 'exited', exit });
  }

  /**
   * stderr has a pipe of its own, so the end of a place's log may come after its answer. What is in the pipe is read
   * within the loop's next turns; a tool that wrote more than a pipe holds may still be writing.
   */
  async #readRestOfLog({ stderrBytes }: InFlight): Promise<void> {
    const long = stderrBytes > pipeBytes;
    for (let quiet = 0, turn = 0; quiet < 2 && turn < 1_000; turn += 1) {
      const before = this.#stderrChunks;
      await new Promise((resolve) => (long ? setTimeout(resolve, 5) : setImmediate(resolve)));
      quiet = this.#stderrChunks === before && !this.#group.stderr.isPaused() ? quiet + 1 : 0;
    }
  }

  #takeStderr(bytes: Uint8Array): Promise<void> | void {
    this.#stderrChunks += 1;
    const inFlight = this.#inFlight;
    if (inFlight !== undefined) inFlight.heard = true;
    if (inFlight === undefined) return undefined; // Between two places nothing is worked on.
    inFlight.stderrBytes += bytes.length;
    inFlight.lastWords = (inFlight.lastWords + Buffer.from(bytes).toString('utf8')).slice(-maxLastWords);
    return this.#log.append(inFlight.attempt, 'stderr', bytes);
  }

  #takeStdout(bytes: Uint8Array): Promise<void> | void {
    if (this.#dead) return undefined;
    if (this.#inFlight !== undefined) this.#inFlight.heard = true;
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(10, from);
      const part = Buffer.from(bytes.subarray(from, end === -1 ? undefined : end));
      this.#lineBytes += part.length;
      if (this.#lineBytes > maxLine) {
        this.#line.push(part);
        const logged = this.#logUnended();
        this.#misbehave(`printed more than ${maxLine} bytes on stdout without an answer`);
        return logged;
      }
      this.#line.push(part);
      if (end === -1) return undefined;
      const line = Buffer.concat(this.#line).toString('utf8');
      this.#line = [];
      this.#lineBytes = 0;
      from = end + 1;
      const logged = this.#takeLine(line);
      if (this.#dead) return logged;
    }
  }

  /** What it printed last and did not end with a line feed: its head goes into the log, as what explains its end. */
  #logUnended(): Promise<void> | void {
    const head = Buffer.concat(this.#line).subarray(0, garbageShown);
    this.#line = [];
    if (this.#inFlight === undefined || this.#inFlight.settled || head.length === 0) return undefined;
    return this.#log.append(this.#inFlight.attempt, 'stdout', head);
  }

  #takeLine(line: string): Promise<void> | void {
    const inFlight = this.#inFlight;
    if (inFlight === undefined || inFlight.settled) {
      this.#misbehave('printed a line while it had nothing to do');
      return undefined;
    }
    const read = readWorkerLine(line, inFlight.id);
    switch (read.kind) {
      case 'progress':
        return undefined;
      case 'answer': {
        const { exitCode, error, results } = read;
        inFlight.settle({ kind: 'answered', exitCode, error, results });
        return undefined;
      }
      case 'garbage':
        this.#misbehave(read.message);
        return this.#log.append(inFlight.attempt, 'stdout', Buffer.from(`${line}\n`));
    }
  }
}
