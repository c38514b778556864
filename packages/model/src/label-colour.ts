/**
 * A colour per object number: always the same, bright enough for light and dark backgrounds, and far from those
 * of the numbers next to it, which objects that lie side by side tend to have.
 */

/** 2³² divided by the golden ratio: multiples of it, modulo 2³², spread evenly, and the next is never near. */
const GOLDEN = 0x9e3779b9;
/** Saturation and lightness of three turns, so that hues that come near again (5, 8, 13 numbers on) differ. */
const SHADES = [
  [0.85, 0.6],
  [0.65, 0.45],
  [0.95, 0.72],
] as const;

/** Red, green, blue of a positive whole number, 0 to 255 each. */
export function labelColour(id: number): readonly [number, number, number] {
  const hue = ((Math.imul(id, GOLDEN) >>> 0) / 2 ** 32) * 6;
  const [saturation, lightness] = SHADES[id % SHADES.length]!;
  const chroma = (1 - Math.abs(2 * lightness - 1)) * saturation;
  const base = lightness - chroma / 2;
  const level = (shift: number): number => {
    // A trapezoid over the six sixths of the circle.
    const at = (hue + shift) % 6;
    return Math.round(255 * (base + chroma * Math.max(0, Math.min(1, Math.min(at, 4 - at)))));
  };
  return [level(2), level(0), level(4)];
}
