import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseToolFile } from '@gantry/model';
import { readImage, writeImage } from '@gantry/imaging';
import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../call-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-label-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('label@1', () => {
  it('has a valid tool file', () => {
    const file = join(import.meta.dirname, '../tool.yaml');
    const tool = parseToolFile(readFileSync(file, 'utf8'), file);
    expect(tool).toMatchObject({ name: 'label', version: '1.0.0', worker: 'jsonl' });
    expect(tool.params['connectivity']).toMatchObject({ values: [4, 8], default: 8 });
    expect(tool.params['minSize']).toMatchObject({ min: 0, default: 0 });
  });

  it('numbers the objects of a mask as its parameters say', async () => {
    const mask = join(folder, 'mask.ome.tif');
    const data = Uint16Array.from(
      ['110001', '000010', '011000', '010001'].join(''),
      (digit) => Number(digit) * 65_535,
    );
    await writeImage(mask, { width: 6, height: 4, bitDepth: 16, sampleFormat: 'uint', data });
    const run = async (params: Record<string, number>): Promise<{ rows: string[]; log: string }> => {
      const labels = join(folder, 'labels.ome.tif');
      const answer = await callTool('label', { inputs: { mask }, params, outputs: { labels } });
      expect(answer).toMatchObject({ exitCode: 0, error: undefined });
      const made = await readImage(labels);
      expect(made.bitDepth).toBe(16);
      return { rows: made.data.join('').match(/.{6}/g)!, log: answer.log };
    };
    const eight = await run({});
    expect(eight.rows).toEqual(['110002', '000020', '033000', '030004']);
    expect(eight.log).toContain('4 objects (8-connected)');
    const four = await run({ connectivity: 4, minSize: 2 });
    expect(four.rows).toEqual(['110000', '000000', '022000', '020000']);
    expect(four.log).toContain('2 objects (4-connected), 3 smaller than 2 pixels left out');
  });

  it('answers a mask that is not there, and a connectivity that does not exist', async () => {
    const mask = join(folder, 'absent.ome.tif');
    const outputs = { labels: join(folder, 'none.ome.tif') };
    const absent = await callTool('label', { inputs: { mask }, outputs });
    expect(absent.exitCode).toBe(1);
    expect(absent.error).toContain(mask);
    const six = await callTool('label', { inputs: { mask }, params: { connectivity: 6 }, outputs });
    expect(six.error).toContain('connectivity');
    expect(existsSync(outputs.labels)).toBe(false);
  });
});
