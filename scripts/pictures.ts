/**
 * `npm run pictures`: takes the README's picture from what `npm start` made: the mosaic, stretched to eight bits, with
 * the outlines of the labelled objects.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage } from '@gantry/imaging';
import sharp from 'sharp';
import { repositoryRoot } from './repository.ts';

const results = join(repositoryRoot, 'demo', 'results');
const mosaic = await readImage(join(results, 'assemble', 'mosaic', 'mosaic.ome.tif'));
const labels = await readImage(join(results, 'label', 'labels', 'mosaic-mask-labels.ome.tif'));
const { width, height } = mosaic;

const sorted = Float64Array.from(mosaic.data).sort();
const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
const [low, high] = [at(0.02), at(0.998)];

/** Of the Okabe–Ito palette, those that stand out against grey. */
const colours = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
] as const;

const pixels = new Uint8Array(width * height * 3);
for (let index = 0; index < width * height; index++) {
  const x = index % width;
  const label = labels.data[index] ?? 0;
  const edge =
    label !== 0 &&
    [-1, 1, -width, width, -2, 2, -2 * width, 2 * width].some(
      (step) => x + (Math.abs(step) <= 2 ? step : 0) < width && (labels.data[index + step] ?? 0) !== label,
    );
  const grey = Math.max(0, Math.min(255, (((mosaic.data[index] ?? 0) - low) / (high - low)) * 255));
  pixels.set(edge ? (colours[label % colours.length] ?? colours[0]) : [grey, grey, grey], index * 3);
}
const folder = join(repositoryRoot, 'docs', 'pictures');
await mkdir(folder, { recursive: true });
await sharp(pixels, { raw: { width, height, channels: 3 } })
  .resize({ width: 1180 })
  .webp({ quality: 82 })
  .toFile(join(folder, 'stitch-and-measure.webp'));
console.log(`Made ${join('docs', 'pictures', 'stitch-and-measure.webp')}.`);
