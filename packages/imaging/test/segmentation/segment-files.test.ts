import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readImage } from '../../src/formats/read-image.ts';
import { writeImage } from '../../src/formats/write-image.ts';
import type { Pixels } from '../../src/formats/pixels.ts';
import { labelMask } from '../../src/segmentation/label-mask.ts';
import { stripRowsFor } from '../../src/segmentation/read-strips.ts';
import { thresholdImage, type ThresholdOptions } from '../../src/segmentation/threshold-image.ts';
import { labelWithSkimage } from '../measurement/skimage-oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-segment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nist = join(import.meta.dirname, '../../../../../shared/data/nist-otsu');
if (!existsSync(nist))
  process.stderr.write(`SKIPPED: no real image to segment, because ${nist} is not there\n`);

/** Bytes for a few rows only, so that images are read in many strips. */
const LITTLE = 20_000;
const PLENTY = 2 ** 28;

let files = 0;
function newPath(): string {
  return join(folder, `${++files}.ome.tif`);
}

async function save(data: Pixels, width: number): Promise<string> {
  const path = newPath();
  await writeImage(path, {
    width,
    height: data.length / width,
    bitDepth: (data.BYTES_PER_ELEMENT * 8) as 8 | 16 | 32,
    sampleFormat: data instanceof Float32Array ? 'float' : 'uint',
    data,
  });
  return path;
}

async function threshold(input: string, given: Partial<ThresholdOptions> = {}) {
  const log: string[] = [];
  const output = newPath();
  const result = await thresholdImage({
    input,
    output,
    method: 'otsu',
    scratch: folder,
    memory: PLENTY,
    log: (line) => log.push(line),
    ...given,
  });
  return { ...result, mask: await readImage(output), log: log.join('\n') };
}

async function label(input: string, given: { connectivity?: 4 | 8; minSize?: number; memory?: number } = {}) {
  const log: string[] = [];
  const output = newPath();
  const options = { connectivity: 8, minSize: 0, memory: PLENTY, ...given } as const;
  const result = await labelMask({
    input,
    output,
    scratch: folder,
    log: (line) => log.push(line),
    ...options,
  });
  return { ...result, labels: await readImage(output), log: log.join('\n') };
}

function largest(pixels: Pixels): number {
  return Uint32Array.from(pixels).reduce((most, pixel) => Math.max(most, pixel), 0);
}

function noise(width: number, height: number, density: number): Uint8Array<ArrayBuffer> {
  let state = 99;
  return Uint8Array.from({ length: width * height }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24 < density ? 255 : 0;
  });
}

