/** Divides a tile by a flat field. Estimating the flat field is `estimate-flat-field.ts`'s. */
import { GantryError } from '@gantry/model';
import { maximumOf, type Image } from '../formats/pixels.ts';

/**
 * A new image of the tile's depth: tile / flat, rounded to the nearest whole number (halves up) and cut off at
 * the type's maximum; floats are only divided.
 * @param files for messages
 * @throws GantryError `flat-size` if the two differ in size, `flat-values` if the flat is not positive throughout
 */
export function correctTile(tile: Image, flat: Image, files: { tile: string; flat: string }): Image {
  if (tile.width !== flat.width || tile.height !== flat.height) {
    throw new GantryError(
      'flat-size',
      `The flat field ${files.flat} is ${flat.width}×${flat.height} pixels, and the tile ${files.tile} is ` +
        `${tile.width}×${tile.height}`,
      { file: files.tile, mend: 'Use a flat field estimated from tiles of the same camera and binning.' },
    );
  }
  const { width, height, bitDepth, sampleFormat } = tile;
  const data = tile.data.slice();
  const most = maximumOf(tile);
  const rounding = sampleFormat === 'float' ? 0 : 0.5; // whole types cut the fraction off
  for (let i = 0; i < data.length; i++) {
    const divisor = flat.data[i]!;
    if (!(divisor > 0 && divisor < Infinity)) {
      throw new GantryError(
        'flat-values',
        `The flat field ${files.flat} is ${divisor} at (${i % width}, ${Math.floor(i / width)}); only positive numbers divide`,
        { file: files.flat, mend: 'Estimate the flat field again, with flat-field@1.' },
      );
    }
    data[i] = Math.min(most, data[i]! / divisor + rounding);
  }
  return { width, height, bitDepth, sampleFormat, data };
}
