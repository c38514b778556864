/**
 * Acquires tile after tile into a folder: `node acquire.ts FOLDER [SECONDS]`. Each is listed first, and complete when
 * its images are there; at the end comes the file `done`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { acquiredTiles, writeList, writeTile } from './acquisition.ts';

const [folder, seconds = '1'] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder: node acquire.ts FOLDER [SECONDS between tiles]');
mkdirSync(folder, { recursive: true });

const complete = new Set<number>();
for (const tile of acquiredTiles) {
  writeList(folder, acquiredTiles, ({ id }) => complete.has(id));
  await delay(1000 * Number(seconds));
  writeTile(folder, tile);
  complete.add(tile.id);
}
writeList(folder, acquiredTiles);
writeFileSync(join(folder, 'done'), '');
