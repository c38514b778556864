/**
 * One call of a tool under watch: its output is handed on with back-pressure, its limits are kept, and when it
 * has ended nothing that it started is left. What the call is for (a place, or a batch) is left to the callers.
 */
import type { Readable } from 'node:stream';
import type { LogStream } from './attempt-storage.ts';
import { explain } from './explain-error.ts';
import type { Ending, KilledFor } from './judge-exit.ts';
import { killMarked } from './marked-processes.ts';
import { buildEnvironment } from './process-environment.ts';
import type { ProcessGroup } from './process-group.ts';
import { readKernelKills, recentKernelKills, type Usage } from './process-usage.ts';
import { GroupEnding, onCancel, type RunContext } from './run-context.ts';

export interface SupervisedStart {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The working folder, HOME and TMPDIR. */
  readonly folder: string;
  /** Marks the process and its descendants. */
  readonly owner: string;
  /** Bytes; 0 is no limit. */
  readonly memory: number;
  readonly cancelled: AbortSignal;
  readonly onOutput: (stream: LogStream, bytes: Uint8Array) => Promise<void> | void;
}

export interface SupervisedEnd extends Ending {
  readonly usage: Usage;
  readonly logProblem: string | undefined;
}

export interface Supervised {
  /** Kills the group; `grace` 0 is at once. A later, harder call holds; the first reason stays. */
  kill(reason: KilledFor, graceMilliseconds: number): void;
  readonly ended: Promise<SupervisedEnd>;
}

/** How long the pipes may stay open and silent after the first process has ended. */
const silenceMilliseconds = 200;
/** So many times that long they may take to close. */
const mostClosingRounds = 50;

/** @throws {StartError} if it could not be started */
export async function superviseProcess(context: RunContext, start: SupervisedStart): Promise<Supervised> {
  const kernelKills = recentKernelKills();
  const group = await context.launcher.start({
    command: start.command,
    folder: start.folder,
    env: buildEnvironment({
      marker: context.marker,
      owner: start.owner,
      folder: start.folder,
      env: start.env,
    }),
  });
  let killedFor: KilledFor | undefined;
  const ending = new GroupEnding(group);
  const kill = (reason: KilledFor, grace: number): void => {
    if (group.ended) return;
    killedFor ??= reason;
    ending.stop(grace);
  };
  const stopListening = onCancel(start.cancelled, context, (grace) => kill('cancel', grace));

  const watch = context.sampler.watch(group.pid, start.memory === 0 ? undefined : start.memory, () =>
    kill('memory', 0),
  );
  const output = new OutputPump(group, start.onOutput);

  const waitForEnd = async (): Promise<SupervisedEnd> => {
    const exit = await group.exited;
    stopListening();
    const usage = watch.usage();
    watch.end();
    await output.drain(() => killMarked(context.marker, (owner) => owner === start.owner));
    // It was told to stop: nothing of it may go on, not even what left its group and closed its output.
    if (killedFor !== undefined) await killMarked(context.marker, (owner) => owner === start.owner);
    const kernelKilled = exit.signal === 'SIGKILL' && readKernelKills() > kernelKills;
    return { ...exit, killedFor, kernelKilled, usage, logProblem: output.problem };
  };
  return { kill, ended: waitForEnd() };
}

/** Hands a group's output on, chunk by chunk, and reads no further while the taker is behind. */
export class OutputPump {
  problem: string | undefined;
  readonly #group: ProcessGroup;
  readonly #onOutput: (stream: LogStream, bytes: Uint8Array) => Promise<void> | void;
  #open = 2;
  #waiting = 0;
  #lastChunk = performance.now();
  #onClosed: (() => void) | undefined;

  constructor(group: ProcessGroup, onOutput: (stream: LogStream, bytes: Uint8Array) => Promise<void> | void) {
    this.#group = group;
    this.#onOutput = onOutput;
    this.#read('stdout', group.stdout);
    this.#read('stderr', group.stderr);
  }

  /** Resolves when both streams have ended; calls `free` if something that left the group holds them open. */
  async drain(free: () => Promise<unknown>): Promise<void> {
    let freed = false;
    let since = performance.now();
    while (this.#open > 0) {
      await this.#closedOrSilent();
      if (this.#open === 0) return;
      const silent = performance.now() - Math.max(this.#lastChunk, since);
      if (this.#waiting > 0 || silent < silenceMilliseconds) continue;
      if (freed) {
        this.#group.closeOutput();
        // What was left in the pipes still comes.
        for (let round = 0; this.#open > 0 && round < mostClosingRounds; round++)
          await this.#closedOrSilent();
        if (this.#open > 0) this.#note(new Error('its output stays open'));
        return;
      }
      freed = true;
      await free();
      since = performance.now();
    }
  }

  #closedOrSilent(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, silenceMilliseconds);
      this.#onClosed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #read(name: LogStream, stream: Readable): void {
    stream.on('data', (bytes: Buffer) => {
      this.#lastChunk = performance.now();
      const behind = this.#hand(name, bytes);
      if (behind === undefined) return;
      stream.pause();
      this.#waiting += 1;
      void behind.then(() => {
        this.#waiting -= 1;
        stream.resume();
      });
    });
    stream.once('close', () => {
      this.#open -= 1;
      this.#onClosed?.();
    });
    stream.on('error', (error) => this.#note(error));
  }

  /** A fault of the log is kept for the report, and the tool's output is read on, so that it does not hang. */
  #hand(name: LogStream, bytes: Buffer): Promise<void> | undefined {
    if (this.problem !== undefined) return undefined;
    try {
      const behind = this.#onOutput(name, bytes);
      return behind === undefined ? undefined : behind.catch((error: unknown) => this.#note(error));
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  #note(error: unknown): void {
    this.problem ??= `its log is incomplete: ${explain(error)}`;
  }
}
