/** Descriptors: the points that are likelier than all around them, a line each: x, y and the probability. */
import { readFileSync, writeFileSync } from 'node:fs';
import { channels, readTileArguments } from './tile-arguments.ts';

const { input, output, others } = readTileArguments();
const least = 255 * Number(others[0]);

for (const channel of channels) {
  const bytes = readFileSync(input(`-prob.${channel}.h5`));
  const end = bytes.indexOf('\n');
  const [, width = 0, height = 0] = bytes.toString('utf8', 0, end).split(' ').map(Number);
  const at = (x: number, y: number): number => bytes[end + 1 + y * width + x] ?? 0;
  const lines: string[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const around = [-1, 0, 1].flatMap((dy) =>
        [-1, 0, 1].flatMap((dx) => (dx === 0 && dy === 0 ? [] : [at(x + dx, y + dy)])),
      );
      if (at(x, y) >= least && around.every((value) => value < at(x, y)))
        lines.push(`${x} ${y} ${(at(x, y) / 255).toFixed(3)}\n`);
    }
  }
  writeFileSync(output(`-desc.${channel}.txt`), lines.join(''));
}
