/**
 * Assembles a mosaic from tiles and a stitching vector, a row of output tiles at a time, straight into an
 * OME-TIFF. Memory is bounded by the tiles that one such row meets, and by the caller's limit through bands
 * of columns; the mosaic itself may be larger than memory.
 */
import { basename } from 'node:path';
import { openImage, type OpenImage } from '../formats/open-image.ts';
import type { ImageMetadata } from '../formats/ome-metadata.ts';
import { allocatePixels, releasePixels, type Pixels } from '../formats/pixels.ts';
import { readPixels } from '../formats/read-image.ts';
import { TiffWriter } from '../formats/tiff-writer.ts';
import { blendStrip, type Blend, type Layer, type Strip } from './blend-rows.ts';
import type { VectorEntry } from './parse-vector.ts';
import { planBands, planMosaic, type MosaicPlan, type MosaicTile, type PlacedTile } from './plan-mosaic.ts';

export interface AssembleOptions {
  readonly tiles: readonly MosaicTile[];
  readonly vector: readonly VectorEntry[];
  /** For messages. */
  readonly vectorPath: string;
  readonly blend: Blend;
  /** The OME-TIFF to write. */
  readonly output: string;
  /** Bytes of pixels, decoded tiles and the strip being made, that may be in memory. */
  readonly memory: number;
  /** A folder for copies of source tiles too large to be held in memory. */
  readonly scratch: string;
  readonly progress?: (fraction: number) => void;
}

export interface AssembleResult {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Bands of columns that the mosaic was made in; 1 unless memory was short. */
  readonly bands: number;
  /** Times that a tile was decoded: the number of tiles, where there is one band. */
  readonly reads: number;
}

const TILE_SIZE = 512;
const MOST_READS_AT_ONCE = 4; // libuv's threads

/**
 * Writes the mosaic; pixels that no tile covers are 0. Its metadata are the first tile's.
 * @throws GantryError as `planMosaic` does, or for a tile that cannot be read
 */
