/**
 * The size of a pixel in µm from an image's metadata. Reading the metadata is left to `formats`.
 */
import type { ImageMetadata, PhysicalSize } from '../formats/ome-metadata.ts';
import type { PixelSize } from './object-features.ts';

/** Micrometres in each unit of length that OME knows and that has a fixed size. */
const MICRONS: Readonly<Record<string, number>> = {
  km: 1e9,
  m: 1e6,
  dm: 1e5,
  cm: 1e4,
  mm: 1e3,
  µm: 1,
  um: 1,
  nm: 1e-3,
  Å: 1e-4,
  pm: 1e-6,
  in: 25_400,
  ft: 304_800,
};

/**
 * µm per pixel along x and y, or `undefined` where the metadata lacks one of them, or gives one that is
 * not a positive length ("pixel", "reference frame").
 */
export function pixelSizeOf(metadata: ImageMetadata): PixelSize | undefined {
  const x = inMicrons(metadata.physicalSizeX);
  const y = inMicrons(metadata.physicalSizeY);
  return x === undefined || y === undefined ? undefined : { x, y };
}

function inMicrons(size: PhysicalSize | undefined): number | undefined {
  if (size === undefined) return undefined;
  // NFKC makes one of the two characters that look like µ (U+00B5, U+03BC), and of the two Å.
  const unit = size.unit.trim().normalize('NFKC').replace('\u03bc', '\u00b5');
  const microns = size.value * (MICRONS[unit] ?? NaN);
  return Number.isFinite(microns) && microns > 0 ? microns : undefined;
}
