import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { countValues, createHistogram, otsuThreshold } from '../../src/segmentation/otsu-threshold.ts';
import { applyThreshold } from '../../src/segmentation/apply-threshold.ts';
import { otsuWithSkimage } from '../measurement/skimage-oracle.ts';

/** Otsu's definition in exact fractions, tried at every value. */
function exactOtsu(pixels: readonly number[]): number | undefined {
  let best: { threshold: number; n: bigint; d: bigint } | undefined;
  for (const threshold of [...new Set(pixels)].sort((a, b) => a - b)) {
    const low = pixels.filter((value) => value <= threshold).map(BigInt);
    const high = pixels.filter((value) => value > threshold).map(BigInt);
    if (high.length === 0) continue;
    const [n0, n1] = [BigInt(low.length), BigInt(high.length)];
    const sum = (values: bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
    // n0·n1·(mean0 − mean1)² = (s0·n1 − s1·n0)² / (n0·n1)
    const n = (sum(low) * n1 - sum(high) * n0) ** 2n;
    const d = n0 * n1;
    if (best === undefined || n * best.d > best.n * d) best = { threshold, n, d };
  }
  return best?.threshold;
}

function histogramOf(pixels: readonly number[]): Float64Array {
  const counts = createHistogram(16);
  countValues(Uint16Array.from(pixels), counts);
  return counts;
}

describe('otsuThreshold', () => {
  it('is the exact maximum of the variance between classes, ties going to the lowest', () => {
    const values = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 60 }),
      fc.array(fc.integer({ min: 65_525, max: 65_535 }), { minLength: 2, maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 2, maxLength: 40 }),
    );
    fc.assert(
      fc.property(values, (pixels) => {
        const found = otsuThreshold(histogramOf(pixels));
        expect(found?.threshold).toBe(exactOtsu(pixels));
        if (found !== undefined) {
          expect(found.foreground).toBe(pixels.filter((value) => value > found.threshold).length);
          expect(found.total).toBe(pixels.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not change its choice when all counts are multiplied by millions', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 }), (shape) => {
        const counts = createHistogram(16);
        const many = createHistogram(16);
        for (const [index, count] of shape.entries()) {
          counts[60_000 + index] = count;
          many[60_000 + index] = count * 16_777_259;
        }
        expect(otsuThreshold(many)?.threshold).toBe(otsuThreshold(counts)?.threshold);
      }),
    );
  });

  it('tells candidates apart that differ by less than the rounding of a double', () => {
    const count = 10_000_000_000_000;
    const thresholds = [
      [count, count, count + 1],
      [count + 1, count, count],
    ].map((counts) => otsuThreshold(Float64Array.from(counts))?.threshold);
    // With equal counts both are equally good; one more pixel in 10¹³ decides, by a few parts in 10¹⁴.
    expect(thresholds).toEqual([1, 0]);
  });

  it('finds no threshold where there are fewer than two values', () => {
    expect(otsuThreshold(createHistogram(8))).toBeUndefined();
    expect(otsuThreshold(histogramOf([700, 700, 700]))).toBeUndefined();
  });

  it('agrees with scikit-image on 8 and 16 bit', () => {
    const images = [8, 16].flatMap((bitDepth) =>
      fc
        .sample(
          fc.tuple(
            fc.double({ min: 0.1, max: 0.6, noNaN: true }),
            fc.double({ min: 0.01, max: 0.2, noNaN: true }),
          ),
          { numRuns: 10, seed: bitDepth },
        )
        .map(([centre, spread], index) => {
          const random = createRandom(index + bitDepth);
          const values = Array.from({ length: 64 * 48 }, () => {
            const bell = (random() + random() + random() - 1.5) * spread;
            const level = random() < 0.3 ? centre + 0.3 : centre;
            return Math.round(Math.min(1, Math.max(0, level + bell)) * (2 ** bitDepth - 1));
          });
          return { width: 64, image: bitDepth === 8 ? Uint8Array.from(values) : Uint16Array.from(values) };
        }),
    );
    const ours = images.map(({ image }) => {
      const counts = createHistogram(image instanceof Uint8Array ? 8 : 16);
      countValues(image, counts);
      return otsuThreshold(counts)?.threshold;
    });
    expect(ours).toEqual(otsuWithSkimage(images));
  });
});

describe('applyThreshold', () => {
  it('is strict, writes the given value and counts the foreground', () => {
    const mask = new Uint16Array(4);
    expect(applyThreshold(Uint16Array.of(0, 861, 862, 65_535), 861, mask, 65_535)).toBe(2);
    expect([...mask]).toEqual([0, 0, 65_535, 65_535]);
  });

  it('takes NaN for background', () => {
    const mask = new Uint8Array(3);
    expect(applyThreshold(Float32Array.of(NaN, Infinity, -1), -2, mask, 255)).toBe(2);
    expect([...mask]).toEqual([0, 255, 255]);
  });

  it('refuses a mask of another size', () => {
    expect(() => applyThreshold(new Uint8Array(4), 1, new Uint8Array(3), 255)).toThrow(
      /3 pixels, the image 4/,
    );
  });
});

function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) / 2 ** 24;
}
