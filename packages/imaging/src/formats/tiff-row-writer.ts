/**
 * Writes an image row by row into a `TiffWriter`, making each lower resolution from the one above as the rows
 * go by. Memory: one row of tiles per level (so at most 2 × width × tileSize pixels), whatever the height.
 */
import { allocatePixels, releasePixels, type Pixels } from './pixels.ts';
import { halve } from './halve.ts';
import { TiffWriter, type TiffLevel, type TiffWriterOptions } from './tiff-writer.ts';

interface Strip {
  readonly level: TiffLevel;
  readonly pixels: Pixels;
  /** Rows in `pixels`, and rows of tiles written before them. */
  rows: number;
  tileRow: number;
}

export class TiffRowWriter {
  readonly #writer: TiffWriter;
  readonly #strips: Strip[];
  readonly #layout: TiffWriterOptions;

  private constructor(writer: TiffWriter, options: TiffWriterOptions) {
    this.#writer = writer;
    this.#layout = options;
    this.#strips = writer.levels.map((level) => ({
      level,
      pixels: allocatePixels(options.bitDepth, options.sampleFormat, level.width * writer.tileSize),
      rows: 0,
      tileRow: 0,
    }));
  }

  /** As `TiffWriter.create`. */
  static async create(path: string, options: TiffWriterOptions): Promise<TiffRowWriter> {
    return new TiffRowWriter(await TiffWriter.create(path, options), options);
  }

  /**
   * Appends whole rows; the array may be reused when the promise resolves.
   * @throws RangeError if the rows are not whole, or more than the image has
   */
  async writeRows(pixels: Pixels): Promise<void> {
    if (pixels.length % this.#layout.width !== 0) {
      throw new RangeError(`${pixels.length} pixels are not whole rows of ${this.#layout.width}`);
    }
    await this.#append(0, pixels);
  }

  /** As `TiffWriter.finish`; every row must have been written. */
  async finish(): Promise<void> {
    await this.#writer.finish();
  }

  /** As `TiffWriter.abort`. */
  async abort(): Promise<void> {
    await this.#writer.abort();
  }

  async #append(index: number, pixels: Pixels): Promise<void> {
    const strip = this.#strips[index];
    if (strip === undefined) return;
    const { width, height } = strip.level;
    const { tileSize } = this.#writer;
    const count = pixels.length / width;
    for (let done = 0; done < count;) {
      const before = strip.tileRow * tileSize + strip.rows;
      if (before >= height) throw new RangeError(`More than ${height} rows were written`);
      const take = Math.min(count - done, tileSize - strip.rows, height - before);
      strip.pixels.set(pixels.subarray(done * width, (done + take) * width), strip.rows * width);
      strip.rows += take;
      done += take;
      if (strip.rows === tileSize || before + take === height) await this.#flush(index, strip);
    }
  }

  async #flush(index: number, strip: Strip): Promise<void> {
    const { width, columns } = strip.level;
    const { tileSize } = this.#writer;
    for (let column = 0; column < columns; column++) {
      const left = column * tileSize;
      const right = Math.min(width, left + tileSize);
      const tile = allocatePixels(this.#layout.bitDepth, this.#layout.sampleFormat, tileSize ** 2);
      for (let row = 0; row < strip.rows; row++) {
        tile.set(strip.pixels.subarray(row * width + left, row * width + right), row * tileSize);
      }
      await this.#writer.writeTile(index, column, strip.tileRow, tile);
    }
    if (index + 1 < this.#strips.length) {
      // A row of tiles has an even number of rows, so pairs never straddle two of them.
      const half = halve(strip.pixels.subarray(0, strip.rows * width), width);
      await this.#append(index + 1, half);
      releasePixels(half);
    }
    strip.tileRow++;
    strip.rows = 0;
  }
}
