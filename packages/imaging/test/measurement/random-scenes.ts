/**
 * Random label images with gray values for the tests of features: noise with thousands of objects, shapes
 * over each other (objects in pieces, with holes, touching the border), lines and single pixels.
 */
import fc from 'fast-check';
import type { LabelPixels } from '../../src/measurement/object-sums.ts';
import { ComponentLabeller } from '../../src/segmentation/component-labeller.ts';
import type { Pixels } from '../../src/formats/pixels.ts';

export interface Scene {
  readonly width: number;
  readonly labels: LabelPixels;
  readonly image: Pixels;
}

type Kind = 'box' | 'disc' | 'ring' | 'line' | 'pixel' | 'hole';

const shapes = fc.record({
  kind: fc.constantFrom<Kind>('box', 'disc', 'ring', 'line', 'pixel', 'hole'),
  id: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 65_536, max: 0xffffffff })),
  x: fc.integer({ min: -10, max: 110 }).map((percent) => percent / 100),
  y: fc.integer({ min: -10, max: 110 }).map((percent) => percent / 100),
  size: fc.integer({ min: 1, max: 30 }),
  angle: fc.integer({ min: 0, max: 7 }),
});

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 130 }),
  height: fc.integer({ min: 1, max: 110 }),
});

const painted = fc
  .record({ size: sizes, list: fc.array(shapes, { maxLength: 40, size: 'max' }) })
  .map(({ size, list }) => {
    const labels = new Uint32Array(size.width * size.height);
    for (const shape of list) paint(labels, size.width, size.height, shape);
    return { width: size.width, labels };
  });

const noisy = fc
  .record({
    width: fc.integer({ min: 1, max: 400 }),
    height: fc.integer({ min: 1, max: 300 }),
    density: fc.double({ min: 0.05, max: 0.7, noNaN: true }),
    seed: fc.integer(),
    connectivity: fc.constantFrom<4 | 8>(4, 8),
  })
  .map(({ width, height, density, seed, connectivity }) => {
    const random = createRandom(seed);
    const mask = Uint8Array.from({ length: width * height }, () => (random() < density ? 1 : 0));
    const labeller = new ComponentLabeller({ width, connectivity, minSize: 1 });
    labeller.addRows(mask);
    labeller.finish();
    const labels = new Uint16Array(width * height);
    labeller.paintRows(0, labels);
    return { width, labels };
  });

type Grays = 'bytes' | 'bright' | 'words' | 'flat' | 'floats';

/** Scenes with labels of 16 and 32 bits and images of 8, 16 and 32 bits. */
export const scenes: fc.Arbitrary<Scene> = fc
  .record({
    base: fc.oneof({ arbitrary: painted, weight: 3 }, { arbitrary: noisy, weight: 1 }),
    grays: fc.constantFrom<Grays>('bytes', 'bright', 'words', 'flat', 'floats'),
    seed: fc.integer(),
  })
  .map(({ base, grays, seed }) => ({ ...base, image: grayValues(grays, base.labels.length, seed) }));

function grayValues(grays: Grays, length: number, seed: number): Pixels {
  const random = createRandom(seed);
  switch (grays) {
    case 'bytes':
      return Uint8Array.from({ length }, () => random() * 256);
    case 'bright':
      return Uint16Array.from({ length }, () => 65_535 - random() * 4);
    case 'words':
      return Uint16Array.from({ length }, () => random() ** 4 * 65_536);
    case 'flat':
      return new Uint16Array(length).fill(4321);
    case 'floats':
      return Float32Array.from({ length }, () => random() * 2 - 1);
  }
}

function paint(labels: Uint32Array, width: number, height: number, shape: Shape): void {
  const cx = Math.round(shape.x * width);
  const cy = Math.round(shape.y * height);
  const set = (x: number, y: number, id: number): void => {
    if (x >= 0 && x < width && y >= 0 && y < height) labels[y * width + x] = id;
  };
  const id = shape.kind === 'hole' ? 0 : shape.id;
  switch (shape.kind) {
    case 'pixel':
      set(cx, cy, id);
      return;
    case 'line': {
      const [dx, dy] = [
        Math.round(Math.cos((shape.angle * Math.PI) / 4)),
        Math.round(Math.sin((shape.angle * Math.PI) / 4)),
      ];
      for (let i = 0; i < shape.size; i++) set(cx + i * dx, cy + i * dy, id);
      return;
    }
    case 'box':
    case 'disc':
    case 'ring':
    case 'hole':
      for (let y = -shape.size; y <= shape.size; y++) {
        for (let x = -shape.size; x <= shape.size; x++) {
          const radius = Math.hypot(x, y * (1 + shape.angle / 4));
          const inside = shape.kind === 'box' ? Math.abs(y) * 2 <= shape.size : radius <= shape.size;
          if (inside && !(shape.kind === 'ring' && radius < shape.size - 2)) set(cx + x, cy + y, id);
        }
      }
  }
}

function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) / 2 ** 24;
}
