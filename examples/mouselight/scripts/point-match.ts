/** Point match: pairs each point of a tile with the nearest one of the tile below it, if that is near enough. */
import { readFileSync, writeFileSync } from 'node:fs';
import { channels, readTileArguments } from './tile-arguments.ts';

const { input, output, tileName, others } = readTileArguments();
const [adjacentPath = '', adjacentName = '', z = '', stepZ = '', exitCode = ''] = others;
/** Pixels. */
const nearest = 3;

const readPoints = (path: string): number[][] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map(Number));

const lines = [`${tileName} at ${z} and ${adjacentName}, steps of ${stepZ}\n`];
for (const channel of channels) {
  const ending = `-desc.${channel}.txt`;
  const below = readPoints(input(ending, adjacentPath, adjacentName));
  for (const [x = 0, y = 0] of readPoints(input(ending))) {
    const [first] = below
      .map(([otherX = 0, otherY = 0]) => ({ otherX, otherY, distance: Math.hypot(otherX - x, otherY - y) }))
      .sort((a, b) => a.distance - b.distance);
    if (first !== undefined && first.distance <= nearest)
      lines.push(`${channel} ${x} ${y} ${first.otherX} ${first.otherY}\n`);
  }
}
writeFileSync(output('-match.txt'), lines.join(''));
process.exitCode = Number(exitCode);
