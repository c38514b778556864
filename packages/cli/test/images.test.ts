/** `gantry run` over real microscope tiles, whole and broken. */
import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gantry, makeFolder, type Ended } from './gantry-process.ts';

const data = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data');
const tiles = join(data, 'nist-tiles-4x4');
const pattern = 'img_r{row:ddd}_c{col:ddd}.ome.tif';
if (!existsSync(tiles)) console.warn(`SKIPPED: there are no real microscope images at ${data}.`);

const firstLight = `gantry: pipeline/v1
name: first-light
sources: { tiles: { type: image, axes: [row, col] } }
stages:
  stitch: { tool: stitch@1, over: all, inputs: { tiles: tiles } }
  assemble: { tool: assemble@1, over: all, inputs: { tiles: tiles, vector: stitch.vector } }
  zoom: { tool: pyramid@1, inputs: { image: assemble.mosaic } }
  segment: { tool: threshold@1, inputs: { image: assemble.mosaic } }
  label: { tool: label@1, inputs: { mask: segment.mask } }
  measure: { tool: features@1, inputs: { image: assemble.mosaic, labels: label.labels } }
`;

async function makeProject(pipeline: string): Promise<string> {
  const folder = await makeFolder();
  await writeFile(join(folder, 'pipeline.yaml'), pipeline);
  await mkdir(join(folder, 'tiles'));
  for (const name of await readdir(tiles)) {
    if (name.endsWith('.tif')) await copyFile(join(tiles, name), join(folder, 'tiles', name));
  }
  return folder;
}

const words = [
  ...['run', 'pipeline.yaml', '--input', 'tiles', '--pattern', pattern],
  ...['--data-dir', 'data', '--out', 'out', '--json'],
];

function parse(ended: Ended) {
  return JSON.parse(ended.stdout) as { tasks: Record<string, number>; outputs: Record<string, string[]> };
}

/** Positions by file name, of a file in WIPP's text format. */
function readVector(file: string): Map<string, readonly [number, number]> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const name = /file: ([^;]+);/.exec(line)?.[1] ?? '';
      const [, x, y] = /position: \((-?\d+), (-?\d+)\)/.exec(line) ?? [];
      return [name, [Number(x), Number(y)]];
    }),
  );
}

describe.skipIf(!existsSync(tiles))('real tiles', () => {
  it('become a mosaic, a pyramid and a table, each tile where NIST found it', async () => {
    const folder = await makeProject(firstLight);
    const ended = await gantry(words, { folder });
    expect(ended.code, ended.stderr).toBe(0);
    const { tasks, outputs } = parse(ended);
    expect(tasks['succeeded']).toBe(6);
    for (const [name, paths] of Object.entries(outputs)) {
      expect(paths, name).toHaveLength(1);
      expect(paths[0]!.startsWith(join(folder, 'out')) && existsSync(paths[0]!), name).toBe(true);
    }
    const found = readVector(outputs['stitch.vector']![0]!);
    const published = readVector(join(tiles, 'img-global-positions-1.txt'));
    expect([found.size, published.size]).toEqual([16, 16]);
    for (const [name, [x, y]] of published) {
      const [foundX, foundY] = found.get(name) ?? [NaN, NaN];
      expect(Math.max(Math.abs(foundX - x), Math.abs(foundY - y)), name).toBeLessThanOrEqual(1);
    }
    expect((await readFile(outputs['measure.table']![0]!, 'utf8')).split('\n').length).toBeGreaterThan(2);
  }, 60_000);

  it('that are cut short, or no images, fail by their names and leave the others alone', async () => {
    const folder = await makeProject(`gantry: pipeline/v1
name: masks
sources: { tiles: { type: image, axes: [row, col] } }
stages: { segment: { tool: threshold@1, inputs: { image: tiles } } }
`);
    await truncate(join(folder, 'tiles', 'img_r002_c003.ome.tif'), 20_000);
    await writeFile(join(folder, 'tiles', 'img_r004_c004.ome.tif'), 'this is a text');
    const ended = await gantry(words, { folder });
    expect(ended.code, ended.stderr).toBe(1);
    const { tasks, outputs } = parse(ended);
    expect(tasks).toMatchObject({ succeeded: 14, failed: 2 });
    expect(outputs['segment.mask']).toHaveLength(14);
    expect(ended.stderr).toContain('img_r002_c003.ome.tif');
    expect(ended.stderr).toContain('img_r004_c004.ome.tif');
  }, 60_000);

  it('of which one is missing are stitched without it, and its name is told', async () => {
    const folder = await makeProject(`gantry: pipeline/v1
name: stitched
sources: { tiles: { type: image, axes: [row, col] } }
stages: { stitch: { tool: stitch@1, over: all, inputs: { tiles: tiles } } }
`);
    await rm(join(folder, 'tiles', 'img_r002_c002.ome.tif'));
    const ended = await gantry(words, { folder });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('img_r002_c002.ome.tif (row 2, col 2)');
    expect(readVector(parse(ended).outputs['stitch.vector']![0]!).size).toBe(15);
  }, 60_000);
});
