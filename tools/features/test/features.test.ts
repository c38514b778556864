import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseToolFile } from '@gantry/model';
import { measureObjects, writeImage } from '@gantry/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTool } from '../../call-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-features-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = join(folder, 'cells.ome.tif');
const labels = join(folder, 'cells-labels.ome.tif');
const outputs = { table: join(folder, 'cells.csv'), units: join(folder, 'cells.json') };

beforeAll(async () => {
  const size = { width: 40, height: 30, sampleFormat: 'uint' } as const;
  const grays = Uint16Array.from({ length: 1200 }, (_, i) => (i * 7919) % 4001);
  const ids = Uint16Array.from({ length: 1200 }, (_, i) => (i % 40 < 15 ? 3 : i % 7 === 0 ? 8 : 0));
  const metadata = { physicalSizeX: { value: 0.5, unit: 'µm' }, physicalSizeY: { value: 0.5, unit: 'µm' } };
  await writeImage(image, { ...size, bitDepth: 16, data: grays }, { metadata });
  await writeImage(labels, { ...size, bitDepth: 16, data: ids });
});

describe('features@1', () => {
  it('has a valid tool file, which offers every feature that there is', async () => {
    const file = join(import.meta.dirname, '../tool.yaml');
    const tool = parseToolFile(readFileSync(file, 'utf8'), file);
    expect(tool).toMatchObject({ name: 'features', version: '1.0.0', worker: 'jsonl' });
    const which = tool.params['which'];
    const offered =
      which?.type === 'array' && which.items.type === 'enum' ? which.items.values.map(String) : [];
    const made = { ...outputs, scratch: folder, memory: 2 ** 28 };
    await measureObjects({ image, labels, ...made, which: offered });
    const groups = ['area', 'centroid', 'bbox', 'intensity', 'shape'];
    const features = readFileSync(outputs.table, 'utf8').split('\r\n')[0]!.split(',');
    const inPixels = features.filter((name) => name !== 'id' && !/_um2?$/.test(name));
    expect(new Set(offered)).toEqual(new Set([...groups, ...inPixels]));
  });

  it('makes the table and its units', async () => {
    const answer = await callTool('features', { inputs: { image, labels }, outputs });
    expect(answer).toMatchObject({ exitCode: 0, error: undefined });
    expect(answer.log).toContain('2 objects');
    const [header, ...rows] = readFileSync(outputs.table, 'utf8').trimEnd().split('\r\n');
    const units = JSON.parse(readFileSync(outputs.units, 'utf8')) as { columns: object; table: string };
    expect(Object.keys(units.columns)).toEqual(header!.split(','));
    expect(units.table).toBe('cells.csv');
    expect(rows[0]).toMatch(/^3,450,7,14\.5,0,0,15,30,/);
    expect(rows[1]).toMatch(/^8,/);
  });

  it('makes the chosen columns', async () => {
    const params = { which: ['area', 'mean'] };
    expect((await callTool('features', { inputs: { image, labels }, params, outputs })).exitCode).toBe(0);
    expect(readFileSync(outputs.table, 'utf8')).toMatch(/^id,area,mean,area_um2\r\n3,450,/);
  });

  it('answers missing labels and an unknown feature with what to do', async () => {
    const missing = await callTool('features', { inputs: { image }, outputs });
    expect(missing).toMatchObject({ exitCode: 1 });
    expect(missing.error).toContain('The input "labels" is missing');
    const params = { which: ['volume'] };
    const unknown = await callTool('features', { inputs: { image, labels }, params, outputs });
    expect(unknown.error).toMatch(/no feature .* named "volume"\. Use groups/);
  });
});
