/**
 * Writes a tiled, deflated OME-TIFF tile by tile, in any order, with optional lower resolutions as SubIFDs.
 * It holds only the tiles that are being compressed. Cutting rows into tiles and making the lower
 * resolutions is `tiff-row-writer.ts`'s; making the bytes durable (fsync) is the caller's.
 */
import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { GantryError } from '@gantry/model';
import { encodeTile, predictorPays } from './encode-tiff-tile.ts';
import { buildOmeXml, type ImageMetadata, type PhysicalSize } from './ome-metadata.ts';
import { releaseBytes, type PixelLayout, type Pixels } from './pixels.ts';
import { TAG } from './read-tiff-directory.ts';
import { HEAD_BYTES, layoutDirectory, layoutHead, type TiffValue } from './tiff-layout.ts';

export interface TiffWriterOptions extends PixelLayout {
  /** Pixels, a multiple of 16. Default 512, or what a smaller image needs. */
  readonly tileSize?: number;
  /** Resolutions, the full one included; each is half of the one before, rounded up. Default 1. */
  readonly levels?: number;
  readonly metadata?: ImageMetadata;
  /** BigTIFF even where 4 GiB would do; by default only where they do not. */
  readonly bigTiff?: boolean;
}

/** One resolution of the file. */
export interface TiffLevel {
  readonly width: number;
  readonly height: number;
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
}

interface LevelState extends TiffLevel {
  offsets: number[];
  byteCounts: number[];
  written: number;
}

/** The number of resolutions at which the smallest fits into one tile. */
export function levelsToOneTile(width: number, height: number, tileSize: number): number {
  let levels = 1;
  for (let size = Math.max(width, height); size > tileSize; size = Math.ceil(size / 2)) levels++;
  return levels;
}

export class TiffWriter {
  readonly tileSize: number;
  readonly levels: readonly TiffLevel[];
  readonly #states: LevelState[];
  readonly #options: TiffWriterOptions;
  readonly #path: string;
  readonly #partial: string;
  readonly #handle: FileHandle;
  readonly #pending = new Set<Promise<void>>();
  // Two per thread of libuv's pool keep it busy; more only costs memory.
  readonly #mostPending = 2 * Math.min(4, availableParallelism());
  #end = HEAD_BYTES;
  #predictor: boolean | undefined;
  #failure: Error | undefined;
  #closed = false;

