/** Line fix: a scanner that scans to and fro lights its odd lines otherwise than its even ones; both get the same mean. */
import { appendFileSync } from 'node:fs';
import { channels, readTileArguments } from './tile-arguments.ts';
import { readTiff, writeTiff } from './tiny-tiff.ts';

const { input, output, tileName, others } = readTileArguments();
const [logFile = ''] = others;

for (const channel of channels) {
  const { width, height, values } = readTiff(input(`-ngc.${channel}.tif`));
  const mean = (parity: number): number => {
    const lines = values.filter((_, index) => Math.floor(index / width) % 2 === parity);
    return lines.reduce((sum, value) => sum + value, 0) / lines.length;
  };
  const shift = Math.round(mean(0) - mean(1));
  const fixed = values.map((value, index) =>
    Math.floor(index / width) % 2 === 0 ? value : Math.min(255, Math.max(0, value + shift)),
  );
  writeTiff(output(`-ngc.${channel}.tif`), { width, height, values: fixed });
  appendFileSync(logFile, `${tileName}, channel ${channel}: odd lines are shifted by ${shift}\n`);
}
