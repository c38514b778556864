/**
 * Measures every object of a label image in one pass, strip by strip. Reading the images is left to
 * `formats`, writing the result to `feature-table`.
 */
import { BoundaryCounter } from './boundary-counter.ts';
import { describeObject, type ObjectFeatures, type PixelSize } from './object-features.ts';
import { ObjectSums, RECORD, SUM, type LabelPixels } from './object-sums.ts';
import type { Pixels } from '../formats/pixels.ts';

export interface MeasurerOptions {
  /** Pixels per row. */
  readonly width: number;
  /** Whether to count boundary pixels (default true); half of the time goes into that. */
  readonly perimeter?: boolean;
  /** µm per pixel, for features in µm; without it those are NaN. */
  readonly pixelSize?: PixelSize | undefined;
}

/** Use: `addRows` from top to bottom, `finish` once, then `objects`. Takes about 170 bytes per object. */
export class ObjectMeasurer {
  readonly #width: number;
  readonly #sums: ObjectSums;
  readonly #boundary: BoundaryCounter | undefined;
  readonly #slots: Uint32Array;
  readonly #pixelSize: PixelSize | undefined;
  #rows = 0;
  #finished = false;

  constructor(options: MeasurerOptions) {
    this.#width = options.width;
    this.#sums = new ObjectSums(options.width);
    this.#boundary = (options.perimeter ?? true) ? new BoundaryCounter(options.width) : undefined;
    this.#slots = new Uint32Array(options.width + 2);
    this.#pixelSize = options.pixelSize;
  }

  /**
   * Adds whole rows below those added so far. Pixels with the same id are one object wherever they lie.
   *
   * @param image gray values at the same places, or `undefined` to leave intensity features NaN
   */
  addRows(labels: LabelPixels, image: Pixels | undefined): void {
    if (this.#finished) throw new Error('rows cannot be added after finish()');
    const rows = labels.length / this.#width;
    if (!Number.isInteger(rows)) {
      throw new RangeError(`${labels.length} pixels are not whole rows of ${this.#width}`);
    }
    if (image !== undefined && image.length !== labels.length) {
      throw new RangeError(`the labels have ${labels.length} pixels, the image ${image.length}`);
    }
    for (let row = 0; row < rows; row++) {
      const slots = this.#boundary?.row ?? this.#slots;
      this.#sums.addRow(labels, image, row * this.#width, this.#rows, slots);
      this.#boundary?.nextRow(this.#sums.count);
      this.#rows++;
    }
  }

  /** Ends the image and returns the number of objects. */
  finish(): number {
    if (this.#finished) throw new Error('finish() may be called once');
    this.#finished = true;
    this.#boundary?.finish(this.#sums.count);
    return this.#sums.count;
  }

  /** Every object once, by rising id, described one at a time. */
  *objects(): Generator<ObjectFeatures, void, undefined> {
    if (!this.#finished) throw new Error('finish() comes before objects()');
    for (const index of this.#indicesById()) {
      const sums = this.#sums.records.subarray(index * RECORD, (index + 1) * RECORD);
      yield describeObject(sums, this.#boundary?.perimeterOf(index + 1) ?? NaN, this.#pixelSize);
    }
  }

  /** The order of first appearance is the order of ids already where `label@1` made the labels. */
  #indicesById(): Uint32Array {
    const { records, count } = this.#sums;
    const idOf = (index: number): number => records[index * RECORD + SUM.id]!;
    const indices = Uint32Array.from({ length: count }, (_, index) => index);
    const isSorted = indices.every((index) => index === 0 || idOf(index - 1) < idOf(index));
    return isSorted ? indices : indices.sort((a, b) => idOf(a) - idOf(b));
  }
}
