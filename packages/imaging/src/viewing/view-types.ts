/**
 * What the viewer's callers see: the description of an image, what can be asked of it and what comes back.
 *
 * - **level** 0 is the full resolution; each further one is about half as wide and high, down to one tile.
 * - **tile** (x, y) of a level covers the pixels from (x, y) × `tileSize` on; those at the right and lower edge are
 *   smaller.
 * - **window**: the range of values that is shown from black to white.
 */
import type { BitDepth, Pixels, SampleFormat } from '../formats/pixels.ts';
import type { Window } from '../pyramid/choose-window.ts';

/** `ome-tiff` is a TIFF that holds lower resolutions, `image` any file that does not. */
export type ViewKind = 'dzi' | 'ome-tiff' | 'image';

export interface ViewLevel {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface ViewDescription {
  readonly kind: ViewKind;
  readonly width: number;
  readonly height: number;
  /** Pixels, across and down. */
  readonly tileSize: number;
  readonly levels: readonly ViewLevel[];
  /** Of the values that `pixel`, windows and histograms speak of: the source's, not those of 8-bit Deep Zoom tiles. */
  readonly bitDepth: BitDepth;
  readonly sampleFormat: SampleFormat;
  /** Colour images are refused. */
  readonly channels: 1;
  /** Full-resolution planes in the file, of which this is one. */
  readonly pages: number;
  /** False where values went through JPEG or were stretched to 8 bits. */
  readonly exact: boolean;
  /** Of one pixel, where the file tells a length. */
  readonly pixelSize?: { readonly x: number; readonly y: number; readonly unit: 'µm' };
  /** What a tile shows when nothing else is asked. */
  readonly defaultWindow: Window;
  /** Changes whenever the file does. */
  readonly version: string;
}

/**
 * How values become colours: greys, their inverse, one hue from black, or (`labels`) a colour per id and 0
 * transparent. With `ids` red, green and blue are the 24 bits of the id, for a program that colours them itself.
 */
export const LOOKUPS = [
  'grey',
  'inverted',
  'red',
  'green',
  'blue',
  'cyan',
  'magenta',
  'yellow',
  'labels',
  'ids',
] as const;
export type Lookup = (typeof LOOKUPS)[number];

export type PictureFormat = 'webp' | 'png' | 'jpeg';

/** How a picture is to be rendered. */
export interface Rendering {
  /** Default: the description's `defaultWindow`. Labels have none. */
  readonly window?: Window;
  /** Above 1 brightens the middle. Default 1; 0.05 to 20. */
  readonly gamma?: number;
  /** Default `grey`. */
  readonly lut?: Lookup;
  /** PNG loses nothing, nor does WebP of labels. Default: what is on disk, or else `jpeg`, for labels `png`. */
  readonly format?: PictureFormat;
}

export interface TileRequest extends Rendering {
  readonly level: number;
  readonly x: number;
  readonly y: number;
}

export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly type: `image/${PictureFormat}`;
}

export interface TileValues {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly data: Pixels;
}

export interface PixelValue {
  /** One per channel. */
  readonly values: readonly number[];
  /** False where they are the nearest that an 8-bit or JPEG pyramid can tell. */
  readonly exact: boolean;
}

/** `counts[i]` values v with `low` + i × `binWidth` ≤ v < `low` + (i + 1) × `binWidth`; the last bin holds the maximum. */
export interface Histogram {
  readonly low: number;
  readonly binWidth: number;
  readonly counts: readonly number[];
  /** The extremes of the sample. */
  readonly minimum: number;
  readonly maximum: number;
  /** Values looked at, of `total` pixels in the image. */
  readonly sampled: number;
  readonly total: number;
  /** Values that are no numbers (NaN) or infinite; in no bin. */
  readonly notFinite: number;
}

/** An image that is open for looking at. All methods may be called at the same time. */
export interface View {
  /** Changes whenever the file does. */
  readonly version: string;
  /** Of the full resolution, in pixels. */
  readonly size: ViewLevel;
  /** The first call of an image of 16 or 32 bits reads a sample for its window. */
  describe(): Promise<ViewDescription>;
  /**
   * @throws GantryError `view-range` for a level or tile that is not there, `bad-parameter` for a window, gamma,
   *   lookup or format that makes no sense, and as `readImage` does
   */
  tile(request: TileRequest): Promise<EncodedPicture>;
  /**
   * The values of a tile as they are, row by row, for a program that shows them itself.
   * @param labels below the full resolution the largest of four pixels, and not their mean
   * @throws GantryError `view-range`; `view-unsupported` for a Deep Zoom pyramid, which holds pictures; and as
   *   `readImage` does
   */
  values(level: number, x: number, y: number, labels?: boolean): Promise<TileValues>;
  /** @throws GantryError `view-range` outside the image, and as `readImage` does */
  pixel(x: number, y: number): Promise<PixelValue>;
  /** Of all pixels up to a megapixel, else of a regular sample; the same image gives the same. */
  histogram(): Promise<Histogram>;
  /**
   * The whole image, its longer side `size` pixels (16 to 1024) or less; never enlarged.
   * @throws GantryError as `tile` does
   */
  thumbnail(size: number, rendering?: Rendering): Promise<EncodedPicture>;
}
