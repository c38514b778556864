/**
 * One process with a session and group of its own, started from an argument vector (never a shell), and ended
 * with all that it started. What its output means, and why it is ended, are left to the callers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { hasCode, signalProcess } from './marked-processes.ts';

export interface GroupStart {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** `none` is /dev/null. */
  readonly stdin: 'none' | 'pipe';
}

export interface GroupExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Set if how it ended is not known: what happened instead. */
  readonly problem?: string | undefined;
}

/** A started process with its group, in this process or behind the launcher. */
export interface ProcessGroup {
  readonly pid: number;
  /** Resolves when the first process has ended; what was left of its group is killed then. */
  readonly exited: Promise<GroupExit>;
  readonly ended: boolean;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Asks the whole group to end (SIGTERM) and kills it when the grace is over. Resolves when it has ended. */
  stop(graceMilliseconds: number): Promise<void>;
  /** Kills the whole group at once. */
  kill(): void;
  /** Gives up reading its output, for when a process that left the group still holds the pipes. */
  closeOutput(): void;
}

/** Thrown when the process could not be started; the message says why, for people. */
export class StartError extends Error {
  readonly code = 'start-failed';
}

export class LocalProcessGroup implements ProcessGroup {
  readonly pid: number;
  readonly exited: Promise<GroupExit>;
  readonly #child: ChildProcess;
  #ended = false;

  /** @internal use `startGroup` */
  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = true;
        signalProcess(-pid, 'SIGKILL');
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
      });
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  get stdin(): Writable {
    return present(this.#child.stdin, 'stdin');
  }

  get stdout(): Readable {
    return present(this.#child.stdout, 'stdout');
  }

  get stderr(): Readable {
    return present(this.#child.stderr, 'stderr');
  }

  async stop(graceMilliseconds: number): Promise<void> {
    if (this.#ended) return;
    if (graceMilliseconds <= 0) {
      this.kill();
      await this.exited;
      return;
    }
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMilliseconds);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.signal('SIGKILL');
  }

  /** To the whole group. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (!this.#ended) signalProcess(-this.pid, name);
  }

  closeOutput(): void {
    for (const stream of [this.stdout, this.stderr]) void closeWhenRead(stream);
  }
}

/** What a stray writer may still add before it is cut off; a pipe holds 64 KiB. */
const mostLeftBytes = 2 ** 20;
/** So long whoever takes the output may be behind, in ms. */
const behindMs = 5_000;

/**
 * Closes a pipe that somebody else holds open, when all that is in it was read: on a busy machine that may have waited for
 * longer than anybody listened.
 */
async function closeWhenRead(stream: Readable): Promise<void> {
  let bytes = 0;
  const count = (chunk: Buffer): void => void (bytes += chunk.length);
  stream.on('data', count);
  const until = performance.now() + behindMs;
  for (let before = -1; before !== bytes && bytes < mostLeftBytes && !stream.destroyed;) {
    before = bytes;
    // Between two turns of the event loop what there is to be read is read.
    for (let turn = 0; turn < 3; turn++) await new Promise((next) => setImmediate(next));
    while (stream.isPaused() && performance.now() < until) {
      await new Promise((next) => setTimeout(next, 5));
      before = -1;
    }
  }
  stream.off('data', count);
  stream.destroy();
}

/** @throws {StartError} if there is no such command, it is not executable, or the host has no room for it */
export async function startGroup(start: GroupStart): Promise<LocalProcessGroup> {
  const [file, ...parameters] = start.command;
  if (file === undefined || file === '') throw new StartError('the command is empty');
  const odd = start.command.find((argument) => argument.includes('\0'));
  if (odd !== undefined) {
    throw new StartError(
      `an argument has a zero byte in it, which no process can take: ${JSON.stringify(odd)}`,
    );
  }
  let child: ChildProcess;
  try {
    child = spawn(file, parameters, {
      cwd: start.folder,
      env: start.env,
      detached: true,
      shell: false,
      stdio: [start.stdin === 'none' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new StartError(explainStart(file, error), { cause: error });
  }
  if (child.pid === undefined) {
    const error = await new Promise<unknown>((resolve) => child.once('error', resolve));
    throw new StartError(explainStart(file, error), { cause: error });
  }
  // Later errors can only be of signals that we send, which signalProcess does itself.
  child.on('error', () => undefined);
  return new LocalProcessGroup(child, child.pid);
}

function explainStart(file: string, error: unknown): string {
  if (hasCode(error, 'ENOENT')) {
    return file.includes('/')
      ? `there is no command ${file}, or the interpreter that its first line names is missing`
      : `there is no command ${file} on the PATH`;
  }
  if (hasCode(error, 'EACCES')) return `${file} may not be executed: it is not an executable file`;
  if (hasCode(error, 'ENOEXEC')) return `${file} is not a program that this host can execute`;
  if (hasCode(error, 'E2BIG')) {
    return `the arguments of ${file} are longer than the system takes; use a manifest for long lists of inputs`;
  }
  if (hasCode(error, 'EAGAIN') || hasCode(error, 'ENOMEM')) {
    return `the host has no room for another process to start ${file}`;
  }
  if (hasCode(error, 'EMFILE')) return `the agent has too many open files to start ${file}`;
  return `${file} could not be started: ${error instanceof Error ? error.message : String(error)}`;
}

function present<T>(stream: T | null, name: string): T {
  if (stream === null) throw new Error(`this process was started without ${name}`);
  return stream;
}
