/**
 * Tasks that start a real process, `true`, through server, agent and database, beside programs that only start processes.
 *
 * `--tasks=3000` of one stage by `gantry run`, and as many by `xargs -P2`, `make -j2` and, where it is installed, Snakemake
 * with two cores (`--snakemake=300` of them, since it takes long); one after the other, `--rounds=3` times. Each ratio is
 * the median of the rounds.
 *
 * - `tasks_per_second`: tasks by the seconds of the run, as `gantry run` tells them; the median
 * - `ratio_to_xargs`, `ratio_to_make`, `ratio_to_snakemake`: to the tasks a second of the other program, its start included
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';
import { repositoryRoot } from '../scripts/repository.ts';

const launcher = join(repositoryRoot, 'packages', 'cli', 'bin', 'gantry.mjs');

const tool = `gantry: tool/v1
name: start
version: 1.0.0
command: ['true']
inputs: { file: { type: file } }
outputs: {}
`;
const pipeline = `gantry: pipeline/v1
name: spawn
source: { type: file, axes: [n] }
stages: { only: { tool: start@1, inputs: { file: source } } }
`;

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const tasks = Number(settings['tasks'] ?? 3000);
  const rounds = Number(settings['rounds'] ?? 3);
  const snakemakeTasks = Number(settings['snakemake'] ?? 300);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-spawn-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  try {
    await prepare(folder, tasks, snakemakeTasks);
    const ours: number[] = [];
    const others = new Map<string, number[]>();
    for (let round = 1; round <= rounds; round++) {
      const rate = tasks / runPipeline(folder, tasks);
      ours.push(rate);
      progress(`round ${round}: ${Math.round(rate)} tasks/s`);
      for (const { name, command, count } of competitors(folder, tasks, snakemakeTasks)) {
        const seconds = timeCommand(command, folder);
        if (seconds === undefined) {
          if (round === 1) progress(`${name} is not installed`);
          continue;
        }
        progress(`round ${round}: ${name} ${Math.round(count / seconds)} tasks/s`);
        others.set(name, [...(others.get(name) ?? []), count / seconds]);
      }
    }
    const ratios = [...others].map(([name, rates]): [string, number] => [
      `ratio_to_${name}`,
      median(rates.map((rate, round) => (ours[round] ?? NaN) / rate)),
    ]);
    return {
      figures: { tasks_per_second: median(ours), ...Object.fromEntries(ratios) },
      evidence: {
        ...{ cpus: cpus().map(({ model }) => model), load: loadavg()[0], tasks },
        ...{ gantry: ours, ...Object.fromEntries(others) },
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function prepare(folder: string, tasks: number, snakemakeTasks: number): Promise<void> {
  await mkdir(join(folder, 'tools', 'start'), { recursive: true });
  await writeFile(join(folder, 'tools', 'start', 'tool.yaml'), tool);
  await writeFile(join(folder, 'pipeline.yaml'), pipeline);
  await mkdir(join(folder, 'files'));
  const numbers = Array.from({ length: tasks }, (_, index) => index + 1);
  for (const number of numbers) await writeFile(join(folder, 'files', `file_${number}.txt`), `${number}`);
  await writeFile(join(folder, 'numbers'), numbers.map((number) => `${number}\n`).join(''));
  const targets = numbers.map((number) => `t${number}`).join(' ');
  await writeFile(
    join(folder, 'Makefile'),
    `all: ${targets}\n${targets}:\n\t@true\n.PHONY: all ${targets}\n`,
  );
  await writeFile(
    join(folder, 'Snakefile'),
    `rule all:\n    input: [f"made/{n}" for n in range(${snakemakeTasks})]\n` +
      `rule one:\n    output: touch("made/{n}")\n    shell: "true"\n`,
  );
}

/** @returns the seconds of the run */
function runPipeline(folder: string, tasks: number): number {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[launcher, 'run', join(folder, 'pipeline.yaml'), '--tools', join(folder, 'tools'), '--json'],
      ...[
        '--input',
        join(folder, 'files'),
        '--pattern',
        'file_{n:d+}.txt',
        '--data-dir',
        join(folder, 'data'),
      ],
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0)
    throw new Error(`gantry run of ${tasks} tasks ended with ${status}\n${stdout}\n${stderr}`);
  return (JSON.parse(stdout) as { seconds: number }).seconds;
}

interface Competitor {
  readonly name: string;
  readonly command: string;
  readonly count: number;
}

function competitors(folder: string, tasks: number, snakemakeTasks: number): Competitor[] {
  return [
    { name: 'xargs', command: 'xargs -P2 -n1 true < numbers', count: tasks },
    { name: 'make', command: 'make --silent --jobs=2', count: tasks },
    {
      name: 'snakemake',
      command: 'rm -rf made && snakemake --quiet --cores 2',
      count: snakemakeTasks,
    },
  ].map((each) => ({ ...each, command: `cd '${folder}' && ${each.command}` }));
}

/** @returns undefined where the program is not installed */
function timeCommand(command: string, folder: string): number | undefined {
  const began = performance.now();
  const { status, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' });
  if (status === 127) return undefined;
  if (status !== 0) throw new Error(`${command} ended with ${status}\n${stderr}`);
  return (performance.now() - began) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('no values');
  return middle;
}
