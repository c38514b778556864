import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseToolFile } from '@gantry/model';
import { readImage, writeImage } from '@gantry/imaging';
import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../../call-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-threshold-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nist = join(import.meta.dirname, '../../../../shared/data/nist-otsu');
if (!existsSync(nist)) console.warn(`SKIPPED: threshold@1 on a real image, because ${nist} is not there`);

describe('threshold@1', () => {
  it('has a valid tool file', () => {
    const file = join(import.meta.dirname, '../tool.yaml');
    const tool = parseToolFile(readFileSync(file, 'utf8'), file);
    expect(tool).toMatchObject({ name: 'threshold', version: '1.0.0', worker: 'jsonl' });
    expect(tool.params['method']).toMatchObject({ values: ['otsu', 'value'], default: 'otsu' });
  });

  it.skipIf(!existsSync(nist))("equals NIST's own mask in every pixel", async () => {
    const mask = join(folder, 'nist-mask.ome.tif');
    const image = join(nist, 'input.ome.tif');
    const answer = await callTool('threshold', { inputs: { image }, outputs: { mask } });
    expect(answer).toMatchObject({ exitCode: 0, error: undefined });
    expect(answer.log).toContain('threshold 861 (otsu): 932 of 361920 pixels');
    const [ours, theirs] = [await readImage(mask), await readImage(join(nist, 'expected-mask.ome.tif'))];
    expect(ours.data).toEqual(theirs.data);
  });

  it('applies a given value', async () => {
    const [image, mask] = [join(folder, 'ramp.ome.tif'), join(folder, 'ramp-mask.ome.tif')];
    const data = Uint8Array.of(0, 50, 100, 150, 200, 250);
    await writeImage(image, { width: 3, height: 2, bitDepth: 8, sampleFormat: 'uint', data });
    const params = { method: 'value', value: 100 };
    const answer = await callTool('threshold', { inputs: { image }, params, outputs: { mask } });
    expect(answer.exitCode).toBe(0);
    expect([...(await readImage(mask)).data]).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('answers a bad file and bad parameters with what to do', async () => {
    const image = join(folder, 'notes.ome.tif');
    writeFileSync(image, 'not an image');
    const outputs = { mask: join(folder, 'none.ome.tif') };
    const bad = await callTool('threshold', { inputs: { image }, outputs });
    expect(bad.exitCode).toBe(1);
    expect(bad.error).toContain(image);
    const absent = await callTool('threshold', { inputs: { image }, params: { method: 'value' }, outputs });
    expect(absent.error).toMatch(/needs the parameter "value"\. Give the gray value/);
    const unknown = await callTool('threshold', { inputs: { image }, params: { methd: 'otsu' }, outputs });
    expect(unknown.error).toContain('methd');
    expect(existsSync(outputs.mask)).toBe(false);
  });
});
