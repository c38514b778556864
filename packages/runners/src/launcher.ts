/**
 * The runner's side of the launcher (see `launcher-process.ts` for what it is good for): starts it when it is
 * needed, starts groups through it, and starts another when it has ended.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { FrameReader, FrameWriter, frameKinds, type FrameKind } from './launcher-frames.ts';
import { signalProcess } from './marked-processes.ts';
import { StartError, type GroupExit, type GroupStart, type ProcessGroup } from './process-group.ts';

const entry = fileURLToPath(new URL('./launcher-process.ts', import.meta.url));

/**
 * Starts a launcher that ends at once and leaves the compiled form of its modules behind. One that finds it needs no
 * type stripper: it has 10 MB of memory of its own where it would have 24, and forks the faster.
 */
function fillCache(marker: string, env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve) => {
    // A marker of its own: at its end it kills what bears it, and workers may have been started meanwhile.
    const child = spawn(process.execPath, [entry, `${marker}-cache`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...env },
    });
    child.once('close', () => resolve());
    child.once('error', () => resolve()); // Then the launcher itself will not start either, and says why.
  });
}

type Send = (kind: FrameKind, payload?: string) => void;

export class Launcher {
  readonly #marker: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #cacheFilled: Promise<void>;
  #process: ChildProcess | undefined;
  /** Resolves when the one that was started last has gone. */
  #gone: Promise<void> = Promise.resolve();
  #writer: FrameWriter | undefined;
  readonly #groups = new Map<number, LaunchedGroup>();
  #count = 0;

  /** @param cacheFolder kept over restarts; see `fillCache` */
  constructor(marker: string, cacheFolder: string) {
    this.#marker = marker;
    this.#env = { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: cacheFolder };
    this.#cacheFilled = existsSync(cacheFolder) ? Promise.resolve() : fillCache(marker, this.#env);
  }

  /** @throws {StartError} if it could not be started */
  async start(how: Omit<GroupStart, 'stdin'>): Promise<ProcessGroup> {
    await this.#cacheFilled;
    const writer = this.#open();
    this.#count += 1;
    const id = this.#count;
    const group = new LaunchedGroup((kind, payload) => writer.write(kind, id, payload));
    this.#groups.set(id, group);
    writer.write(frameKinds.start, id, JSON.stringify({ ...how, stdin: 'none' }));
    await group.started;
    return group;
  }

  /** Sees to it that it runs: whoever started a process, it kills it when this process is killed. */
  async watch(): Promise<void> {
    await this.#cacheFilled;
    this.#open();
  }

  /** Ends the launcher, and with it all that it started. */
  async close(): Promise<void> {
    await this.#cacheFilled;
    this.#process?.stdin?.end();
    await this.#gone;
  }

  #open(): FrameWriter {
    if (this.#writer !== undefined) return this.#writer;
    // A session of its own: a signal to the agent's group must not end it before it has cleared up.
    const child = spawn(process.execPath, ['--max-semi-space-size=1', entry, this.#marker], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      env: this.#env,
    });
    const reader = new FrameReader((kind, id, payload) => this.#take(kind, id, payload));
    child.stdout.on('data', (chunk: Buffer) => reader.take(chunk));
    child.stdin.on('error', () => undefined); // Seen as its exit.
    this.#gone = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    }).then(() => this.#lose());
    this.#process = child;
    this.#writer = new FrameWriter(child.stdin);
    return this.#writer;
  }

  #lose(): void {
    this.#process = undefined;
    this.#writer = undefined;
    for (const group of this.#groups.values()) group.lose();
    this.#groups.clear();
  }

  #take(kind: number, id: number, payload: Buffer): void {
    const group = this.#groups.get(id);
    if (group === undefined) return;
    group.take(kind, payload);
    if (group.over) this.#groups.delete(id);
  }
}

class LaunchedGroup implements ProcessGroup {
  pid = 0;
  ended = false;
  readonly started: Promise<void>;
  readonly exited: Promise<GroupExit>;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly #send: Send;
  readonly #onStarted = Promise.withResolvers<void>();
  readonly #onExited = Promise.withResolvers<GroupExit>();
  #open = 2;
  #failed = false;

  constructor(send: Send) {
    this.#send = send;
    this.started = this.#onStarted.promise;
    this.exited = this.#onExited.promise;
    this.stdout = new Readable({ read: () => this.#resume('stdout') });
    this.stderr = new Readable({ read: () => this.#resume('stderr') });
  }

  /** True when nothing more will come of it. */
  get over(): boolean {
    return this.#failed || (this.ended && this.#open === 0);
  }

  async stop(graceMilliseconds: number): Promise<void> {
    if (this.ended) return;
    this.#send(graceMilliseconds <= 0 ? frameKinds.kill : frameKinds.terminate);
    const timer = setTimeout(() => this.kill(), Math.max(0, graceMilliseconds));
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    if (!this.ended) this.#send(frameKinds.kill);
  }

  /** Both end when the launcher has handed over what it had read by then; what was on its way must not be lost. */
  closeOutput(): void {
    this.#send(frameKinds.closeOutput);
  }

  take(kind: number, payload: Buffer): void {
    switch (kind) {
      case frameKinds.started:
        this.pid = Number(payload.toString('latin1'));
        this.#onStarted.resolve();
        return;
      case frameKinds.startFailed:
        this.#failed = true;
        this.#onStarted.reject(new StartError(payload.toString('utf8')));
        return;
      case frameKinds.stdout:
        this.#push('stdout', payload);
        return;
      case frameKinds.stderr:
        this.#push('stderr', payload);
        return;
      case frameKinds.stdoutClosed:
        this.#open -= 1;
        this.stdout.push(null);
        return;
      case frameKinds.stderrClosed:
        this.#open -= 1;
        this.stderr.push(null);
        return;
      case frameKinds.exited:
        this.ended = true;
        this.#onExited.resolve(JSON.parse(payload.toString('utf8')) as GroupExit);
        return;
      default:
        throw new Error(`the launcher sent a frame of the unknown kind ${kind}`);
    }
  }

  /** The launcher has ended without being told to. Its children run on, and how they end cannot be known. */
  lose(): void {
    const problem = 'the launcher process, which started it, has ended';
    if (this.pid === 0) {
      this.#failed = true;
      this.#onStarted.reject(new StartError(problem));
      return;
    }
    if (!this.ended) signalProcess(-this.pid, 'SIGKILL');
    this.ended = true;
    this.#onExited.resolve({ exitCode: undefined, signal: undefined, problem });
    this.stdout.push(null);
    this.stderr.push(null);
  }

  #paused = { stdout: false, stderr: false };

  #push(stream: 'stdout' | 'stderr', payload: Buffer): void {
    if (this[stream].push(payload) || this.#paused[stream]) return;
    this.#paused[stream] = true;
    this.#send(stream === 'stdout' ? frameKinds.pauseStdout : frameKinds.pauseStderr);
  }

  #resume(stream: 'stdout' | 'stderr'): void {
    if (!this.#paused[stream]) return;
    this.#paused[stream] = false;
    this.#send(stream === 'stdout' ? frameKinds.resumeStdout : frameKinds.resumeStderr);
  }
}
