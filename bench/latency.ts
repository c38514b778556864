/**
 * From a file that is renamed into a watched folder to the start of its task's process, through server, agent and
 * database, at `--rate=50` files of `--kib=2048` a second, `--files=1000`.
 *
 * The task is a process that writes the time of day when it has started; so its own start is part of what is measured.
 * Beside it, in the same run and for the same files, a program that does nothing but start that process when the file
 * system tells of a file, two at a time: what the machine itself takes. A first file that is not counted shows that the
 * agent is there.
 *
 * - `p50_ms`, `p95_ms`: from the rename to the time that the process wrote
 * - `bare_p50_ms`, `bare_p95_ms`: the same of the bare program
 * - `ratio_to_bare_p50`: of the medians
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';
import { repositoryRoot } from '../scripts/repository.ts';
import { round, summarize, type Times } from './server/times.ts';

const launcher = join(repositoryRoot, 'packages', 'cli', 'bin', 'gantry.mjs');

const tool = `gantry: tool/v1
name: tell-time
version: 1.0.0
command: [sh, -c, 'date +%s%N > "$1"', sh, '\${outputs.time.path}']
inputs: { file: { type: file } }
outputs: { time: { type: file, path: '\${inputs.file.stem}.txt' } }
`;
const pipeline = `gantry: pipeline/v1
name: latency
source: { type: file, axes: [n] }
stages: { only: { tool: tell-time@1, inputs: { file: source } } }
`;

/** Writes files under temporary names and renames them; prints when, in ms since 1970, by their number. */
const writer = `
const { writeFileSync, renameSync } = require('node:fs');
const { join } = require('node:path');
const [folder, count, rate, kib] = [process.argv[1], ...process.argv.slice(2).map(Number)];
const bytes = Buffer.alloc(kib * 1024, 1);
const began = performance.now();
const times = [];
const next = (n) => {
  if (n > count) return process.stdout.write(JSON.stringify(times));
  setTimeout(() => {
    writeFileSync(join(folder, 'part'), bytes);
    times[n] = performance.timeOrigin + performance.now();
    renameSync(join(folder, 'part'), join(folder, 'file_' + n + '.bin'));
    next(n + 1);
  }, Math.max(0, began + n * 1000 / rate - performance.now()));
};
next(1);
`;

