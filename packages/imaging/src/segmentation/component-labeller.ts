/**
 * Connected components of a mask, row by row: union-find over runs of foreground pixels, so that
 * neither the whole mask nor the whole label image need be in memory, and the mask is read once.
 * Reading the mask and writing the labels is left to the caller.
 */
import type { Pixels } from '../formats/pixels.ts';

/** Neighbours that belong together: 4 share an edge, 8 share an edge or a corner. */
export type Connectivity = 4 | 8;

export interface LabellerOptions {
  /** Pixels per row. */
  readonly width: number;
  readonly connectivity: Connectivity;
  /** Components with fewer pixels are left out. */
  readonly minSize: number;
}

/** The components that were found; `removed` counts those below the minimal size. */
export interface ComponentCount {
  readonly objects: number;
  readonly removed: number;
}

const FIRST_RUNS = 4096;
const LAST_COUNT = 0xffffffff;

/**
 * Two passes over runs (A. Rosenfeld and J. Pfaltz, doi:10.1145/321356.321357; runs as in L. He,
 * Y. Chao and K. Suzuki, IEEE Trans. Image Processing 17(5), 2008). Use: `addRows` from top to bottom, `finish`
 * once, then `paintRows` for any rows in any order. Takes 12 to 18 bytes per run and 4 to 6 per row.
 */
export class ComponentLabeller {
  readonly #width: number;
  readonly #reach: number;
  readonly #minSize: number;
  /** Per run, in raster order: first column, column after the last, and a smaller run of its component. */
  #starts = new Uint32Array(FIRST_RUNS);
  #ends = new Uint32Array(FIRST_RUNS);
  #parents = new Uint32Array(FIRST_RUNS);
  #runs = 0;
  /** Per row, its first run; one more entry than rows. */
  #rowRuns = new Uint32Array(1024);
  #rows = 0;
  #finished = false;

  constructor(options: LabellerOptions) {
    this.#width = options.width;
    this.#reach = options.connectivity === 8 ? 1 : 0;
    this.#minSize = options.minSize;
  }

  /** Adds whole rows below those added so far; any value but 0 is foreground. */
  addRows(mask: Pixels): void {
    if (this.#finished) throw new Error('rows cannot be added after finish()');
    if (mask.length % this.#width !== 0) {
      throw new RangeError(`${mask.length} pixels are not whole rows of ${this.#width}`);
    }
    const rows = mask.length / this.#width;
    for (let row = 0; row < rows; row++) {
      this.#findRuns(mask, row * this.#width);
      this.#rows++;
      if (this.#rows + 1 > this.#rowRuns.length) this.#rowRuns = grown(this.#rowRuns);
      this.#rowRuns[this.#rows] = this.#runs;
      if (this.#rows > 1) this.#joinToRowAbove();
    }
  }

  #findRuns(mask: Pixels, offset: number): void {
    const end = offset + this.#width;
    let runs = this.#runs;
    let starts = this.#starts;
    let ends = this.#ends;
    let parents = this.#parents;
    let i = offset;
    for (;;) {
      while (i < end && mask[i] === 0) i++;
      if (i === end) break;
      const start = i;
      do i++;
      while (i < end && mask[i] !== 0);
      if (runs === starts.length) {
        starts = this.#starts = grown(starts);
        ends = this.#ends = grown(ends);
        parents = this.#parents = grown(parents);
      }
      starts[runs] = start - offset;
      ends[runs] = i - offset;
      parents[runs] = runs;
      runs++;
    }
    this.#runs = runs;
  }

  #joinToRowAbove(): void {
    const starts = this.#starts;
    const ends = this.#ends;
    const parents = this.#parents;
    const reach = this.#reach;
    const middle = this.#rowRuns[this.#rows - 1]!;
    const end = this.#runs;
    let above = this.#rowRuns[this.#rows - 2]!;
    for (let run = middle; run < end; run++) {
      const left = starts[run]!;
      const right = ends[run]! + reach;
      while (above < middle && ends[above]! + reach <= left) above++;
      for (let other = above; other < middle && starts[other]! < right; other++) {
        // The smaller run becomes the root, so a root is its component's first run in raster order.
        let a = run;
        let b = other;
        while (parents[a] !== a) a = parents[a] = parents[parents[a]!]!;
        while (parents[b] !== b) b = parents[b] = parents[parents[b]!]!;
        if (a < b) parents[b] = a;
        else parents[a] = b;
      }
    }
  }

  /**
   * Ends the first pass and numbers the components from 1 in the raster order of their first pixels,
   * without gaps.
   */
  finish(): ComponentCount {
    if (this.#finished) throw new Error('finish() may be called once');
    this.#finished = true;
    const parents = this.#parents;
    const sizes = this.#minSize > 1 ? this.#componentSizes() : undefined;
    let objects = 0;
    let removed = 0;
    for (let run = 0; run < this.#runs; run++) {
      const parent = parents[run]!;
      // From here on an entry is a label; a parent is smaller, so it has been turned into one already.
      if (parent !== run) parents[run] = parents[parent]!;
      else if (sizes === undefined || sizes[run]! >= this.#minSize) parents[run] = ++objects;
      else {
        parents[run] = 0;
        removed++;
      }
    }
    return { objects, removed };
  }

  /** Pixels per root; also lets every run point to its root. */
  #componentSizes(): Uint32Array {
    const sizes = new Uint32Array(this.#runs);
    const parents = this.#parents;
    for (let run = 0; run < this.#runs; run++) {
      const root = (parents[run] = parents[parents[run]!]!);
      sizes[root] = Math.min(sizes[root]! + this.#ends[run]! - this.#starts[run]!, LAST_COUNT);
    }
    return sizes;
  }

  /**
   * Fills `labels` with rows from `firstRow` on: 0 is background, 1 … `objects` are components.
   * The array must hold whole rows and be wide enough for the number of objects.
   */
  paintRows(firstRow: number, labels: Uint16Array | Uint32Array): void {
    if (!this.#finished) throw new Error('finish() comes before paintRows()');
    const rows = labels.length / this.#width;
    if (!Number.isInteger(rows) || firstRow + rows > this.#rows) {
      throw new RangeError(`rows ${firstRow} to ${firstRow + rows} are not among the ${this.#rows} added`);
    }
    labels.fill(0);
    for (let row = 0; row < rows; row++) {
      const offset = row * this.#width;
      const last = this.#rowRuns[firstRow + row + 1]!;
      for (let run = this.#rowRuns[firstRow + row]!; run < last; run++) {
        const label = this.#parents[run]!;
        if (label === 0) continue;
        const end = offset + this.#ends[run]!;
        for (let i = offset + this.#starts[run]!; i < end; i++) labels[i] = label;
      }
    }
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.ceil(array.length * 1.5));
  larger.set(array);
  return larger;
}
