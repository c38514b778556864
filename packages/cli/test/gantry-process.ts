/** The command line as a process, with folders that go with the test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';

export const launcher = join(import.meta.dirname, '..', 'bin', 'gantry.mjs');
export const testTools = join(import.meta.dirname, 'tools');

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** An empty folder, which the database's user can enter. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp('/tmp/gantry-cli-');
  await chmod(folder, 0o711);
  endings.push(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until the error output holds the text. */
  waitFor(text: string): Promise<void>;
}

export interface StartOptions {
  /** The current folder. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly node?: string;
}

/** Starts `gantry` with these words; it is killed with the test if it has not ended. */
export function startGantry(words: readonly string[], options: StartOptions): Running {
  const child = spawn(options.node ?? process.execPath, [launcher, ...words], {
    cwd: options.folder,
    env: cleanEnvironment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise<Ended>((fulfil) => {
    child.once('close', (code, signal) => fulfil({ code, signal, stdout, stderr }));
  });
  endings.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const waitFor = (text: string): Promise<void> =>
    new Promise((fulfil, reject) => {
      const watcher = (): void => {
        if (!stderr.includes(text)) return;
        watchers.delete(watcher);
        fulfil();
      };
      watchers.add(watcher);
      watcher();
      void ended.then(({ code }) =>
        reject(new Error(`It ended with ${code} and did not say "${text}" but:\n${stdout}${stderr}`)),
      );
    });
  return { child, ended, waitFor };
}

/** Runs `gantry` to its end. */
export async function gantry(words: readonly string[], options: StartOptions): Promise<Ended> {
  return startGantry(words, options).ended;
}

/** The tester's own settings do not count. */
function cleanEnvironment({ folder, env }: StartOptions): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GANTRY_') && !['DATABASE_URL', 'XDG_DATA_HOME', 'NO_COLOR'].includes(name),
  );
  return { ...Object.fromEntries(own), HOME: folder, ...env };
}

/** A folder `items` of small files `p01.txt`, … and a pipeline `copy.yaml` of two stages that copy them. */
export async function makeCopyProject(count: number, waitMs: number): Promise<string> {
  const folder = await makeFolder();
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(folder, 'items'));
  for (let index = 1; index <= count; index++) {
    const name = `p${String(index).padStart(2, '0')}.txt`;
    await writeFile(join(folder, 'items', name), `item ${index}\n`);
  }
  await writeFile(
    join(folder, 'copy.yaml'),
    `gantry: pipeline/v1
name: copies
sources: { items: { type: file, axes: [p] } }
stages:
  first: { tool: copy@1, inputs: { item: items }, params: { wait: ${waitMs} } }
  second: { tool: copy@1, inputs: { item: first.copy } }
`,
  );
  return folder;
}

/** The words of a run of that project. */
export const copyWords = [
  ...['run', 'copy.yaml', '--input', 'items', '--pattern', 'p{p:dd}.txt'],
  ...['--tools', testTools, '--data-dir', 'data'],
];
