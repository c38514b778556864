/**
 * Counts, per object, the boundary pixels of each kind from which its perimeter is estimated.
 * Knows three rows at a time; the numbering of objects is left to `object-sums`.
 */

/** Kinds of boundary pixel per object: those that count 1, √2 and (1 + √2)/2. */
const KINDS = 3;

/**
 * A boundary pixel's kind by its neighbours on the same object's boundary: entry `edges + 5·corners`,
 * where `edges` of them share an edge with it and `corners` a corner; 0 counts nothing.
 */
const KIND = new Uint8Array(25);
for (const code of [2, 3, 7, 8, 12, 13]) KIND[code] = 1;
for (const code of [10, 16]) KIND[code] = 2;
for (const code of [6, 11]) KIND[code] = 3;

/**
 * The perimeter estimator of K. Benkrid, D. Crookes and A. Benkrid, "Design and FPGA implementation of
 * a perimeter estimator" (Irish Machine Vision and Image Processing Conference, 2000), which scikit-image
 * also uses: a boundary pixel is one with an edge neighbour outside its object, the border of the image
 * included; it counts by the arrangement of boundary pixels around it.
 */
export class BoundaryCounter {
  #counts = new Uint32Array(KINDS * 256);
  readonly #width: number;
  /** Three rows of objects and of boundaries, each with an empty pixel at both ends. */
  #objects: [Uint32Array, Uint32Array, Uint32Array];
  #boundary: [Uint32Array, Uint32Array, Uint32Array];

  constructor(width: number) {
    this.#width = width;
    this.#objects = [new Uint32Array(width + 2), new Uint32Array(width + 2), new Uint32Array(width + 2)];
    this.#boundary = [new Uint32Array(width + 2), new Uint32Array(width + 2), new Uint32Array(width + 2)];
  }

  /** The row to fill before `nextRow`: object numbers from 1, or 0, from entry 1 on. */
  get row(): Uint32Array {
    return this.#objects[2];
  }

  /** Takes in the row that was filled; `objects` is the number of objects met so far. */
  nextRow(objects: number): void {
    if (objects * KINDS > this.#counts.length) {
      const larger = new Uint32Array(Math.max(objects * KINDS, this.#counts.length * 2));
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#markBoundary();
    this.#countBoundary();
    const [first, second, third] = this.#objects;
    this.#objects = [second, third, first];
    const [above, middle, below] = this.#boundary;
    this.#boundary = [middle, below, above];
  }

  /** Ends the image: two empty rows let the last ones be counted. */
  finish(objects: number): void {
    for (let i = 0; i < 2; i++) {
      this.row.fill(0);
      this.nextRow(objects);
    }
  }

  /** The perimeter in pixels of object `number`, counted from 1. To be read after `finish`. */
  perimeterOf(number: number): number {
    const at = (number - 1) * KINDS;
    const straight = this.#counts[at]!;
    const diagonal = this.#counts[at + 1]!;
    const mixed = this.#counts[at + 2]!;
    return straight + diagonal * Math.SQRT2 + (mixed * (1 + Math.SQRT2)) / 2;
  }

  /** Marks the boundary of the middle row, which lies between the first row and the new one. */
  #markBoundary(): void {
    const [above, row, below] = this.#objects;
    const boundary = this.#boundary[2];
    const width = this.#width;
    for (let x = 1; x <= width; x++) {
      const object = row[x]!;
      if (object === 0) {
        boundary[x] = 0;
        continue;
      }
      const inside =
        object === row[x + 1] && object === row[x - 1] && object === above[x] && object === below[x];
      boundary[x] = inside ? 0 : object;
    }
  }

  /** Counts the boundary pixels of the row before that, whose neighbours are all marked now. */
  #countBoundary(): void {
    const [above, row, below] = this.#boundary;
    const counts = this.#counts;
    const width = this.#width;
    for (let x = 1; x <= width; x++) {
      const object = row[x]!;
      if (object === 0) continue;
      let code = 0;
      if (row[x - 1] === object) code++;
      if (row[x + 1] === object) code++;
      if (above[x] === object) code++;
      if (below[x] === object) code++;
      if (above[x - 1] === object) code += 5;
      if (above[x + 1] === object) code += 5;
      if (below[x - 1] === object) code += 5;
      if (below[x + 1] === object) code += 5;
      const kind = KIND[code]!;
      if (kind !== 0) counts[(object - 1) * KINDS + kind - 1]!++;
    }
  }
}