  private constructor(path: string, partial: string, handle: FileHandle, options: TiffWriterOptions) {
    this.#path = path;
    this.#partial = partial;
    this.#handle = handle;
    this.#options = options;
    this.tileSize = options.tileSize ?? defaultTileSize(options);
    this.#states = Array.from({ length: options.levels ?? 1 }, (_, level) => {
      const width = Math.ceil(options.width / 2 ** level);
      const height = Math.ceil(options.height / 2 ** level);
      const columns = Math.ceil(width / this.tileSize);
      const rows = Math.ceil(height / this.tileSize);
      const blank = (): number[] => new Array<number>(columns * rows).fill(0);
      return { width, height, columns, rows, offsets: blank(), byteCounts: blank(), written: 0 };
    });
    this.levels = this.#states;
  }

  /**
   * Begins a file under a temporary name beside `path`; `finish` gives it its name, `abort` removes it.
   * @throws GantryError `image-shape` for sizes or tile sizes that no TIFF can have
   */
  static async create(path: string, options: TiffWriterOptions): Promise<TiffWriter> {
    const { width, height, tileSize = defaultTileSize(options) } = options;
    const whole = [width, height, tileSize].every((size) => Number.isInteger(size) && size > 0);
    if (!whole || tileSize % 16 !== 0 || Math.max(width, height) >= 2 ** 31) {
      throw new GantryError(
        'image-shape',
        `No TIFF of ${width}×${height} pixels in tiles of ${tileSize} can be written to ${path}`,
        { file: path, mend: 'Sizes are whole and positive; the tile size is a multiple of 16.' },
      );
    }
    const partial = `${path}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
    return new TiffWriter(path, partial, await open(partial, 'wx'), options);
  }

  /**
   * Takes one tile of tileSize² pixels (the part outside the image is written as it is; zeros are best) and
   * releases the array when it is compressed. Resolves when there is room for the next one, not when this one is written.
   * @throws whatever went wrong with any earlier tile
   */
  async writeTile(level: number, column: number, row: number, pixels: Pixels): Promise<void> {
    const state = this.#states[level];
    if (state === undefined || column >= state.columns || row >= state.rows) {
      throw new RangeError(`No tile (${column}, ${row}) at level ${level} of ${this.#path}`);
    }
    if (pixels.length !== this.tileSize ** 2) {
      throw new RangeError(`A tile of ${pixels.length} pixels is not ${this.tileSize}² for ${this.#path}`);
    }
    while (this.#pending.size >= this.#mostPending) await Promise.race(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
    this.#predictor ??= predictorPays(pixels, this.tileSize);
    const job: Promise<void> = this.#encodeAndWrite(
      state,
      row * state.columns + column,
      pixels,
      this.#predictor,
    )
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#pending.delete(job));
    this.#pending.add(job);
  }

  /**
   * Writes the directories and gives the file its name, replacing one of that name.
   * @throws Error if a tile is missing, or whatever went wrong with one; the temporary file is removed then
   */
  async finish(): Promise<void> {
    try {
      await Promise.all(this.#pending);
      if (this.#failure !== undefined) throw this.#failure;
      const missing = this.#states.find((state) => state.written !== state.columns * state.rows);
      if (missing !== undefined) {
        throw new Error(
          `${missing.written} of ${missing.columns * missing.rows} tiles written to ${this.#path}`,
        );
      }
      await this.#writeDirectories();
      this.#closed = true;
      await this.#handle.close();
      await rename(this.#partial, this.#path);
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  /** Removes what was written. Does nothing after `finish`. */
  async abort(): Promise<void> {
    await Promise.all(this.#pending);
    if (!this.#closed) {
      this.#closed = true;
      await this.#handle.close();
    }
    await rm(this.#partial, { force: true });
  }

  async #encodeAndWrite(state: LevelState, index: number, pixels: Pixels, predictor: boolean): Promise<void> {
    const bytes = await encodeTile(pixels, this.tileSize, predictor);
    const offset = this.#reserve(bytes.length);
    if (state.byteCounts[index] === 0) state.written++;
    state.offsets[index] = offset;
    state.byteCounts[index] = bytes.length;
    await this.#writeAt(bytes, offset);
    releaseBytes(bytes);
  }

  async #writeDirectories(): Promise<void> {
    const description = buildOmeXml(this.#options, this.#options.metadata ?? {});
    const tiles = this.#states.reduce((sum, state) => sum + state.offsets.length, 0);
    const mostDirectoryBytes = tiles * 16 + this.#states.length * 1024 + Buffer.byteLength(description);
    const big = this.#options.bigTiff ?? this.#end + mostDirectoryBytes >= 2 ** 32;
    const subIfds: number[] = [];
    for (const state of this.#states.slice(1)) {
      subIfds.push(await this.#writeDirectory(this.#entriesOf(state).set(TAG.newSubfileType, long(1)), big));
    }
    const [full] = this.#states;
    if (full === undefined) throw new Error(`No resolutions in ${this.#path}`);
    const entries = this.#entriesOf(full);
    entries.set(TAG.newSubfileType, long(0)).set(TAG.imageDescription, { type: 'ascii', text: description });
    entries.set(TAG.software, { type: 'ascii', text: 'Gantry' });
    this.#addResolution(entries);
    if (subIfds.length > 0) entries.set(TAG.subIfds, { type: 'directory', values: subIfds });
    const first = await this.#writeDirectory(entries, big);
    await this.#writeAt(layoutHead(first, big), 0);
  }

  async #writeDirectory(entries: Map<number, TiffValue>, big: boolean): Promise<number> {
    const offset = this.#end;
    const bytes = layoutDirectory(entries, offset, big);
    this.#reserve(bytes.length);
    await this.#writeAt(bytes, offset);
    return offset;
  }

  #entriesOf(state: LevelState): Map<number, TiffValue> {
    const short = (value: number): TiffValue => ({ type: 'short', values: [value] });
    return new Map<number, TiffValue>([
      [TAG.imageWidth, long(state.width)],
      [TAG.imageLength, long(state.height)],
      [TAG.bitsPerSample, short(this.#options.bitDepth)],
      [TAG.compression, short(8)], // deflate, as Adobe registered it
      [TAG.photometric, short(1)], // black is zero
      [TAG.samplesPerPixel, short(1)],
      [TAG.planarConfiguration, short(1)],
      [TAG.predictor, short(this.#predictor === true ? 2 : 1)],
      [TAG.tileWidth, long(this.tileSize)],
      [TAG.tileLength, long(this.tileSize)],
      [TAG.tileOffsets, { type: 'offset', values: state.offsets }],
      [TAG.tileByteCounts, { type: 'long', values: state.byteCounts }],
      [TAG.sampleFormat, short(this.#options.sampleFormat === 'float' ? 3 : 1)],
    ]);
  }

  /** For readers that know nothing of OME: pixels per centimetre, where the size is a length. */
  #addResolution(entries: Map<number, TiffValue>): void {
    const x = perCentimetre(this.#options.metadata?.physicalSizeX);
    const y = perCentimetre(this.#options.metadata?.physicalSizeY);
    if (x === undefined || y === undefined) return;
    entries.set(TAG.xResolution, { type: 'rational', value: x });
    entries.set(TAG.yResolution, { type: 'rational', value: y });
    entries.set(TAG.resolutionUnit, { type: 'short', values: [3] });
  }

  /** The next free even offset. */
  #reserve(length: number): number {
    const offset = this.#end;
    this.#end += length + (length % 2);
    return offset;
  }

  async #writeAt(bytes: Buffer, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, offset + done);
      done += bytesWritten;
    }
  }
}

function defaultTileSize({ width, height }: TiffWriterOptions): number {
  return Math.max(16, Math.min(512, Math.ceil(Math.max(width, height) / 16) * 16));
}

function long(value: number): TiffValue {
  return { type: 'long', values: [value] };
}

function perCentimetre(size: PhysicalSize | undefined): number | undefined {
  const metres: Record<string, number> = { m: 1, cm: 1e-2, mm: 1e-3, µm: 1e-6, μm: 1e-6, nm: 1e-9 };
  const unit = size === undefined ? undefined : metres[size.unit];
  return size === undefined || unit === undefined ? undefined : 0.01 / (size.value * unit);
}
