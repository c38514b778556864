/**
 * Measures what threshold, label and features cost, for their READMEs: `npx node tools/features/test/measure-cost.ts`.
 * First the algorithms alone at 4096², then each tool's process (seconds, peak memory) at several sizes.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseToolFile } from '@gantry/model';
import { ComponentLabeller, ObjectMeasurer, TiffRowWriter, type Pixels } from '@gantry/imaging';
import { callTool } from '../../call-tool.ts';

const FOREGROUND = 0.35;
const ROUNDS = 7;

/** Noise smoothed by boxes of 2·radius+1 pixels; the threshold leaves 35 % of the pixels above it. */
function smoothNoise(side: number, radius: number): { image: Uint16Array<ArrayBuffer>; threshold: number } {
  let state = 1;
  const image = Uint16Array.from({ length: side * side }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  });
  for (let pass = 0; pass < 2; pass++) {
    for (let line = 0; line < side; line++) {
      smoothLine(image, line * side, 1, side, radius);
    }
    for (let line = 0; line < side; line++) {
      smoothLine(image, line, side, side, radius);
    }
  }
  const counts = new Float64Array(65_536);
  for (const value of image) counts[value]!++;
  let threshold = 65_535;
  for (let above = 0; above < FOREGROUND * image.length; threshold--) above += counts[threshold]!;
  return { image, threshold };
}

function smoothLine(image: Uint16Array, start: number, step: number, count: number, radius: number): void {
  const line = Float64Array.from({ length: count }, (_, i) => image[start + i * step]!);
  const width = 2 * radius + 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[(i + count) % count]!;
  for (let i = 0; i < count; i++) {
    image[start + i * step] = sum / width;
    sum += line[(i + radius + 1) % count]! - line[(i - radius + count) % count]!;
  }
}

/** CPU time, the best of several rounds, because other work on the machine only ever adds. */
function best(run: () => void): string {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return `${Math.min(...times).toFixed(0)} ms`;
}

function measureAlgorithms(name: string, image: Pixels, mask: Pixels, side: number): void {
  const labels = new Uint32Array(side * side);
  let objects = 0;
  const labelling = best(() => {
    const labeller = new ComponentLabeller({ width: side, connectivity: 8, minSize: 0 });
    labeller.addRows(mask);
    objects = labeller.finish().objects;
    labeller.paintRows(0, labels);
  });
  const measuring = (perimeter: boolean): string =>
    best(() => {
      const measurer = new ObjectMeasurer({ width: side, perimeter });
      measurer.addRows(labels, image);
      measurer.finish();
    });
  const times = [
    `label ${labelling}`,
    `moments and intensities ${measuring(false)}`,
    `with perimeter ${measuring(true)}`,
  ];
  console.log(`${name}, ${side}², ${objects} objects: ${times.join('; ')}`);
}

async function measureTools(side: number, folder: string): Promise<void> {
  const { image: tile, threshold } = smoothNoise(2000, 4);
  const paths = {
    image: join(folder, `${side}.ome.tif`),
    mask: join(folder, `${side}-mask.ome.tif`),
    labels: join(folder, `${side}-labels.ome.tif`),
  };
  const layout = { width: side, height: side, bitDepth: 16, sampleFormat: 'uint' } as const;
  const writer = await TiffRowWriter.create(paths.image, layout);
  const row = new Uint16Array(side);
  for (let y = 0; y < side; y++) {
    const start = (y % 2000) * 2000;
    for (let x = 0; x < side; x++) row[x] = tile[start + (x % 2000)]!;
    await writer.writeRows(row);
  }
  await writer.finish();
  await runTool(
    'threshold',
    side,
    { image: paths.image },
    { method: 'value', value: threshold },
    { mask: paths.mask },
  );
  await runTool('threshold', side, { image: paths.image }, {}, { mask: join(folder, 'otsu.ome.tif') });
  await runTool('label', side, { mask: paths.mask }, {}, { labels: paths.labels });
  const made = { table: join(folder, 'table.csv'), units: join(folder, 'units.json') };
  await runTool('features', side, { image: paths.image, labels: paths.labels }, {}, made);
}

async function runTool(
  name: string,
  side: number,
  inputs: Record<string, string>,
  params: Record<string, unknown>,
  outputs: Record<string, string>,
): Promise<void> {
  const file = join(import.meta.dirname, '../..', name, 'tool.yaml');
  const { memory } = parseToolFile(await readFile(file, 'utf8'), file).resources;
  const answer = await callTool(name, { inputs, params, outputs, resources: { cpu: 1, memory } });
  if (answer.exitCode !== 0) throw new Error(answer.error);
  const mebibytes = ((answer.peakMemory ?? NaN) / 2 ** 20).toFixed(0);
  const size = ((side * side) / 1e6).toFixed(1);
  console.log(
    `${name}@1 ${side}² (${size} megapixels): ${answer.seconds.toFixed(2)} s with its start, peak ${mebibytes} MiB; ` +
      answer.log.trim(),
  );
}

const side = 4096;
for (const [name, radius] of [
  ['fine', 1],
  ['coarse', 4],
] as const) {
  const { image, threshold } = smoothNoise(side, radius);
  const mask = Uint8Array.from(image, (value) => (value > threshold ? 255 : 0));
  measureAlgorithms(name, image, mask, side);
}
const folder = await mkdtemp(join(tmpdir(), 'gantry-cost-'));
try {
  for (const one of [512, 4096, 12_000]) await measureTools(one, folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
