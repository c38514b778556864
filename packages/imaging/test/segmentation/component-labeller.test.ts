import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ComponentLabeller, type Connectivity } from '../../src/segmentation/component-labeller.ts';
import { labelWithSkimage } from '../measurement/skimage-oracle.ts';

interface Mask {
  readonly width: number;
  readonly mask: Uint8Array<ArrayBuffer>;
}

/** Flood fill from each pixel in raster order: the definition, without any table. */
function floodFill({ width, mask }: Mask, connectivity: Connectivity, minSize: number): number[] {
  const labels = new Array<number>(mask.length).fill(0);
  const seen = new Set<number>();
  const height = mask.length / width;
  let next = 1;
  for (let first = 0; first < mask.length; first++) {
    if (mask[first] === 0 || seen.has(first)) continue;
    const component = [first];
    seen.add(first);
    for (const pixel of component) {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (connectivity === 4 && dx !== 0 && dy !== 0) continue;
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          const neighbour = pixel + dy * width + dx;
          if (mask[neighbour] === 0 || seen.has(neighbour)) continue;
          seen.add(neighbour);
          component.push(neighbour);
        }
      }
    }
    if (component.length < minSize) continue;
    for (const pixel of component) labels[pixel] = next;
    next++;
  }
  return labels;
}

function label({ width, mask }: Mask, connectivity: Connectivity, minSize = 1, stripRows = Infinity) {
  const labeller = new ComponentLabeller({ width, connectivity, minSize });
  const step = Math.min(stripRows * width, mask.length);
  for (let at = 0; at < mask.length; at += step) labeller.addRows(mask.subarray(at, at + step));
  const count = labeller.finish();
  const labels = new Uint32Array(mask.length);
  for (let at = 0; at < mask.length; at += step) {
    labeller.paintRows(at / width, labels.subarray(at, at + step));
  }
  return { ...count, labels };
}

const masks = fc
  .record({
    width: fc.integer({ min: 1, max: 17 }),
    height: fc.integer({ min: 1, max: 13 }),
    density: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ width, height, density }) =>
    fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: width * height, maxLength: width * height })
      .map((values) => ({
        width,
        mask: Uint8Array.from(values, (value) => (value < density ? 1 + value : 0)),
      })),
  );

function randomMask(width: number, height: number, density: number, seed: number): Mask {
  const mask = new Uint8Array(width * height);
  let state = seed;
  for (let i = 0; i < mask.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    mask[i] = (state >>> 8) / 2 ** 24 < density ? 255 : 0;
  }
  return { width, mask };
}

describe('ComponentLabeller', () => {
  it('equals a flood fill in raster order, whatever the strips and the minimal size', () => {
    fc.assert(
      fc.property(
        masks,
        fc.constantFrom<Connectivity>(4, 8),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        (mask, connectivity, minSize, stripRows) => {
          const found = label(mask, connectivity, minSize, stripRows);
          const expected = floodFill(mask, connectivity, minSize);
          expect([...found.labels]).toEqual(expected);
          expect(found.objects).toBe(Math.max(0, ...expected));
          const all = Math.max(0, ...floodFill(mask, connectivity, 1));
          expect(found.removed).toBe(all - found.objects);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives the ids of scikit-image, with more than 65,535 objects and with winding ones', () => {
    const images = [
      { ...randomMask(1200, 1000, 0.35, 1), connectivity: 8 },
      { ...randomMask(1200, 1000, 0.35, 2), connectivity: 4 },
      { ...randomMask(700, 500, 0.407, 3), connectivity: 8 },
      { ...randomMask(700, 500, 0.593, 4), connectivity: 4 },
      { ...randomMask(1, 400, 0.5, 5), connectivity: 8 },
      { ...randomMask(400, 1, 0.5, 6), connectivity: 4 },
    ] as const;
    const expected = labelWithSkimage(images);
    for (const [index, image] of images.entries()) {
      const found = label(image, image.connectivity, 1, 37);
      expect(Buffer.from(found.labels.buffer).equals(Buffer.from(expected[index]!.buffer))).toBe(true);
    }
    expect(Math.max(...expected[1]!.slice(-2000))).toBeGreaterThan(65_535);
  });

  it('joins the arms of a comb and of a spiral into one', () => {
    const comb = { width: 9, mask: Uint8Array.from('101010101101010101111111111'.split('').map(Number)) };
    expect(label(comb, 4).objects).toBe(1);
    const spiral = ['1111111', '0000001', '1111101', '1000101', '1011101', '1000001', '1111111'].join('');
    expect(label({ width: 7, mask: Uint8Array.from(spiral, Number) }, 4).objects).toBe(1);
  });

  it('tells corners from edges', () => {
    const diagonal = { width: 3, mask: Uint8Array.from('100010001', Number) };
    expect(label(diagonal, 4).objects).toBe(3);
    expect(label(diagonal, 8).objects).toBe(1);
  });

  it('does not join across the ends of rows', () => {
    const ends = { width: 4, mask: Uint8Array.from('00011000', Number) };
    expect(label(ends, 4).objects).toBe(2);
    expect(label(ends, 8).objects).toBe(2);
  });

  it('takes rows before finish() and paints rows after it only', () => {
    const labeller = new ComponentLabeller({ width: 2, connectivity: 8, minSize: 1 });
    expect(() => labeller.addRows(new Uint8Array(3))).toThrow(/whole rows/);
    expect(() => labeller.paintRows(0, new Uint16Array(2))).toThrow(/finish/);
    labeller.addRows(new Uint8Array(4));
    expect(labeller.finish()).toEqual({ objects: 0, removed: 0 });
    expect(() => labeller.addRows(new Uint8Array(2))).toThrow(/after finish/);
    expect(() => labeller.paintRows(1, new Uint16Array(4))).toThrow(RangeError);
  });
});
