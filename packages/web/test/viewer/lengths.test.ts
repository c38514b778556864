import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseScaleBar, distanceOf, formatLength, longestBar } from '../../src/viewer/lengths.ts';

describe('lengths', () => {
  it.each([
    [0, '0 µm'],
    [0.0032, '3.2 nm'],
    [0.9996, '1 µm'],
    [48.53, '48.5 µm'],
    [999.6, '1 mm'],
    [1240, '1.24 mm'],
    [2_500_000, '2.5 m'],
  ])('of %d µm are shown as %s', (um, text) => {
    expect(formatLength(um)).toBe(text);
  });

  it('between two points follow the size of a pixel on each axis', () => {
    expect(distanceOf({ x: 0, y: 0 }, { x: 3, y: 4 }, { x: 1, y: 2 })).toEqual({
      px: 5,
      um: Math.hypot(3, 8),
    });
    expect(distanceOf({ x: 1, y: 1 }, { x: 1, y: 3 }, undefined)).toEqual({ px: 2, um: undefined });
  });
});

describe('a scale bar', () => {
  it('is 1, 2 or 5 times a power of ten, and the longest of them that fits', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (scale, um) => {
          const { width } = chooseScaleBar(scale, { x: um, y: um }, longestBar);
          const length = (width / scale) * um;
          const digit = length / 10 ** Math.floor(Math.log10(length) + 1e-9);
          expect([1, 2, 5].some((one) => Math.abs(one - digit) < 1e-6)).toBe(true);
          expect(width).toBeLessThanOrEqual(longestBar * (1 + 1e-6));
          expect(width).toBeGreaterThan(longestBar / 2.5 - 1e-6);
        },
      ),
    );
  });

  it('is of whole pixels where the image tells no size of one', () => {
    expect(chooseScaleBar(1, undefined, 150)).toEqual({ label: '100 px', width: 100 });
    expect(chooseScaleBar(400, undefined, 150)).toEqual({ label: '1 px', width: 400 });
  });
});
