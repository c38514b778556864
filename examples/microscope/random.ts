/**
 * Numbers that look random and are the same for the same seed: whatever is rendered can be rendered again.
 */

/** Mulberry32's step turned into a hash of integers: evenly spread in [0, 1). */
export function hash(...values: number[]): number {
  let state = 0x9e3779b9;
  for (const value of values) {
    state = Math.imul(state ^ (value | 0), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return (state >>> 0) / 4294967296;
}

/** How many numbers `normalNumbers` makes: a power of two, so that a bit mask walks round in them. */
export const normalCount = 1 << 16;

const tables = new Map<number, Float32Array>();

/** Standard normal numbers by Box and Muller's method, made once per seed. */
export function normalNumbers(seed: number): Float32Array {
  const known = tables.get(seed);
  if (known) return known;
  const table = new Float32Array(normalCount);
  for (let index = 0; index < normalCount; index++) {
    const radius = Math.sqrt(-2 * Math.log(1 - hash(seed, index, 31)));
    table[index] = radius * Math.cos(2 * Math.PI * hash(seed, index, 32));
  }
  tables.set(seed, table);
  return table;
}
