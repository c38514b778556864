import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const launcher = join(root, 'packages', 'cli', 'bin', 'gantry.mjs');
const copies = 2000;
const kills = 5;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-kill-'));
  // PostgreSQL's user must be able to enter it when the tests run as root.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'input'));
  await mkdir(join(folder, 'tools', 'copy'), { recursive: true });
  for (let n = 0; n < copies; n++) await writeFile(join(folder, 'input', `file_${n}.txt`), contents(n));
  await writeFile(
    join(folder, 'tools', 'copy', 'tool.yaml'),
    `gantry: tool/v1
name: copy
version: 1.0.0
command: [cp, "\${inputs.file}", "\${outputs.copy}"]
inputs: { file: { type: file } }
outputs: { copy: { type: file, path: "\${inputs.file.name}" } }
`,
  );
  await writeFile(
    join(folder, 'copy.yaml'),
    `gantry: pipeline/v1
name: copies
source: { type: file, axes: [n] }
stages: { copy: { tool: copy@1, inputs: { file: source } } }
`,
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function contents(n: number): string {
  return `file ${n}\n`.repeat(1 + (n % 50));
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function gantry(args: readonly string[]): Started {
  const child = spawn(process.execPath, [launcher, ...args, '--data-dir', join(folder, 'data')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

/** How many attempts have left a file in the store. */
async function countMade(): Promise<number> {
  const names = await readdir(join(folder, 'data', 'store'), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.txt')).length;
}

/** Processes below `pid`, by /proc; PostgreSQL's are not among them, it has a session of its own. */
async function processesBelow(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  const below = await Promise.all(children.map(processesBelow));
  return [...children, ...below.flat()];
}

async function waitUntil(condition: () => Promise<boolean>, what: string): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`waited a minute for ${what}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe.runIf(process.platform === 'linux')(
  'a run of 2,000 copies whose server and agent are killed',
  () => {
    it('is resumed to its end, with every output there once', { timeout: 300_000 }, async () => {
      const begin = ['--input', join(folder, 'input'), '--pattern', 'file_{n:d+}.txt'];
      const always = ['run', join(folder, 'copy.yaml'), '--tools', join(folder, 'tools')];
      for (let kill = 0; kill < kills; kill++) {
        const made = await countMade();
        const started = gantry([...always, ...(kill === 0 ? begin : ['--resume', '1'])]);
        const share = Math.ceil(((kill + 1) * copies * 0.9) / kills);
        await waitUntil(async () => {
          if (started.child.exitCode !== null) throw new Error(`ended early: ${started.stderr()}`);
          return (await countMade()) >= Math.max(made + 1, share);
        }, `${share} files (${made} before)`);
        const { pid } = started.child;
        if (pid === undefined) throw new Error('the process has no id');
        const below = await processesBelow(pid);
        expect(below.length).toBeGreaterThan(0);
        for (const process of [pid, ...below]) killHard(process);
        await started.ended;
      }
      const last = gantry([...always, '--resume', '1', '--json', '--out', join(folder, 'out')]);
      const status = await last.ended;
      expect({ status, stderr: status === 0 ? '' : last.stderr() }).toEqual({ status: 0, stderr: '' });
      const result = JSON.parse(last.stdout()) as { tasks: unknown; outputs: Record<string, string[]> };
      expect(result.tasks).toMatchObject({ succeeded: copies, failed: 0, blocked: 0 });
      expect(new Set(result.outputs['copy.copy']).size).toBe(copies);
      const out = join(folder, 'out', 'copy', 'copy');
      const names = await readdir(out);
      expect(names).toHaveLength(copies);
      for (let n = 0; n < copies; n++) {
        expect(await readFile(join(out, `file_${n}.txt`), 'utf8')).toBe(contents(n));
      }
    });
  },
);
