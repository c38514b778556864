/**
 * Classifier: how likely each pixel is part of a neuron. A stand-in: its `.h5` files are no HDF5, but a line with the
 * name of the data set and its size, and then the probabilities, a byte each.
 */
import { writeFileSync } from 'node:fs';
import { channels, readTileArguments } from './tile-arguments.ts';
import { readTiff } from './tiny-tiff.ts';

const { input, output, others } = readTileArguments();
const [dataSet = ''] = others;

for (const channel of channels) {
  const { width, height, values } = readTiff(input(`-ngc.${channel}.tif`));
  const background = values.toSorted()[Math.floor(values.length / 2)] ?? 0;
  const probabilities = values.map((value) =>
    Math.max(0, Math.round((255 * (value - background)) / (256 - background))),
  );
  writeFileSync(
    output(`-prob.${channel}.h5`),
    Buffer.concat([Buffer.from(`${dataSet} ${width} ${height}\n`), probabilities]),
  );
}