export async function assembleMosaic(options: AssembleOptions): Promise<AssembleResult> {
  const plan = await planMosaic(options.tiles, options.vector, options.vectorPath);
  const source = new TileSource(plan, options);
  const { width, height, bitDepth, sampleFormat } = plan.mosaic;
  const bands = planBands(plan, TILE_SIZE, options.memory);
  const writer = await TiffWriter.create(options.output, {
    ...{ width, height, bitDepth, sampleFormat, tileSize: TILE_SIZE },
    metadata: mosaicMetadata(plan.tile.metadata, options.output),
  });
  const tileRows = Math.ceil(height / TILE_SIZE);
  try {
    for (const [index, band] of bands.entries()) {
      const columns = band.right - band.left;
      const pixels = allocatePixels(bitDepth, sampleFormat, columns * TILE_SIZE);
      for (let row = 0; row < tileRows; row++) {
        const strip = stripAt(plan, band, row, pixels);
        const layers = await source.layersOf(strip);
        blendStrip(strip, layers, options.blend);
        source.release(layers);
        if (row + 1 < tileRows) source.prepare(strip, stripAt(plan, band, row + 1, pixels));
        await writeStrip(writer, strip, row);
        options.progress?.((index + (row + 1) / tileRows) / bands.length);
      }
      source.forget();
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await source.close();
  }
  return { width, height, bands: bands.length, reads: source.reads };
}

function stripAt(
  plan: MosaicPlan,
  band: { left: number; right: number },
  row: number,
  pixels: Pixels,
): Strip {
  const top = row * TILE_SIZE;
  const rows = Math.min(TILE_SIZE, plan.mosaic.height - top);
  const width = band.right - band.left;
  return { data: pixels.subarray(0, rows * width), left: band.left, top, width, rows };
}

async function writeStrip(writer: TiffWriter, strip: Strip, row: number): Promise<void> {
  const firstColumn = strip.left / TILE_SIZE;
  for (let left = 0; left < strip.width; left += TILE_SIZE) {
    const right = Math.min(strip.width, left + TILE_SIZE);
    const tile = new (strip.data.constructor as new (length: number) => Pixels)(TILE_SIZE ** 2);
    for (let y = 0; y < strip.rows; y++) {
      tile.set(strip.data.subarray(y * strip.width + left, y * strip.width + right), y * TILE_SIZE);
    }
    await writer.writeTile(0, firstColumn + left / TILE_SIZE, row, tile);
  }
}

/** Hands out decoded tiles and keeps each only as long as strips need it. */
class TileSource {
  reads = 0;
  readonly #plan: MosaicPlan;
  readonly #options: AssembleOptions;
  readonly #decoded = new Map<number, Promise<Layer>>();
  readonly #open = new Map<number, Promise<OpenImage>>();
  /** Tiles so large that the four at a corner would fill the memory are read in parts. */
  readonly #inParts: boolean;
  readonly #tileBytes: number;
  readonly #readsAtOnce: number;
  #reading = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(plan: MosaicPlan, options: AssembleOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#tileBytes = plan.tile.width * plan.tile.height * (plan.tile.bitDepth / 8);
    // Each tile being decoded takes about one and a half (12 MiB for 7.6, by VmHWM of one and of four at a time).
    const room = Math.floor(options.memory / 4 / this.#tileBytes);
    this.#readsAtOnce = Math.max(1, Math.min(MOST_READS_AT_ONCE, room));
    this.#inParts = this.#tileBytes > options.memory / 4;
  }

  /** The layers that a strip meets, in the vector's order; drops those that lie above it. */
  async layersOf(strip: Strip): Promise<Layer[]> {
    const tiles = this.#tilesIn(strip);
    const wanted = new Set(tiles.map((tile) => tile.order));
    for (const order of this.#decoded.keys()) if (!wanted.has(order)) this.#drop(order);
    const layers = await Promise.allSettled(tiles.map((tile) => this.#layer(tile, strip)));
    return layers.map((layer) => {
      if (layer.status === 'rejected') throw layer.reason as Error;
      return layer.value;
    });
  }

  /** Begins to read what the next strip needs, if there is room besides what this one holds. */
  prepare(current: Strip, next: Strip): void {
    if (this.#inParts) return;
    const needed = this.#tilesIn(next);
    const now = new Set(this.#tilesIn(current).map((tile) => tile.order));
    for (const order of now) {
      if (!needed.some((tile) => tile.order === order)) this.#drop(order);
    }
    if (needed.length * this.#tileBytes + current.data.byteLength > this.#options.memory) return;
    for (const tile of needed) {
      // A failure is reported by `layersOf`, which awaits the same promise.
      this.#layer(tile, next).catch(() => {});
    }
  }

  /** Drops every tile held; the next band has others. */
  forget(): void {
    for (const order of this.#decoded.keys()) this.#drop(order);
  }

  /** Parts serve one strip only; whole tiles are kept for the next. */
  release(layers: readonly Layer[]): void {
    if (this.#inParts) for (const layer of layers) releasePixels(layer.data);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#decoded.values());
    for (const opened of await Promise.allSettled(this.#open.values())) {
      if (opened.status === 'fulfilled') await opened.value.close();
    }
  }

  #drop(order: number): void {
    // One that could not be read holds nothing; whoever awaited it has been told.
    this.#decoded.get(order)?.then(
      (layer) => releasePixels(layer.data),
      () => {},
    );
    this.#decoded.delete(order);
  }

  #tilesIn(strip: Strip): PlacedTile[] {
    const { width, height } = this.#plan.tile;
    return this.#plan.tiles.filter(
      (tile) =>
        tile.y < strip.top + strip.rows &&
        tile.y + height > strip.top &&
        tile.x < strip.left + strip.width &&
        tile.x + width > strip.left,
    );
  }

  #layer(tile: PlacedTile, strip: Strip): Promise<Layer> {
    if (this.#inParts) return this.#limited(() => this.#readPart(tile, strip));
    const known = this.#decoded.get(tile.order);
    if (known !== undefined) return known;
    const reading = this.#limited(() => this.#readWhole(tile));
    this.#decoded.set(tile.order, reading);
    return reading;
  }

  async #readWhole(tile: PlacedTile): Promise<Layer> {
    this.reads++;
    const { width, height } = this.#plan.tile;
    const { data } = await readPixels(tile.path, this.#plan.tile);
    const { x, y } = tile;
    return { data, x, y, width, height, tile: { x, y, width, height } };
  }

  async #readPart(tile: PlacedTile, strip: Strip): Promise<Layer> {
    this.reads++;
    const { width, height } = this.#plan.tile;
    const x = Math.max(tile.x, strip.left);
    const y = Math.max(tile.y, strip.top);
    const region = {
      left: x - tile.x,
      top: y - tile.y,
      width: Math.min(tile.x + width, strip.left + strip.width) - x,
      height: Math.min(tile.y + height, strip.top + strip.rows) - y,
    };
    let opened = this.#open.get(tile.order);
    if (opened === undefined) {
      opened = openImage(tile.path, { scratch: this.#options.scratch, keepInMemory: 0 });
      this.#open.set(tile.order, opened);
    }
    const { data } = await (await opened).readRegion(region);
    return {
      data,
      x,
      y,
      width: region.width,
      height: region.height,
      tile: { x: tile.x, y: tile.y, width, height },
    };
  }

  /** At most `#readsAtOnce` at a time: more would only hold more buffers. */
  async #limited<T>(read: () => Promise<T>): Promise<T> {
    if (this.#reading >= this.#readsAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reading++;
    try {
      return await read();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#reading--;
      else next();
    }
  }
}

function mosaicMetadata(tile: ImageMetadata, output: string): ImageMetadata {
  // The name, the description and the stage's position are one tile's, not the mosaic's.
  const { name: _name, description: _description, plane: _plane, ...kept } = tile;
  return { ...kept, name: basename(output) };
}
