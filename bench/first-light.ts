/**
 * From tiles to mosaic, pyramid and table: how long the command line takes, and its tools against their limits.
 *
 * - `tiles_per_second`: NIST's 16 tiles through the whole example pipeline, as `gantry run` counts the seconds of the
 *   run; the median of three runs into one data directory
 * - `stitch_seconds`, `assemble_seconds`: one call of the tool, its start included, over a 10×10 grid of
 *   1,040×1,392 16-bit tiles with 10 % overlap
 * - `pyramid_ratio_to_vips`: one call of `pyramid`, its start included, over a 12,000×12,000 8-bit image, against
 *   `vips dzsave` of the same file; the median ratio of three pairs
 * - `cold_run_seconds`, `warm_run_seconds`: `gantry run` of a pipeline of one task, process start to process end,
 *   into a data directory that is not there, and into one that is; medians of three
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { callTool, type ToolCallRequest } from '../tools/call-tool.ts';
import { LARGE_GRID } from './specimen.ts';
import { encodeTiff, writeSpecimen } from './write-specimen.ts';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';

const root = join(import.meta.dirname, '..');
const launcher = join(root, 'packages', 'cli', 'bin', 'gantry.mjs');
const nistTiles = join(root, '..', 'shared', 'data', 'nist-tiles-4x4');

export async function run({ progress }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  try {
    const figures: Record<string, number> = {};
    const evidence: Record<string, unknown> = { cpus: cpus().map(({ model }) => model) };
    const single = await measureSingleTask(folder, progress);
    Object.assign(figures, single.figures);
    Object.assign(evidence, single.evidence);
    if (existsSync(nistTiles)) {
      const nist = await measureNist(folder, progress);
      Object.assign(figures, nist.figures);
      Object.assign(evidence, nist.evidence);
    } else {
      progress(`tiles_per_second is left out: there is no ${nistTiles}`);
    }
    const grid = await measureGrid(folder, progress);
    Object.assign(figures, grid.figures);
    Object.assign(evidence, grid.evidence);
    const pyramid = await measurePyramid(folder, progress);
    Object.assign(figures, pyramid.figures);
    Object.assign(evidence, pyramid.evidence);
    return { figures, evidence };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('no values');
  return middle;
}

/** Runs the command line; its one JSON object. */
function gantry(args: readonly string[]): { seconds: number; state: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`gantry ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as { seconds: number; state: string };
}

async function measureSingleTask(folder: string, progress: (line: string) => void): Promise<BenchResult> {
  const tools = join(folder, 'tools');
  await mkdir(join(tools, 'copy'), { recursive: true });
  await writeFile(
    join(tools, 'copy', 'tool.yaml'),
    `gantry: tool/v1
name: copy
version: 1.0.0
command: [cp, "\${inputs.file}", "\${outputs.copy}"]
inputs: { file: { type: file } }
outputs: { copy: { type: file, path: "\${inputs.file.name}" } }
`,
  );
  const pipeline = join(folder, 'copy.yaml');
  await writeFile(
    pipeline,
    `gantry: pipeline/v1
name: copy
source: { type: file, axes: [n] }
stages: { copy: { tool: copy@1, inputs: { file: source } } }
`,
  );
  const input = join(folder, 'one');
  await mkdir(input);
  await writeFile(join(input, 'file_1.txt'), 'one');
  const start = (data: string): number =>
    seconds(() => {
      gantry([
        ...['run', pipeline, '--tools', tools, '--input', input],
        ...['--pattern', 'file_{n:d+}.txt', '--data-dir', join(folder, data)],
      ]);
    });
  const cold = [1, 2, 3].map((index) => start(`cold-${index}`));
  const warm = [1, 2, 3].map((index) => start(`cold-${index}`));
  progress(`one task: cold ${cold.map(short).join(', ')} s, warm ${warm.map(short).join(', ')} s`);
  return {
    figures: { cold_run_seconds: median(cold), warm_run_seconds: median(warm) },
    evidence: { cold, warm },
  };
}

async function measureNist(folder: string, progress: (line: string) => void): Promise<BenchResult> {
  const data = join(folder, 'nist');
  const runs = [1, 2, 3].map(
    () =>
      gantry([
        ...['run', join(root, 'examples', 'stitch-and-measure', 'pipeline.yaml'), '--input', nistTiles],
        ...['--pattern', 'img_r{row:ddd}_c{col:ddd}.ome.tif', '--data-dir', data],
      ]).seconds,
  );
  progress(`NIST's 16 tiles: ${runs.map(short).join(', ')} s a run`);
  return Promise.resolve({ figures: { tiles_per_second: 16 / median(runs) }, evidence: { nist_runs: runs } });
}

async function measureGrid(folder: string, progress: (line: string) => void): Promise<BenchResult> {
  progress('rendering 100 tiles');
  const tiles = (await writeSpecimen(join(folder, 'grid'), LARGE_GRID)).map((tile) => ({ ...tile, size: 0 }));
  const stitch = await timedCall('stitch', {
    inputs: { tiles },
    outputs: { vector: join(folder, 'vector.txt'), report: join(folder, 'report.json') },
  });
  const assemble = await timedCall('assemble', {
    inputs: { tiles, vector: { path: join(folder, 'vector.txt'), name: 'vector.txt', place: {}, size: 0 } },
    outputs: { mosaic: join(folder, 'mosaic.ome.tif') },
  });
  progress(`10×10 grid: stitch ${short(stitch)} s, assemble ${short(assemble)} s`);
  return { figures: { stitch_seconds: stitch, assemble_seconds: assemble }, evidence: {} };
}

async function measurePyramid(folder: string, progress: (line: string) => void): Promise<BenchResult> {
  const side = 12_000;
  const image = join(folder, 'big.tif');
  const data = new Uint8Array(side * side);
  // A texture that JPEG has to work for: gradients with noise.
  let state = 1;
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = ((index % side) >> 6) + (Math.floor(index / side) >> 7) + (state >>> 28);
  }
  await writeFile(image, encodeTiff({ width: side, height: side, bitDepth: 8, data }));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (const index of [1, 2, 3]) {
    const made = join(folder, `pyramid-${index}`);
    ours.push(
      await timedCall('pyramid', {
        inputs: { image: { path: image, name: 'big.tif', place: {}, size: 0 } },
        outputs: { pyramid: made },
      }),
    );
    theirs.push(
      seconds(() => {
        const { status, error } = spawnSync('vips', ['dzsave', image, join(folder, `vips-${index}`)]);
        if (error !== undefined || status !== 0) {
          throw new Error('vips dzsave failed; install libvips-tools', { cause: error });
        }
      }),
    );
  }
  const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
  progress(`pyramid ${ours.map(short).join(', ')} s, vips ${theirs.map(short).join(', ')} s`);
  return {
    figures: { pyramid_ratio_to_vips: median(ratios) },
    evidence: { pyramid_seconds: ours, vips_seconds: theirs },
  };
}

async function timedCall(
  tool: string,
  request: Pick<ToolCallRequest, 'inputs' | 'outputs'>,
): Promise<number> {
  const start = performance.now();
  const answer = await callTool(tool, { ...request, resources: { cpu: 2, memory: 2 ** 30 } });
  if (answer.exitCode !== 0) throw new Error(`${tool}: ${answer.error ?? 'failed'}`);
  return (performance.now() - start) / 1000;
}

function short(value: number): string {
  return value.toFixed(2);
}
