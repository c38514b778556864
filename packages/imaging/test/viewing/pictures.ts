/** Decodes what a view answers, and says in the plainest way what it should show. */
import sharp from 'sharp';
import type { EncodedPicture, Image, ValueWindow } from '../../src/index.ts';

export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** The samples of a picture; greys come as one channel. */
export async function decode({ bytes, type }: EncodedPicture): Promise<Decoded> {
  const { format, channels: stored } = await sharp(bytes).metadata();
  if (`image/${format}` !== type) throw new Error(`${type} is said of a ${format}`);
  const pipeline = stored === 1 ? sharp(bytes).toColourspace('b-w') : sharp(bytes);
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
}

/** The documented formula, pixel by pixel. */
export function greysOf(pixels: ArrayLike<number>, { low, high }: ValueWindow, gamma = 1): Uint8Array {
  return Uint8Array.from(pixels, (value) => {
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    return Math.floor(255 * share ** (1 / gamma) + 0.5);
  });
}

/** Halves by the mean of 2×2, or the largest; beyond the edge there is nothing. */
export function reduce(image: Image, how: 'mean' | 'largest'): Image {
  const width = Math.ceil(image.width / 2);
  const height = Math.ceil(image.height / 2);
  const data = image.data.slice(0, width * height);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [2 * (i % width), 2 * Math.floor(i / width)];
    const four = [y, y + 1]
      .filter((row) => row < image.height)
      .flatMap((row) =>
        [x, x + 1]
          .filter((column) => column < image.width)
          .map((column) => image.data[row * image.width + column]!),
      );
    const mean = four.reduce((sum, value) => sum + value, 0) / four.length;
    data[i] = how === 'largest' ? Math.max(...four) : image.sampleFormat === 'float' ? mean : mean + 0.5;
  }
  return { ...image, width, height, data };
}
