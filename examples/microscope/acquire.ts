#!/usr/bin/env node
/**
 * The virtual microscope at work: `acquire.ts FOLDER [--seconds 60]` writes blanks into `FOLDER/blanks`, then tile
 * after tile into `FOLDER/tiles`, at an even pace; and what is true of them into `FOLDER/truth.json`. Tiles that are
 * there are not taken again, so an acquisition that was stopped goes on where it was. It knows nothing of Gantry.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { lockFile, type FileLock } from '@gantry/storage';
import { writeBlank, writeTile } from './photograph.ts';
import { blankName, doneMarker, listVisits, protocol, tileName } from './protocol.ts';
import { tellTruth } from './truth.ts';

const usage = `usage: acquire.ts FOLDER [--seconds 60] [--only-blanks] [--stop-with-stdin]
  --seconds          how long all tiles take together
  --only-blanks      take the blanks, and end
  --stop-with-stdin  end when the standard input does`;

const lockRetryMs = 200;

async function acquire(folder: string, seconds: number, onlyBlanks: boolean): Promise<void> {
  const [blanks, tiles] = [join(folder, 'blanks'), join(folder, 'tiles')];
  await mkdir(blanks, { recursive: true });
  await mkdir(tiles, { recursive: true });
  const lock = await waitForLock(join(folder, '.microscope'));
  try {
    for (const one of [blanks, tiles]) await removeUnfinished(one);
    const blanksThere = new Set(await readdir(blanks));
    for (let n = 1; n <= protocol.blanks; n++) {
      if (!blanksThere.has(blankName(n))) await writeBlank(blanks, n);
    }
    if (onlyBlanks) return;
    await writeWhole(join(folder, 'truth.json'), `${JSON.stringify(tellTruth())}\n`);
    await takeTiles(tiles, seconds);
    await writeWhole(join(tiles, doneMarker), '');
  } finally {
    await lock.release();
  }
}

async function takeTiles(folder: string, seconds: number): Promise<void> {
  const visits = listVisits();
  const there = new Set(await readdir(folder));
  const left = visits.filter((visit) => !there.has(tileName(visit)));
  const periodMs = (seconds * 1000) / visits.length;
  const began = performance.now();
  for (const [index, visit] of left.entries()) {
    await delay(Math.max(0, began + (index + 1) * periodMs - performance.now()));
    await writeTile(folder, visit);
    console.log(tileName(visit));
  }
}

/** What an acquisition that was killed was writing. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith('.')) await rm(join(folder, name));
}

/** One microscope at a time: another one may be about to end. */
async function waitForLock(path: string): Promise<FileLock> {
  for (;;) {
    const result = await lockFile(path);
    if (result.kind === 'locked') return result.lock;
    await delay(lockRetryMs);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

function endWithStdin(): void {
  process.stdin.resume();
  // A tile that is half written has another name, and is written again.
  for (const event of ['close', 'error'] as const) process.stdin.once(event, () => process.exit(0));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    'only-blanks': { type: 'boolean', default: false },
    'stop-with-stdin': { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
const seconds = Number(values.seconds);
if (folder === undefined || positionals.length > 1 || !(seconds >= 0 && seconds < 86_400)) {
  console.error(usage);
  process.exit(2);
}
if (values['stop-with-stdin']) endWithStdin();
await acquire(resolve(folder), seconds, values['only-blanks']);
process.exit(0);
