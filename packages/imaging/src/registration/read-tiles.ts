/**
 * Reads the tiles of a grid one after the other, a few ahead, and holds them to one size and depth.
 * What is cut out of them is left to `measure-pairs.ts`.
 */
import { GantryError } from '@gantry/model';
import { describeDepth, type Image, type PixelLayout } from '../formats/pixels.ts';
import { readImage, readImageHeader } from '../formats/read-image.ts';
import type { GridCell } from './grid.ts';

/** Tiles being decoded while one is worked on; two cores gain nothing from more. */
const READ_AHEAD = 2;
/** Smaller tiles do not fill the smallest Fourier transform. */
const LEAST_SIDE = 32;

/** Holds every tile to the first that was read. */
export class TileReader {
  readonly #cells: readonly GridCell[];
  #reference: { path: string; name: string; layout: PixelLayout } | undefined;

  constructor(cells: readonly GridCell[]) {
    this.#cells = cells;
  }

  /** Size and depth of one tile, without its pixels. @throws GantryError as `readInOrder` */
  async layout(index: number): Promise<PixelLayout> {
    const { tile } = this.#cell(index);
    const header = await readImageHeader(tile.path);
    this.#check(index, header);
    return header;
  }

  /**
   * Yields the tiles in the given order.
   * @throws GantryError as `readImage` does; `tile-unequal` for another size or depth than the first tile read;
   *   `tile-small` below 32 pixels
   */
  async *readInOrder(order: readonly number[]): AsyncGenerator<{ index: number; image: Image }> {
    const ahead: Promise<Image>[] = [];
    let next = 0;
    for (const index of order) {
      while (next < order.length && ahead.length <= READ_AHEAD) {
        const reading = this.#read(order[next++] ?? 0);
        reading.catch(() => {}); // reported when its turn comes; if an earlier one failed, never needed
        ahead.push(reading);
      }
      const image = await ahead.shift();
      if (image) yield { index, image };
    }
  }

  async #read(index: number): Promise<Image> {
    const image = await readImage(this.#cell(index).tile.path);
    this.#check(index, image);
    return image;
  }

  #check(index: number, layout: PixelLayout): void {
    const { tile } = this.#cell(index);
    if (Math.min(layout.width, layout.height) < LEAST_SIDE) {
      throw new GantryError(
        'tile-small',
        `${tile.name} is ${describe(layout)}; stitching needs ${LEAST_SIDE} pixels at least on each side`,
        { file: tile.path, mend: 'Check that these are the tiles and not their thumbnails.' },
      );
    }
    this.#reference ??= { path: tile.path, name: tile.name, layout };
    const first = this.#reference.layout;
    const isEqual =
      first.width === layout.width &&
      first.height === layout.height &&
      first.bitDepth === layout.bitDepth &&
      first.sampleFormat === layout.sampleFormat;
    if (isEqual) return;
    throw new GantryError(
      'tile-unequal',
      `${tile.name} is ${describe(layout)}, but ${this.#reference.name} is ${describe(first)}`,
      {
        file: tile.path,
        mend: 'All tiles of a grid must have one size and depth: export the odd one again, or leave it out.',
      },
    );
  }

  #cell(index: number): GridCell {
    const cell = this.#cells[index];
    if (!cell) throw new RangeError(`No tile ${index}`);
    return cell;
  }
}

function describe(layout: PixelLayout): string {
  return `${layout.width}×${layout.height}, ${describeDepth(layout)}`;
}
