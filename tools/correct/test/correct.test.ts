import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage, writeImage } from '@gantry/imaging';
import { callTool } from '../../call-tool.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-correct-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeFlat(path: string, width: number, height: number, value: number): Promise<void> {
  const data = new Float32Array(width * height).fill(value);
  await writeImage(path, { width, height, bitDepth: 32, sampleFormat: 'float', data });
}

describe('correct@1', () => {
  it('notices a new flat field under the name of the last one', async () => {
    const [tile, flat, corrected] = ['tile', 'flat', 'out'].map((name) =>
      join(folder, `${name}.ome.tif`),
    ) as [string, string, string];
    await writeImage(tile, {
      width: 30,
      height: 20,
      bitDepth: 8,
      sampleFormat: 'uint',
      data: new Uint8Array(600).fill(100),
    });
    const worker = spawn(process.execPath, [join(import.meta.dirname, '../main.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const answers = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();
    const input = (path: string): object => ({ path, name: 'x.ome.tif', place: {}, size: 1 });
    for (const [divisor, expected] of [
      [0.5, 200],
      [2, 50],
      [2, 50],
    ] as const) {
      await writeFlat(flat, 30, 20, divisor);
      worker.stdin.write(
        `${JSON.stringify({ id: 'a', folder, inputs: { tile: input(tile), flat: input(flat) }, outputs: { corrected } })}\n`,
      );
      expect(JSON.parse(String((await answers.next()).value))).toEqual({
        ...{ id: 'a', exitCode: 0 },
        results: { mean: expected },
      });
      expect((await readImage(corrected)).data.every((value: number) => value === expected)).toBe(true);
    }
    worker.stdin.end();
    expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(0);
  });

  it('refuses a flat field of another size and a truncated one, naming the files', async () => {
    const [tile, flat, cut, corrected] = ['t', 'f', 'cut', 'never'].map((name) =>
      join(folder, `${name}.ome.tif`),
    ) as [string, string, string, string];
    await writeImage(tile, {
      width: 30,
      height: 20,
      bitDepth: 16,
      sampleFormat: 'uint',
      data: new Uint16Array(600),
    });
    await writeFlat(flat, 20, 30, 1);
    const other = await callTool('correct', { inputs: { tile, flat }, outputs: { corrected } });
    expect(other.exitCode).toBe(1);
    for (const part of [tile, flat, '20×30', '30×20', 'Use a flat field'])
      expect(other.error).toContain(part);
    await writeFile(cut, (await readFile(flat)).subarray(0, 300));
    const broken = await callTool('correct', { inputs: { tile, flat: cut }, outputs: { corrected } });
    expect(broken).toMatchObject({
      exitCode: 1,
      error: expect.stringMatching(/cut\.ome\.tif is truncated/) as string,
    });
  });
});
