/**
 * What a viewer reads from: the resolutions that a file really holds, tile by tile. One implementation per kind
 * of file stands beside this one; making the resolutions that are not stored is `level-tiles.ts`'s.
 */
import type { Image, PixelLayout } from '../formats/pixels.ts';
import type { ImageMetadata } from '../formats/ome-metadata.ts';
import type { Region } from '../formats/read-image.ts';
import type { Window } from '../pyramid/choose-window.ts';
import type { EncodedPicture, ViewKind, ViewLevel } from './view-types.ts';

export interface StoredLevels {
  readonly kind: ViewKind;
  /** Of the full resolution, as its tiles hold it. */
  readonly layout: PixelLayout;
  readonly pages: number;
  readonly metadata: ImageMetadata;
  /** From the full resolution down; at least that one. */
  readonly levels: readonly ViewLevel[];
  readonly tileSize: number;
  /** True where a tile costs no more than a copy, and is not worth keeping. */
  readonly inMemory: boolean;
  /** Bytes of a copy on disk. */
  readonly scratchBytes: number;
  /** For tiles whose values are those of a picture. */
  readonly picture?: StoredPicture;
  /** One tile, smaller at the right and lower edge. The level and the tile exist. */
  readTile(level: number, x: number, y: number): Promise<Image>;
  /** The file of a tile, where there is one that a browser can show. */
  readEncoded?(level: number, x: number, y: number): Promise<EncodedPicture>;
  close(): Promise<void>;
}

/** How a pyramid of 8-bit pictures was made of the image. */
export interface StoredPicture {
  readonly source: Pick<PixelLayout, 'bitDepth' | 'sampleFormat'>;
  /** A tile's value v stands for low + v / 255 × (high − low). */
  readonly window: Window;
  /** False if values were rounded or went through JPEG. */
  readonly exact: boolean;
}

/** The pixels of one tile of a level. */
export function regionOf(level: ViewLevel, tileSize: number, x: number, y: number): Region {
  const left = x * tileSize;
  const top = y * tileSize;
  return {
    left,
    top,
    width: Math.min(tileSize, level.width - left),
    height: Math.min(tileSize, level.height - top),
  };
}
