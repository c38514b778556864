/** A mosaic straight from the definitions, pixel by pixel: what the quick one is held against. */
import { allocatePixels, type Blend, type Image } from '../../src/index.ts';

export interface NaiveTile {
  readonly image: Image;
  readonly x: number;
  readonly y: number;
}

export function naiveMosaic(tiles: readonly NaiveTile[], blend: Blend): Image {
  const width = Math.max(...tiles.map((tile) => tile.x + tile.image.width));
  const height = Math.max(...tiles.map((tile) => tile.y + tile.image.height));
  const { bitDepth, sampleFormat } = tiles[0]!.image;
  const data = allocatePixels(bitDepth, sampleFormat, width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = pixelOf(tiles, blend, x, y);
  }
  return { width, height, bitDepth, sampleFormat, data };
}

function pixelOf(tiles: readonly NaiveTile[], blend: Blend, x: number, y: number): number {
  const there: { value: number; edge: number }[] = [];
  for (const { image, x: left, y: top } of tiles) {
    const [tx, ty] = [x - left, y - top];
    if (tx < 0 || ty < 0 || tx >= image.width || ty >= image.height) continue;
    const edge = Math.min(tx + 1, image.width - tx, ty + 1, image.height - ty);
    there.push({ value: image.data[ty * image.width + tx]!, edge });
  }
  if (there.length === 0) return 0;
  switch (blend) {
    case 'overlay':
      return there.at(-1)!.value;
    case 'max':
      return Math.max(...there.map((one) => one.value));
    case 'average':
      return Math.floor(there.reduce((sum, one) => sum + one.value, 0) / there.length + 0.5);
    case 'linear': {
      const weights = there.reduce((sum, one) => sum + one.edge, 0);
      return Math.floor(there.reduce((sum, one) => sum + one.edge * one.value, 0) / weights + 0.5);
    }
  }
}
