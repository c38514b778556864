/**
 * The sums per object from which every feature is computed, gathered in one pass over the pixels.
 * Rows come from top to bottom in strips of any height. What the sums mean is left to `object-features`,
 * boundaries to `boundary-counter`.
 */
import type { Pixels } from '../formats/pixels.ts';

/** Pixels that hold object ids: 0 is background. */
export type LabelPixels = Uint8Array | Uint16Array | Uint32Array;

/** Where a sum lies within an object's record. Coordinates count from `x0`, `y0`, values from `v0`. */
export const SUM = {
  id: 0,
  area: 1,
  x0: 2,
  y0: 3,
  x: 4,
  y: 5,
  xx: 6,
  xy: 7,
  yy: 8,
  v0: 9,
  v: 10,
  vv: 11,
  vvv: 12,
  vvvv: 13,
  min: 14,
  max: 15,
  minX: 16,
  endX: 17,
  endY: 18,
  /** The area from which on `v0` is moved to the mean. */
  nextShift: 19,
} as const;

/** Numbers per object in `ObjectSums.records`. */
export const RECORD = 20;

/** An object's values are counted from their mean anew whenever its area has grown by this factor. */
const SHIFT_GROWTH = 8;

const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/**
 * One record of 20 doubles per object, and nothing per pixel. Sums of positions are taken about the
 * object's first pixel, which keeps them small wherever the object lies. Sums of values are taken
 * about the mean of at least an eighth of the values summed so far, which bounds cancellation: the
 * variance contains the distance between that mean and the final one, so n·(final mean − v0)² is at
 * most 7 times the sum of squared deviations, whatever the order of the values.
 */
export class ObjectSums {
  /** Records in the order in which objects were first met. */
  records = new Float64Array(RECORD * 256);
  count = 0;
  readonly #width: number;
  /** Ids are looked up in pages, because 32-bit ids may be sparse. */
  readonly #pages = new Map<number, Uint32Array>();

  constructor(width: number) {
    this.#width = width;
  }

  /**
   * Adds one row. `slots` (at least `width + 2` entries) receives, from entry 1 on, the number of each
   * pixel's object counted from 1 in order of appearance, or 0.
   *
   * @param image gray values of the same layout as `labels`, or `undefined` to leave intensities out
   * @param offset where the row begins in `labels` and `image`
   * @param y the row's number in the whole image
   */
  addRow(
    labels: LabelPixels,
    image: Pixels | undefined,
    offset: number,
    y: number,
    slots: Uint32Array,
  ): void {
    const end = offset + this.#width;
    const shift = 1 - offset;
    slots.fill(0);
    let i = offset;
    while (i < end) {
      const id = labels[i]!;
      if (id === 0) {
        i++;
        continue;
      }
      const start = i;
      do i++;
      while (i < end && labels[i] === id);
      const slot = this.#slotOf(id, start - offset, y, image?.[start] ?? 0);
      for (let k = start; k < i; k++) slots[k + shift] = slot;
      const record = (slot - 1) * RECORD;
      this.#addRunPosition(record, start - offset, i - offset, y);
      if (image !== undefined) addRunValues(this.records, record, image, start, i);
    }
  }

  #slotOf(id: number, x: number, y: number, value: number): number {
    const pageNumber = id >>> PAGE_BITS;
    let page = this.#pages.get(pageNumber);
    if (page === undefined) this.#pages.set(pageNumber, (page = new Uint32Array(PAGE)));
    const known = page[id & (PAGE - 1)]!;
    if (known !== 0) return known;
    const record = this.count * RECORD;
    if (record === this.records.length) {
      const larger = new Float64Array(record * 2);
      larger.set(this.records);
      this.records = larger;
    }
    const records = this.records;
    records[record + SUM.id] = id;
    records[record + SUM.x0] = x;
    records[record + SUM.y0] = y;
    records[record + SUM.v0] = value;
    records[record + SUM.min] = Infinity;
    records[record + SUM.max] = -Infinity;
    records[record + SUM.minX] = x;
    records[record + SUM.nextShift] = SHIFT_GROWTH;
    this.count++;
    return (page[id & (PAGE - 1)] = this.count);
  }

  /** Adds the pixels `startX … endX − 1` of a row by closed formulas. */
  #addRunPosition(record: number, startX: number, endX: number, y: number): void {
    const r = this.records;
    const n = endX - startX;
    const x = (startX + endX - 1) / 2 - r[record + SUM.x0]!;
    const dy = y - r[record + SUM.y0]!;
    r[record + SUM.area]! += n;
    r[record + SUM.x]! += n * x;
    r[record + SUM.y]! += n * dy;
    r[record + SUM.xx]! += n * x * x + (n * (n * n - 1)) / 12;
    r[record + SUM.xy]! += n * x * dy;
    r[record + SUM.yy]! += n * dy * dy;
    if (startX < r[record + SUM.minX]!) r[record + SUM.minX] = startX;
    if (endX > r[record + SUM.endX]!) r[record + SUM.endX] = endX;
    r[record + SUM.endY] = y + 1;
  }
}

function addRunValues(r: Float64Array, record: number, image: Pixels, start: number, end: number): void {
  const v0 = r[record + SUM.v0]!;
  let min = r[record + SUM.min]!;
  let max = r[record + SUM.max]!;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  for (let i = start; i < end; i++) {
    const value = image[i]!;
    const d = value - v0;
    const dd = d * d;
    s1 += d;
    s2 += dd;
    s3 += dd * d;
    s4 += dd * dd;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  r[record + SUM.v]! += s1;
  r[record + SUM.vv]! += s2;
  r[record + SUM.vvv]! += s3;
  r[record + SUM.vvvv]! += s4;
  r[record + SUM.min] = min;
  r[record + SUM.max] = max;
  if (r[record + SUM.area]! >= r[record + SUM.nextShift]!) shiftToMean(r, record, image);
}

/** Moves `v0` to the mean of the values so far; to a whole number where values are, so that sums stay exact. */
function shiftToMean(r: Float64Array, record: number, image: Pixels): void {
  const n = r[record + SUM.area]!;
  r[record + SUM.nextShift] = n * SHIFT_GROWTH;
  const v0 = r[record + SUM.v0]!;
  const s1 = r[record + SUM.v]!;
  const s2 = r[record + SUM.vv]!;
  const s3 = r[record + SUM.vvv]!;
  const mean = v0 + s1 / n;
  const target = image instanceof Float32Array ? Math.fround(mean) : Math.round(mean);
  const d = target - v0;
  if (d === 0 || !Number.isFinite(d)) return;
  r[record + SUM.v0] = target;
  r[record + SUM.v] = s1 - n * d;
  r[record + SUM.vv] = s2 - d * (2 * s1 - n * d);
  r[record + SUM.vvv] = s3 - d * (3 * s2 - d * (3 * s1 - n * d));
  r[record + SUM.vvvv]! -= d * (4 * s3 - d * (6 * s2 - d * (4 * s1 - n * d)));
}
