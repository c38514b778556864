/** Real agents, as processes of their own, against the protocol peer. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Assignment, Report } from '@gantry/model';
import { ProtocolPeer, type PeerOptions } from './protocol-peer.ts';

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface StartedAgent {
  readonly process: ChildProcess;
  readonly ended: Promise<number | string>;
  /** What it said so far. */
  readonly said: () => string;
}

export class AgentBench {
  readonly folder: string;
  readonly peer: ProtocolPeer;
  readonly #agents: StartedAgent[] = [];
  #attempt = 0;

  static async open(options: Partial<PeerOptions> = {}): Promise<AgentBench> {
    const folder = await mkdtemp(join(tmpdir(), 'gantry-agent-'));
    const bench = new AgentBench(
      folder,
      new ProtocolPeer({ storeFolder: join(folder, 'store'), ...options }),
    );
    await bench.peer.up();
    return bench;
  }

  private constructor(folder: string, peer: ProtocolPeer) {
    this.folder = folder;
    this.peer = peer;
  }

  async close(): Promise<void> {
    for (const agent of this.#agents) agent.process.kill('SIGTERM');
    await Promise.all(this.#agents.map(({ ended }) => ended));
    await this.peer.down();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  start(
    args: readonly string[] = [],
    env: Record<string, string> = { GANTRY_AGENT_TOKEN: this.peer.token },
  ): StartedAgent {
    const child = spawn(
      process.execPath,
      [
        entry,
        ...['--server', this.peer.address, '--data-dir', join(this.folder, 'agent'), '--name', 'test'],
        ...['--slots', '2', '--cpu', '2', '--memory', '2000000000', ...args],
      ],
      { stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] ?? '', ...env } },
    );
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
    const ended = new Promise<number | string>((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
    );
    const agent = { process: child, ended, said: () => text };
    this.#agents.push(agent);
    return agent;
  }

  assign(command: readonly string[], change: Partial<Assignment> = {}): Assignment {
    this.#attempt += 1;
    const attempt = this.#attempt;
    return {
      attempt,
      task: attempt,
      run: 1,
      runName: 'run',
      stage: 'stage',
      tool: { name: 'tool', version: '1.0.0', digest: 'sha256:0' },
      kind: 'process',
      command: [...command],
      env: {},
      outputs: [],
      folder: join(this.folder, 'store', '1', 'stage', '0', String(attempt)),
      success: { exitCodes: [0] },
      resources: { cpu: 1, memory: 100_000_000, time: 600 },
      poolKey: 'a',
      ...change,
    };
  }

  /** Writes its own process id to a file, then waits for ever; heedless: SIGTERM does not end it. */
  assignEndless(heedless = false): { assignment: Assignment; pid: () => Promise<number> } {
    const file = join(this.folder, `pid-${this.#attempt + 1}`);
    const trap = heedless ? 'trap "" TERM; ' : '';
    const assignment = this.assign(['sh', '-c', `${trap}echo $$ > ${file}; while :; do sleep 1000; done`]);
    return {
      assignment,
      pid: () => until(async () => Number(await readFile(file, 'utf8').catch(() => '')) || undefined),
    };
  }

  assignOutput(script = 'echo made > "$1"'): Assignment {
    const plain = this.assign(['true']);
    const path = join(plain.folder, 'out', 'made.txt');
    return {
      ...plain,
      command: ['sh', '-c', script, 'sh', path],
      outputs: [{ name: 'out', type: 'file', path }],
    };
  }

  report(attempt: number, seconds = 30): Promise<Report> {
    return until(() => this.peer.reports.get(attempt), seconds);
  }
}

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

export async function lives(pid: number): Promise<boolean> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    return !/^Z/.test(text.slice(text.lastIndexOf(')') + 2));
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