describe('thresholdImage', () => {
  it.skipIf(!existsSync(nist))("equals NIST's own mask in every pixel", async () => {
    const expected = await readImage(join(nist, 'expected-mask.ome.tif'));
    for (const memory of [PLENTY, LITTLE]) {
      const { mask, ...found } = await threshold(join(nist, 'input.ome.tif'), { memory });
      expect(found).toMatchObject({ threshold: 861, foreground: 932, total: 696 * 520 });
      expect(found.log).toContain('threshold 861 (otsu): 932 of 361920 pixels');
      expect([mask.width, mask.height, mask.bitDepth]).toEqual([696, 520, expected.bitDepth]);
      expect(Buffer.from(mask.data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
    }
  });

  it('gives an image of 8 bits a mask of 8 bits', async () => {
    const { mask, threshold: found } = await threshold(await save(Uint8Array.of(10, 10, 200, 201, 9, 11), 3));
    expect(found).toBe(11);
    expect(mask.bitDepth).toBe(8);
    expect([...mask.data]).toEqual([0, 0, 255, 255, 0, 0]);
  });

  it('takes a given value, for 32 bits too', async () => {
    const value = await threshold(await save(Uint16Array.of(5, 6, 7, 8), 2), { method: 'value', value: 6 });
    expect([...value.mask.data]).toEqual([0, 0, 65_535, 65_535]);
    const floats = await save(Float32Array.of(-1.5, 0.25, 0.5, 3), 2);
    const float = await threshold(floats, { method: 'value', value: 0.25 });
    expect(float.mask.bitDepth).toBe(8);
    expect([...float.mask.data]).toEqual([0, 0, 255, 255]);
    const whole = await save(Uint32Array.of(70_000, 70_001, 4e9, 0), 2);
    expect([...(await threshold(whole, { method: 'value', value: 70_000 })).mask.data]).toEqual([
      0, 255, 255, 0,
    ]);
  });

  it('makes an empty mask of an image with a single value, and says so', async () => {
    const found = await threshold(await save(new Uint16Array(12).fill(700), 4));
    expect(found.threshold).toBeUndefined();
    expect(found.foreground).toBe(0);
    expect(found.mask.data.every((pixel) => pixel === 0)).toBe(true);
    expect(found.log).toMatch(/every pixel has the value 700.*empty/);
  });

  it("refuses Otsu's method on 32 bits and a value that is not given, and says what to do", async () => {
    const floats = await save(Float32Array.of(1, 2), 2);
    await expect(threshold(floats)).rejects.toMatchObject({
      code: 'threshold-depth',
      message: expect.stringContaining(floats) as string,
      mend: expect.stringContaining('value') as string,
    });
    await expect(threshold(floats, { method: 'value' })).rejects.toMatchObject({ code: 'threshold-value' });
  });

  it('names a damaged file, and leaves no half-written mask', async () => {
    const path = await save(
      Uint16Array.from({ length: 640 * 1100 }, (_, i) => (i * 7919) % 65_521),
      640,
    );
    const output = newPath();
    const run = (method: 'otsu' | 'value') =>
      thresholdImage({ input: path, output, method, value: 5, scratch: folder, memory: 640 * 12 * 512 });
    const left = () => readdirSync(folder).filter((name) => name.startsWith(basename(output)));
    // Damage in the second row of tiles is met when the first has been written.
    const bytes = readFileSync(path);
    bytes.fill(0xa5, Math.floor(bytes.length * 0.7), Math.floor(bytes.length * 0.7) + 5000);
    writeFileSync(path, bytes);
    for (const method of ['otsu', 'value'] as const) {
      await expect(run(method)).rejects.toMatchObject({ code: 'image-unreadable', file: path });
      expect(left()).toEqual([]);
    }
    truncateSync(path, 5000);
    await expect(run('value')).rejects.toMatchObject({ file: path });
    expect(left()).toEqual([]);
  });
});

describe('labelMask', () => {
  it('equals scikit-image, in many strips and in one piece', async () => {
    const [width, height] = [300, 200];
    const mask = noise(width, height, 0.35);
    const path = await save(mask, width);
    const [four, eight] = labelWithSkimage([
      { mask, width, connectivity: 4 },
      { mask, width, connectivity: 8 },
    ]);
    for (const memory of [PLENTY, LITTLE]) {
      expect(Uint32Array.from((await label(path, { connectivity: 4, memory })).labels.data)).toEqual(four);
      expect(Uint32Array.from((await label(path, { connectivity: 8, memory })).labels.data)).toEqual(eight);
    }
  });

  it('writes 16 bits up to 65,535 objects and 32 bits above', async () => {
    const [width, height] = [514, 512];
    const dots = new Uint8Array(width * height);
    for (let i = 0; i < 65_536; i++) dots[Math.floor(i / 257) * 2 * width + (i % 257) * 2] = 1;
    const many = await label(await save(dots, width), { connectivity: 8 });
    expect(many.objects).toBe(65_536);
    expect(many.labels.bitDepth).toBe(32);
    expect(largest(many.labels.data)).toBe(65_536);
    dots[0] = 0;
    const fewer = await label(await save(dots, width), { connectivity: 8 });
    expect(fewer.objects).toBe(65_535);
    expect(fewer.labels.bitDepth).toBe(16);
    expect(largest(fewer.labels.data)).toBe(65_535);
  });

  it('leaves out what is smaller than the minimal size, and numbers the rest without gaps', async () => {
    const mask = Uint16Array.from('1101100000010110', (digit) => Number(digit) * 65_535);
    const found = await label(await save(mask, 8), { connectivity: 4, minSize: 2 });
    expect([...found.labels.data]).toEqual([1, 1, 0, 2, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 3, 0]);
    expect(found.log).toBe('3 objects (4-connected)');
    const large = await label(await save(mask, 8), { connectivity: 4, minSize: 3 });
    expect([...large.labels.data]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(large.log).toBe('1 objects (4-connected), 2 smaller than 3 pixels left out');
  });

  it('labels nothing in an empty mask', async () => {
    const found = await label(await save(new Uint8Array(20), 5));
    expect(found).toMatchObject({ objects: 0, removed: 0 });
    expect(found.labels.bitDepth).toBe(16);
    expect(found.labels.data.every((id) => id === 0)).toBe(true);
  });

  it('refuses floats and files that are no images, by name', async () => {
    const floats = await save(Float32Array.of(0, 1), 2);
    await expect(label(floats)).rejects.toMatchObject({ code: 'mask-depth', file: floats });
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'not an image');
    await expect(label(text)).rejects.toMatchObject({ file: text });
    const absent = join(folder, 'absent.ome.tif');
    await expect(label(absent)).rejects.toMatchObject({ code: 'image-missing', file: absent });
  });
});

describe('stripRowsFor', () => {
  it('takes a whole row of tiles where it fits, and never less than a row of pixels', () => {
    expect(stripRowsFor(1000, 4, 2 ** 28)).toBe(512);
    expect(stripRowsFor(1000, 4, 4_000_000)).toBe(512);
    expect(stripRowsFor(1000, 4, 400_000)).toBe(100);
    expect(stripRowsFor(1000, 4, 10)).toBe(1);
  });
});
