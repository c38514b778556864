/** What the runner's tests share: real folders, a log in memory, plain checksums, and assignments to vary. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, Report } from '@gantry/model';
import type { AttemptLog, OutputStore, Runner } from '../src/index.ts';

/** Keeps what it is given, up to a cap per attempt, as the real one does. */
class MemoryLog implements AttemptLog {
  readonly taken = new Map<number, number>();
  readonly #texts = new Map<string, string>();

  append(attempt: number, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this.taken.set(attempt, (this.taken.get(attempt) ?? 0) + bytes.length);
    const key = `${attempt}.${stream}`;
    const text = this.#texts.get(key) ?? '';
    if (text.length < 65_536) this.#texts.set(key, text + Buffer.from(bytes).toString('utf8'));
  }

  finish(attempt: number): Promise<Report['log']> {
    return Promise.resolve({ segment: 1, offset: 0, bytes: this.taken.get(attempt) ?? 0, omitted: 0 });
  }

  read(attempt: number, stream: 'stdout' | 'stderr'): string {
    return this.#texts.get(`${attempt}.${stream}`) ?? '';
  }
}

export interface RunnerSetup {
  readonly marker: string;
  readonly log: AttemptLog;
  readonly store: OutputStore;
  readonly scratchFolder: string;
  readonly cacheFolder: string;
  readonly graceMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly maxWorkers: number;
}

export type MakeRunner = (setup: RunnerSetup) => Runner;

export class Bench {
  readonly folder: string;
  readonly log = new MemoryLog();
  readonly marker = `test-${randomUUID()}`;
  readonly synced: string[] = [];
  readonly runner: Runner;
  /** In place of measuring outputs, where a test says so. */
  fingerprint: OutputStore['fingerprint'] | undefined;
  #attempt = 0;

  static async open(makeRunner: MakeRunner, change: Partial<RunnerSetup> = {}): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), 'gantry-runner-')), makeRunner, change);
  }

  private constructor(folder: string, makeRunner: MakeRunner, change: Partial<RunnerSetup>) {
    this.folder = folder;
    this.runner = makeRunner({
      marker: this.marker,
      log: this.log,
      store: this.#store(),
      scratchFolder: join(folder, 'scratch'),
      cacheFolder: join(tmpdir(), 'gantry-test-compiled'),
      graceMilliseconds: 500,
      idleMilliseconds: 5_000,
      maxWorkers: 2,
      ...change,
    });
  }

  async close(): Promise<void> {
    await this.runner.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get storeFolder(): string {
    return join(this.folder, 'store');
  }

  assign(command: readonly string[], change: Partial<Assignment> = {}): Assignment {
    this.#attempt += 1;
    const attempt = this.#attempt;
    const folder = join(this.storeFolder, '7', 'stage', String(attempt));
    const outputs = change.outputs ?? [];
    return {
      attempt,
      task: attempt,
      run: 7,
      runName: 'a run',
      stage: 'stage',
      tool: { name: 'tool', version: '1.0.0', digest: 'sha256:0' },
      kind: 'process',
      command: [...command],
      env: {},
      outputs,
      folder,
      success: { exitCodes: [0] },
      resources: { cpu: 1, memory: 0, time: 30 },
      poolKey: 'a',
      ...change,
    };
  }

  /** An assignment that writes one output file, whose path the command gets as `$1`. */
  assignOutput(script: string, output: Partial<Assignment['outputs'][number]> = {}): Assignment {
    const path = join(this.storeFolder, '7', 'stage', String(this.#attempt + 1), 'out', 'a b.txt');
    const declared = { name: 'out', type: 'file', path, ...output };
    return this.assign(['sh', '-c', script, 'sh', declared.path], { outputs: [declared] });
  }

  /** An assignment for a persistent tool, or one of a batch, that does as the params say. */
  assignPlace(
    command: readonly string[],
    kind: { worker: 'jsonl' } | { batch: number },
    params: Record<string, unknown>,
    change: Partial<Assignment> = {},
  ): Assignment {
    const plain = this.assign(command, change);
    const request = {
      id: String(plain.attempt),
      folder: plain.folder,
      at: { row: plain.attempt },
      inputs: {},
      params,
      outputs: Object.fromEntries(plain.outputs.map(({ name, path }) => [name, path])),
      resources: { cpu: 1, memory: 1_073_741_824 },
    };
    return { ...plain, ...kind, request };
  }

  async run(...assignments: Assignment[]): Promise<Report[]> {
    for (const assignment of assignments) await this.runner.submit([assignment]);
    return this.wait(assignments);
  }

  async runOne(assignment: Assignment): Promise<Report> {
    const [report] = await this.run(assignment);
    return present(report);
  }

  async wait(assignments: readonly Assignment[]): Promise<Report[]> {
    const attempts = assignments.map(({ attempt }) => attempt);
    return until(async () => {
      const statuses = await this.runner.poll(attempts);
      const reports = attempts.flatMap((attempt) => {
        const status = statuses.get(attempt);
        return status?.state === 'finished' ? [status.report] : [];
      });
      return reports.length === attempts.length ? reports : undefined;
    });
  }

  #store(): OutputStore {
    const fingerprint: OutputStore['fingerprint'] = async (path) => {
      if (!(await stat(path)).isDirectory()) {
        const bytes = await readFile(path);
        return { size: bytes.length, checksum: createHash('sha256').update(bytes).digest('hex') };
      }
      const names = await readdir(path);
      return {
        size: 0,
        checksum: createHash('sha256').update(names.join('\0')).digest('hex'),
        files: names.length,
      };
    };
    return {
      folder: this.storeFolder,
      fingerprint: (path, signal) => (this.fingerprint ?? fingerprint)(path, signal),
      sync: (paths) => {
        this.synced.push(...paths);
        return Promise.resolve();
      },
    };
  }
}

/** Waits for a condition, up to `seconds`. */
export async function until<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${probe.toString()}`);
    await sleep(15);
  }
}

/** True while there is such a process and it is not a zombie. */
export async function lives(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return !/^Z/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a value');
  return value;
}
