/** The first and the last coordinate of an axis, as people write them. */

/** `1–12`, `1-12`, `1..12`, `1 to 12`; undefined where it is none. */
export function readExtent(text: string): readonly [number, number] | undefined {
  const found = /^\s*(-?\d+)\s*(?:–|-|\.\.|to)\s*(-?\d+)\s*$/.exec(text);
  const [first, last] = [Number(found?.[1]), Number(found?.[2])];
  return found !== null && first <= last && Math.max(-first, last) <= 2 ** 30 ? [first, last] : undefined;
}