/** Starts the process of the task for every file that appears. */
const bare = `
const { watch } = require('node:fs');
const { spawn } = require('node:child_process');
const { join, parse } = require('node:path');
const [folder, out, count] = [process.argv[1], process.argv[2], Number(process.argv[3])];
const seen = new Set();
const waiting = [];
let [running, ended] = [0, 0];
const start = () => {
  while (running < 2 && waiting.length > 0) {
    running++;
    const path = join(out, parse(waiting.shift()).name + '.txt');
    spawn('sh', ['-c', 'date +%s%N > "$1"', 'sh', path], { stdio: 'ignore' }).once('exit', () => {
      running--;
      if (++ended === count) process.exit(0);
      start();
    });
  }
};
watch(folder, (_, name) => {
  if (name === null || !name.startsWith('file_') || seen.has(name)) return;
  seen.add(name);
  waiting.push(name);
  start();
});
console.log('watching');
`;

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const files = Number(settings['files'] ?? 1000);
  const rate = Number(settings['rate'] ?? 50);
  const kib = Number(settings['kib'] ?? 2048);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-latency-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  try {
    progress(`${files} files of ${kib} KiB, ${rate} a second, to the bare program`);
    const bareTimes = await measureBare(join(folder, 'bare'), { files, rate, kib });
    progress(`p50 ${bareTimes.p50} ms, p95 ${bareTimes.p95} ms; the same to a live run`);
    const times = await measureRun(join(folder, 'run'), { files, rate, kib });
    return {
      figures: {
        p50_ms: times.p50,
        p95_ms: times.p95,
        bare_p50_ms: bareTimes.p50,
        bare_p95_ms: bareTimes.p95,
        ratio_to_bare_p50: round(times.p50 / bareTimes.p50),
      },
      evidence: {
        ...{ files, rate, kib, times, bareTimes },
        ...{ cpus: cpus().map(({ model }) => model), load: loadavg()[0], node: process.version },
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

interface Load {
  readonly files: number;
  /** A second. */
  readonly rate: number;
  readonly kib: number;
}

async function measureBare(folder: string, load: Load): Promise<Times> {
  const [watched, out] = [join(folder, 'watched'), join(folder, 'out')];
  await mkdir(watched, { recursive: true });
  await mkdir(out);
  const program = spawn(process.execPath, ['-e', bare, watched, out, String(load.files)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(createInterface(program.stdout), 'line');
    const ended = once(program, 'exit');
    const renamed = await writeFiles(watched, load);
    await ended;
    return compare(renamed, await readTimes(out));
  } finally {
    program.kill('SIGKILL');
  }
}

async function measureRun(folder: string, load: Load): Promise<Times> {
  const watched = join(folder, 'watched');
  await mkdir(watched, { recursive: true });
  await mkdir(join(folder, 'tools', 'tell-time'), { recursive: true });
  await writeFile(join(folder, 'tools', 'tell-time', 'tool.yaml'), tool);
  await writeFile(join(folder, 'pipeline.yaml'), pipeline);
  const gantry = spawn(
    process.execPath,
    [
      ...[
        launcher,
        'run',
        'pipeline.yaml',
        '--tools',
        'tools',
        '--data-dir',
        'data',
        '--out',
        'out',
        '--json',
      ],
      ...['--input', 'watched', '--pattern', 'file_{n:d+}.bin', '--live', '--marker', 'done'],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  try {
    const [code, renamed] = await Promise.all([
      ended(gantry),
      (async () => {
        await untilSaid(gantry, 'has begun');
        // The agent is there when a first file has come through.
        await writeFile(join(watched, 'file_0.bin'), 'first');
        await untilMade(join(folder, 'data', 'store'), 'file_0.txt');
        const times = await writeFiles(watched, load);
        await writeFile(join(watched, 'done'), '');
        return times;
      })(),
    ]);
    if (code !== 0) throw new Error(`gantry run ended with ${code}`);
    return compare(renamed, await readTimes(join(folder, 'out', 'only', 'time')));
  } finally {
    gantry.kill('SIGKILL');
  }
}

async function ended(program: ChildProcess): Promise<number | null> {
  program.stdout?.resume();
  const [code] = (await once(program, 'exit')) as [number | null];
  return code;
}

async function untilSaid(program: ChildProcess, text: string): Promise<void> {
  let said = '';
  for await (const chunk of program.stderr!.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (!said.includes(text)) continue;
    program.stderr!.resume();
    return;
  }
  throw new Error(`It did not say "${text}" but:\n${said}`);
}

async function untilMade(folder: string, name: string): Promise<void> {
  for (;;) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    if (names.some((path) => basename(path) === name)) return;
    await sleep(100);
  }
}

/** @returns when each was renamed, by its number, in ms since 1970 */
async function writeFiles(folder: string, { files, rate, kib }: Load): Promise<(number | null)[]> {
  const program = spawn(process.execPath, ['-e', writer, folder, String(files), String(rate), String(kib)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of program.stdout) text += String(chunk);
  return JSON.parse(text) as (number | null)[];
}

/** @returns what each process wrote, by the number of its file, in ms since 1970 */
async function readTimes(folder: string): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  for (const name of await readdir(folder)) {
    const number = Number(/\d+/.exec(name)?.[0]);
    times.set(number, Number(await readFile(join(folder, name), 'utf8')) / 1e6);
  }
  return times;
}

function compare(renamed: readonly (number | null)[], started: ReadonlyMap<number, number>): Times {
  const times = renamed.flatMap((at, number) => {
    const start = started.get(number);
    if (at === null) return [];
    if (start === undefined) throw new Error(`No process told the time of file ${number}`);
    return [start - at];
  });
  return summarize(times);
}
