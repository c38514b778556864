import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseToolFile } from '@gantry/model';
import { readImage, writeImage } from '@gantry/imaging';
import { callTool } from '../../call-tool.ts';

const [WIDTH, HEIGHT] = [90, 70];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-flat-tool-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('flat-field@1 and correct@1', () => {
  it.each(['flat-field', 'correct'])(
    '%s is described by a tool file that the model accepts',
    async (name) => {
      const path = join(import.meta.dirname, '../..', name, 'tool.yaml');
      expect(parseToolFile(await readFile(path, 'utf8'), path)).toMatchObject({ name, version: '1.0.0' });
    },
  );

  it('together make blanks even', async () => {
    const light = Float32Array.from(
      { length: WIDTH * HEIGHT },
      (_, i) => 0.6 + (0.8 * (i % WIDTH)) / (WIDTH - 1),
    );
    const tiles: string[] = [];
    for (const level of [4000, 5000, 9000]) {
      const path = join(folder, `blank-${level}.ome.tif`);
      const data = Uint16Array.from(light, (share) => Math.round(level * share));
      const metadata = {
        name: 'blank',
        physicalSizeX: { value: 0.4, unit: 'µm' },
        channel: { Name: 'TRITC' },
      };
      await writeImage(
        path,
        { width: WIDTH, height: HEIGHT, bitDepth: 16, sampleFormat: 'uint', data },
        { metadata },
      );
      tiles.push(path);
    }
    const flat = join(folder, 'flat.ome.tif');
    expect(
      await callTool('flat-field', { inputs: { tiles }, params: { smoothing: 4 }, outputs: { flat } }),
    ).toMatchObject({ exitCode: 0, error: undefined });
    const profile = await readImage(flat);
    expect(profile).toMatchObject({ width: WIDTH, height: HEIGHT, bitDepth: 32, sampleFormat: 'float' });
    expect(profile.header.metadata).toEqual({
      physicalSizeX: { value: 0.4, unit: 'µm' },
      channel: { Name: 'TRITC' },
    });
    profile.data.forEach((value: number, i: number) => expect(value).toBeCloseTo(light[i] ?? 0, 3));

    const corrected = join(folder, 'blank-corrected.ome.tif');
    const tile = join(folder, 'blank-5000.ome.tif');
    expect(await callTool('correct', { inputs: { tile, flat }, outputs: { corrected } })).toMatchObject({
      exitCode: 0,
      error: undefined,
    });
    const even = await readImage(corrected);
    expect(even.bitDepth).toBe(16);
    expect(even.header.metadata).toEqual((await readImage(tile)).header.metadata);
    even.data.forEach((value: number) => expect(Math.abs(value - 5000)).toBeLessThanOrEqual(3));
  });

  it('keeps to its memory with a stack of twice that', async () => {
    const memory = 256 * 2 ** 20;
    const tile = join(folder, 'large.ome.tif');
    const data = Uint16Array.from({ length: 1000 * 1000 }, (_, i) => 1000 + (i % 777));
    await writeImage(tile, { width: 1000, height: 1000, bitDepth: 16, sampleFormat: 'uint', data });
    const made = await callTool('flat-field', {
      inputs: { tiles: Array.from({ length: 260 }, () => tile) },
      params: { smoothing: 2 },
      outputs: { flat: join(folder, 'large-flat.ome.tif') },
      resources: { cpu: 2, memory },
    });
    expect(made).toMatchObject({ exitCode: 0, error: undefined });
    if (made.peakMemory === undefined) {
      process.stderr.write('SKIPPED: peak memory is only known on Linux\n');
      return;
    }
    expect(made.peakMemory).toBeLessThan(1.1 * memory);
  }, 120_000);
});
