/**
 * Two-dimensional complex Fourier transforms over `@echogarden/pffft-wasm`, in buffers that are kept
 * between calls. What is transformed and why is left to `phase-correlation.ts`.
 */
import createPffft, { type Pffft } from '@echogarden/pffft-wasm/simd';

const COMPLEX = 1;
const FORWARD = 0;
const BACKWARD = 1;
/** Edge of the blocks in which a plane is transposed; 32×32 complex numbers stay in the first cache. */
const BLOCK = 32;

/** Lengths that the library transforms: 16 × 2^a × 3^b × 5^c, ascending, up to the largest tile's side. */
const SMOOTH_LENGTHS: readonly number[] = (() => {
  const lengths: number[] = [];
  for (let two = 16; two <= 65536; two *= 2) {
    for (let three = two; three <= 65536; three *= 3) {
      for (let five = three; five <= 65536; five *= 5) lengths.push(five);
    }
  }
  return lengths.sort((one, other) => one - other);
})();

/** The longest transform length (at least 16) that is not above `length`; `undefined` below 16. */
export function smoothLength(length: number): number | undefined {
  return SMOOTH_LENGTHS.findLast((candidate) => candidate <= length);
}

/** A plane of `rows` × `columns` complex numbers, interleaved. Views die when another plane is opened. */
export interface OpenPlane {
  readonly rows: number;
  readonly columns: number;
  /** Row by row before `forward` and after `backward`; column by column (transposed) between the two. */
  readonly values: Float32Array;
  forward(): void;
  backward(): void;
}

/** Owns the library's memory. One per thread: the library's heap cannot be shared. */
export class FourierPlanes {
  readonly #library: Pffft;
  readonly #setups = new Map<number, number>();
  #capacity = 0;
  #first = 0;
  #second = 0;
  #work = 0;

  private constructor(library: Pffft) {
    this.#library = library;
  }

  static async create(): Promise<FourierPlanes> {
    return new FourierPlanes(await createPffft());
  }

  /** Lends the plane's buffer; both lengths must come from `smoothLength`. The values are not cleared. */
  open(rows: number, columns: number): OpenPlane {
    this.#reserve(rows * columns, Math.max(rows, columns));
    const alongColumns = this.#setup(columns);
    const alongRows = this.#setup(rows);
    const values = this.#library.HEAPF32.subarray(this.#first / 4, this.#first / 4 + 2 * rows * columns);
    return {
      rows,
      columns,
      values,
      forward: () => {
        this.#transformLines(alongColumns, rows, columns, FORWARD);
        this.#transpose(rows, columns);
        this.#transformLines(alongRows, columns, rows, FORWARD);
      },
      backward: () => {
        this.#transformLines(alongRows, columns, rows, BACKWARD);
        this.#transpose(columns, rows);
        this.#transformLines(alongColumns, rows, columns, BACKWARD);
      },
    };
  }

  #reserve(area: number, longest: number): void {
    const capacity = Math.max(area, longest);
    if (capacity <= this.#capacity) return;
    for (const pointer of [this.#first, this.#second, this.#work]) {
      if (pointer !== 0) this.#library._pffft_aligned_free(pointer);
    }
    this.#first = this.#library._pffft_aligned_malloc(capacity * 8);
    this.#second = this.#library._pffft_aligned_malloc(capacity * 8);
    this.#work = this.#library._pffft_aligned_malloc(65536 * 8);
    this.#capacity = capacity;
    if (this.#first === 0 || this.#second === 0 || this.#work === 0) {
      throw new Error(`No memory for a transform of ${area} values`);
    }
  }

  #setup(length: number): number {
    let setup = this.#setups.get(length);
    if (setup === undefined) {
      setup = this.#library._pffft_new_setup(length, COMPLEX);
      if (setup === 0) throw new Error(`The transform library refuses the length ${length}`);
      this.#setups.set(length, setup);
    }
    return setup;
  }

  #transformLines(setup: number, lines: number, length: number, direction: number): void {
    const library = this.#library;
    for (let line = 0; line < lines; line++) {
      const at = this.#first + line * length * 8;
      library._pffft_transform_ordered(setup, at, at, this.#work, direction);
    }
  }

  /** Turns the first buffer's rows into columns, moving each complex number as one 64-bit value. */
  #transpose(rows: number, columns: number): void {
    const heap = this.#library.HEAPF64;
    const from = this.#first / 8;
    const to = this.#second / 8;
    for (let row0 = 0; row0 < rows; row0 += BLOCK) {
      const row1 = Math.min(rows, row0 + BLOCK);
      for (let column0 = 0; column0 < columns; column0 += BLOCK) {
        const column1 = Math.min(columns, column0 + BLOCK);
        for (let column = column0; column < column1; column++) {
          for (let row = row0; row < row1; row++) {
            heap[to + column * rows + row] = heap[from + row * columns + column] ?? 0;
          }
        }
      }
    }
    heap.copyWithin(from, to, to + rows * columns);
  }
}
