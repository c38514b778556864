import { describe, expect, it } from 'vitest';
import { paintLabels, type LabelLook } from '../../src/viewer/paint-labels.ts';

// Two objects that touch, and background.
const width = 5;
// prettier-ignore
const ids = Uint32Array.of(
  0, 0, 0, 0, 0,
  0, 1, 1, 1, 2,
  0, 1, 1, 1, 2,
  0, 1, 1, 1, 2,
  0, 0, 0, 0, 0,
);
const paint = (look: Partial<LabelLook>): Uint32Array => {
  const out = new Uint32Array(ids.length);
  paintLabels(ids, width, { style: 'fill', opacity: 1, marked: 0, ...look }, out);
  return out;
};
const alpha = (pixel: number | undefined): number => (pixel ?? 0) >>> 24;

describe('objects on an image', () => {
  it('are filled, each in one colour, and background is clear', () => {
    const out = paint({ opacity: 0.5 });
    expect(new Set(Array.from(out, (pixel, i) => `${ids[i]} ${pixel}`)).size).toBe(3);
    expect(out[6]).not.toBe(out[9]);
    expect([alpha(out[0]), alpha(out[12])]).toEqual([0, 128]);
  });

  it('are outlined where they end, also against one another', () => {
    const out = paint({ style: 'outline' });
    const drawn = Array.from(out, (pixel) => alpha(pixel) > 0);
    expect(drawn[12]).toBe(false);
    expect([6, 7, 8, 11, 13, 16, 17, 18, 9].every((i) => drawn[i])).toBe(true);
  });

  it('show the marked one with a white edge, and fade those that are not chosen', () => {
    const out = paint({ marked: 1, among: new Set([1]) });
    expect(out[6]! >>> 0).toBe(0xffffffff);
    expect(alpha(out[12])).toBe(255);
    expect(alpha(out[14])).toBe(64);
  });
});
