import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseToolFile } from '@gantry/model';
import { readImage, readImageHeader, TiffRowWriter, writeImage } from '@gantry/imaging';
import { callTool } from '../../call-tool.ts';

let folder: string;
let small: string;
let large: string;
// Memory goes with the width alone, so a tall image shows whether it does.
const [WIDTH, HEIGHT] = [8000, 30_000];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-pyramid-tool-'));
  small = join(folder, 'small.ome.tif');
  const data = Uint16Array.from({ length: 700 * 500 }, (_, i) => 3000 + (i % 700));
  await writeImage(small, { width: 700, height: 500, bitDepth: 16, sampleFormat: 'uint', data });
  large = join(folder, 'large.ome.tif');
  const writer = await TiffRowWriter.create(large, {
    width: WIDTH,
    height: HEIGHT,
    bitDepth: 16,
    sampleFormat: 'uint',
  });
  const rows = Uint16Array.from({ length: WIDTH * 500 }, (_, i) => 1000 + (i % 1024));
  for (let y = 0; y < HEIGHT; y += 500) await writer.writeRows(rows);
  await writer.finish();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('pyramid@1', () => {
  it('is described by a tool file that the model accepts', async () => {
    const path = join(import.meta.dirname, '../tool.yaml');
    expect(parseToolFile(await readFile(path, 'utf8'), path)).toMatchObject({
      name: 'pyramid',
      version: '1.0.0',
    });
  });

  it('makes a folder with a Deep Zoom image by default', async () => {
    const pyramid = join(folder, 'dzi');
    expect(await callTool('pyramid', { inputs: { image: small }, outputs: { pyramid } })).toMatchObject({
      exitCode: 0,
      error: undefined,
    });
    expect((await readdir(pyramid)).sort()).toEqual(['image.dzi', 'image.json', 'image_files']);
    expect(await readFile(join(pyramid, 'image.dzi'), 'utf8')).toMatch(/TileSize="256"/);
    expect((await readImageHeader(join(pyramid, 'image_files', '10', '0_0.jpeg'))).bitDepth).toBe(8);
  });

  it('makes an OME-TIFF, in a folder or, where the path is named so, as the file', async () => {
    const inside = join(folder, 'ome');
    const file = join(folder, 'p.ome.tif');
    for (const pyramid of [inside, file]) {
      const params = { format: 'ome-tiff', tileSize: 128 };
      expect(
        await callTool('pyramid', { inputs: { image: small }, params, outputs: { pyramid } }),
      ).toMatchObject({ exitCode: 0, error: undefined });
    }
    const source = await readImage(small);
    for (const path of [join(inside, 'image.ome.tif'), file]) {
      expect(
        Buffer.compare(Buffer.from((await readImage(path)).data.buffer), Buffer.from(source.data.buffer)),
      ).toBe(0);
      expect((await readImage(path, { subifd: 2 })).width).toBe(88);
    }
  });

  it('refuses what is no image, and parameters out of range', async () => {
    const text = join(folder, 'text.tif');
    await writeFile(text, 'no image');
    const outputs = { pyramid: join(folder, 'never') };
    expect(await callTool('pyramid', { inputs: { image: text }, outputs })).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining(text) as string,
    });
    for (const params of [{ tileSize: 100 }, { format: 'zarr' }, { depth: 12 }]) {
      const { exitCode, error } = await callTool('pyramid', { inputs: { image: small }, params, outputs });
      expect([exitCode, error]).toEqual([1, expect.stringContaining(Object.keys(params)[0] ?? '')]);
    }
    expect(await readdir(folder)).not.toContain('never');
  });

  it.each([
    ['dzi', 150 + 4 * 8],
    ['ome-tiff', 230 + 13 * 8],
  ] as const)(
    'makes %s of a 458 MiB image within the %i MiB that the README states',
    async (format, mebibytes) => {
      const pyramid = join(folder, `large-${format}`);
      const made = await callTool('pyramid', {
        inputs: { image: large },
        params: { format },
        outputs: { pyramid },
        resources: { cpu: 2 },
      });
      expect(made).toMatchObject({ exitCode: 0, error: undefined });
      if (made.peakMemory === undefined) {
        process.stderr.write('SKIPPED: peak memory is only known on Linux\n');
        return;
      }
      expect(made.peakMemory / 2 ** 20).toBeLessThan(mebibytes);
    },
    120_000,
  );
});
