/**
 * Chooses the range of values that a picture shows from black to white: percentiles over a sample of the image.
 * Applying it is left to the pyramid's builder.
 */
import { readPixels, openSharp, exactColourspace, type ImageHeader } from '../formats/read-image.ts';
import { viewAsPixels, type Pixels } from '../formats/pixels.ts';

/** Values at and below `low` become black, at and above `high` white. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** The share of pixels, in percent, that may be cut off at each end: enough for dead and saturated pixels. */
export const CUT_PERCENT = 0.1;

/** Up to this many pixels are looked at whole; larger images at 8×8 spots, or at every n-th pixel. */
const WHOLE = 4 * 2 ** 20;
const SPOTS = 8;
const SPOT = 256;

/**
 * The percentiles 0.1 and 99.9 of a sample that depends on nothing but the image; `high` is above `low` always.
 * @throws GantryError as `readImage` does
 */
export async function chooseWindow(path: string, header: ImageHeader): Promise<Window> {
  const sample = await samplePixels(path, header);
  sample.sort();
  const at = (percent: number): number => sample[Math.round((percent / 100) * (sample.length - 1))] ?? 0;
  const low = at(CUT_PERCENT);
  const high = at(100 - CUT_PERCENT);
  // An image of one value has no contrast to show; any width avoids dividing by zero.
  return { low, high: high > low ? high : low + 1 };
}

async function samplePixels(path: string, header: ImageHeader): Promise<Pixels> {
  const { width, height, bitDepth, sampleFormat } = header;
  if (width * height <= WHOLE) return (await readPixels(path, header)).data.slice();
  if (!header.tiled) {
    const every = Math.ceil(Math.sqrt((width * height) / WHOLE));
    const bytes = await openSharp(path, {}, true)
      .resize({
        width: Math.max(1, Math.floor(width / every)),
        height: Math.max(1, Math.floor(height / every)),
        fit: 'fill',
        kernel: 'nearest',
      })
      .toColourspace(exactColourspace(bitDepth))
      .raw({
        depth:
          sampleFormat === 'float'
            ? 'float'
            : bitDepth === 32
              ? 'uint'
              : bitDepth === 16
                ? 'ushort'
                : 'uchar',
      })
      .toBuffer();
    return viewAsPixels(bytes, bitDepth, sampleFormat).slice();
  }
  const spot = { width: Math.min(SPOT, width), height: Math.min(SPOT, height) };
  const spots: Pixels[] = [];
  for (let i = 0; i < SPOTS ** 2; i++) {
    const left = Math.floor(((i % SPOTS) / (SPOTS - 1)) * (width - spot.width));
    const top = Math.floor((Math.floor(i / SPOTS) / (SPOTS - 1)) * (height - spot.height));
    spots.push((await readPixels(path, header, { region: { left, top, ...spot } })).data);
  }
  const [first] = spots;
  const kind = first?.constructor as new (length: number) => Pixels;
  const sample = new kind(spots.length * spot.width * spot.height);
  spots.forEach((pixels, i) => sample.set(pixels, i * spot.width * spot.height));
  return sample;
}
