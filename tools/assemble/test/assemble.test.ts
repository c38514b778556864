import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseToolFile } from '@gantry/model';
import { parseVector, readImage, readImageHeader, writeImage, type Image } from '@gantry/imaging';
import { callTool } from '../../call-tool.ts';

const NIST = join(import.meta.dirname, '../../../../shared/data/nist-tiles-4x4');
if (!existsSync(NIST)) process.stderr.write(`SKIPPED: assembling NIST's tiles (no ${NIST})\n`);
const PYTHON = '/usr/bin/python3';
const hasTifffile = spawnSync(PYTHON, ['-c', 'import tifffile']).status === 0;
if (!hasTifffile)
  process.stderr.write("SKIPPED: the mosaic in tifffile (install Debian's python3-tifffile)\n");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-assemble-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function nistRequest(output: string): Promise<{
  inputs: { tiles: string[]; vector: string };
  outputs: { mosaic: string };
}> {
  const names = (await readdir(NIST)).filter((name) => name.endsWith('.tif')).sort();
  const tiles = names.map((name) => join(NIST, name));
  return { inputs: { tiles, vector: join(NIST, 'img-global-positions-1.txt') }, outputs: { mosaic: output } };
}

describe('assemble@1', () => {
  it('is described by a tool file that the model accepts', async () => {
    const path = join(import.meta.dirname, '../tool.yaml');
    expect(parseToolFile(await readFile(path, 'utf8'), path)).toMatchObject({
      name: 'assemble',
      version: '1.0.0',
    });
  });

  it.skipIf(!existsSync(NIST))("puts NIST's tiles where NIST published them, later ones on top", async () => {
    const mosaic = join(folder, 'nist.ome.tif');
    const request = await nistRequest(mosaic);
    expect(await callTool('assemble', request)).toMatchObject({ exitCode: 0, error: undefined });
    const vector = parseVector(await readFile(request.inputs.vector, 'utf8'), request.inputs.vector);
    const expected = await drawOver(vector);
    const made = await readImage(mosaic);
    expect([made.width, made.height, made.bitDepth]).toEqual([expected.width, expected.height, 16]);
    expect(Math.abs(made.width - 1390)).toBeLessThanOrEqual(2);
    expect(Math.abs(made.height - 1037)).toBeLessThanOrEqual(2);
    expect(Buffer.compare(bytesOf(made), bytesOf(expected))).toBe(0);
    expect(made.header.metadata.physicalSizeX).toEqual({ value: 352.77777777777777, unit: 'µm' });
    if (!hasTifffile) return;
    const script =
      'import sys,tifffile as t,json\nf=t.TiffFile(sys.argv[1]);p=t.xml2dict(f.ome_metadata)["OME"]["Image"]["Pixels"]\n' +
      'print(json.dumps([f.is_ome,f.asarray().shape,p["SizeX"],p["SizeY"],p["Type"],p["PhysicalSizeX"],int(f.asarray().sum())]))';
    const seen = spawnSync(PYTHON, ['-W', 'ignore', '-c', script, mosaic], { encoding: 'utf8' });
    const sum = (made.data as Uint16Array).reduce((a, b) => a + b, 0);
    const { width, height } = made;
    expect(JSON.parse(seen.stdout)).toEqual([
      true,
      [height, width],
      width,
      height,
      'uint16',
      352.77777777777777,
      sum,
    ]);
  });

  it('says which tile is missing or cannot be read, and makes no file', async () => {
    const tile = join(folder, 'a.ome.tif');
    const broken = join(folder, 'b.ome.tif');
    const vector = join(folder, 'v.txt');
    const mosaic = join(folder, 'none.ome.tif');
    await writeImage(tile, {
      width: 20,
      height: 10,
      bitDepth: 8,
      sampleFormat: 'uint',
      data: new Uint8Array(200),
    });
    await writeFile(broken, 'no image');
    await writeFile(
      vector,
      'file: a.ome.tif; corr: 1; position: (0, 0); grid: (0, 0);\nfile: b.ome.tif; position: (9, 0);\n',
    );
    const missing = await callTool('assemble', { inputs: { tiles: [tile], vector }, outputs: { mosaic } });
    expect(missing).toMatchObject({
      exitCode: 1,
      error: expect.stringMatching(/names b\.ome\.tif.*Give the tiles/) as string,
    });
    const unreadable = await callTool('assemble', {
      inputs: { tiles: [tile, broken], vector },
      outputs: { mosaic },
    });
    expect(unreadable).toMatchObject({ exitCode: 1, error: expect.stringContaining(broken) as string });
    await expect(stat(mosaic)).rejects.toThrow('ENOENT');
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('makes a mosaic larger than its memory within its memory', async () => {
    const memory = 320 * 2 ** 20;
    const [side, step, count] = [2000, 1800, 11];
    const tile = join(folder, 'large.ome.tif');
    const data = Uint16Array.from({ length: side * side }, (_, i) => 1000 + (i % 512));
    await writeImage(tile, { width: side, height: side, bitDepth: 16, sampleFormat: 'uint', data });
    const places = Array.from({ length: count ** 2 }, (_, i) => [i % count, Math.floor(i / count)] as const);
    const tiles = places.map(([column, row]) => ({ path: tile, name: `t_${row}_${column}` }));
    const vector = join(folder, 'large.txt');
    await writeFile(
      vector,
      places
        .map(
          ([c, r]) => `file: t_${r}_${c}; corr: 1; position: (${c * step}, ${r * step}); grid: (${c}, ${r});`,
        )
        .join('\n'),
    );
    const mosaic = join(folder, 'large-mosaic.ome.tif');
    const made = await callTool('assemble', {
      inputs: { tiles, vector },
      outputs: { mosaic },
      resources: { cpu: 2, memory },
    });
    expect(made).toMatchObject({ exitCode: 0, error: undefined });
    expect(made.progress.length).toBeGreaterThan(1);
    const header = await readImageHeader(mosaic);
    expect(header.width * header.height * 2).toBeGreaterThan(2.3 * memory);
    if (made.peakMemory === undefined) {
      process.stderr.write('SKIPPED: peak memory is only known on Linux\n');
      return;
    }
    expect(made.peakMemory).toBeLessThan(memory);
    const corner = await readImage(mosaic, { region: { left: 19_990, top: 19_999, width: 10, height: 1 } });
    expect([...corner.data]).toEqual([...data.slice(-10)]);
  }, 120_000);
});

async function drawOver(vector: readonly { file: string; x: number; y: number }[]): Promise<Image> {
  const tiles = await Promise.all(
    vector.map(async (entry) => ({ ...entry, image: await readImage(join(NIST, entry.file)) })),
  );
  const width = Math.max(...tiles.map((tile) => tile.x + tile.image.width));
  const height = Math.max(...tiles.map((tile) => tile.y + tile.image.height));
  const data = new Uint16Array(width * height);
  for (const { x, y, image } of tiles) {
    image.data.forEach((value: number, i: number) => {
      data[(y + Math.floor(i / image.width)) * width + x + (i % image.width)] = value;
    });
  }
  return { width, height, bitDepth: 16, sampleFormat: 'uint', data };
}

function bytesOf(image: Image): Uint8Array {
  return new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength);
}
