/**
 * The browser application and its server: how soon they are there, and how soon a page shows what happens.
 *
 * - `first_start_seconds`, `start_seconds`: `npm start` in a fresh clone until a page answers, with packages in npm's
 *   cache; and again, the median of three
 * - `event_to_page_p95_ms`: from an agent's report that a task has succeeded to its square's new colour in Chromium;
 *   `--events=60`
 * - `tile_p95_ms`: a tile of a 16-bit pyramid of `--size=40000` pixels each way over HTTP, one after the other, over
 *   all levels, the file not in the system's memory at first; `--picture=FILE` takes one that is there
 * - `shell_kib`: what a browser loads before the first page shows anything, compressed by gzip
 * - `idle_100_pages_cpu_percent`: of one core, server and database together, with 100 pages open on an active run in
 *   which nothing happens; `--seconds=20`
 *
 * `--only=starts,page,tiles,shell,idle` measures some of them.
 */
import { chmod, mkdtemp, mkdir, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWeb } from '../scripts/build-web.ts';
import { measureShell } from '../scripts/measure-shell.ts';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';
import { hasChromium, measureEventToPage } from './web/event-to-page.ts';
import { measureStarts } from './web/fresh-start.ts';
import { measureOpenPages } from './web/open-pages.ts';
import { startServerProcess, type ServerProcess } from './server/server-process.ts';
import { addPicture, measureHttpTiles } from './web/tiles-over-http.ts';
import { round, summarize } from './server/times.ts';
import { writeLargePyramid } from './web-tiles.ts';

const tileSize = 256;

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-web-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  const only = settings['only']?.split(',') ?? ['starts', 'page', 'tiles', 'shell', 'idle'];
  const figures: Record<string, number> = {};
  const evidence: Record<string, unknown> = {
    cpus: cpus().map(({ model }) => model),
    node: process.version,
    // What else the machine does tells how far the figures are to be believed.
    loadBefore: loadavg()[0],
  };
  try {
    if (only.includes('starts')) {
      const starts = await measureStarts(await below(folder, 'starts'), 3, progress);
      figures['first_start_seconds'] = starts.first;
      figures['start_seconds'] = summarize(starts.later).p50;
      evidence['starts'] = starts;
    }
    if (only.includes('shell')) {
      const sizes = measureShell();
      figures['shell_kib'] = round([...sizes.values()].reduce((sum, size) => sum + size, 0) / 1024);
      evidence['shell'] = Object.fromEntries(sizes);
    }
    if (['page', 'tiles', 'idle'].some((one) => only.includes(one))) {
      buildWeb();
      const server = await startServerProcess(await below(folder, 'server'));
      try {
        await measureServer(server, folder, only, { figures, evidence }, { progress, settings });
      } finally {
        await server.close();
      }
    }
    evidence['loadAfter'] = loadavg()[0];
    return { figures, evidence };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function measureServer(
  server: ServerProcess,
  folder: string,
  only: readonly string[],
  { figures, evidence }: { figures: Record<string, number>; evidence: Record<string, unknown> },
  { progress, settings }: BenchOptions,
): Promise<void> {
  if (only.includes('idle')) {
    progress('100 open pages');
    const open = await measureOpenPages(server, folder, {
      pages: 100,
      seconds: Number(settings['seconds'] ?? 20),
    });
    if (open === undefined) progress('idle_100_pages_cpu_percent is left out: this system does not tell it');
    else figures['idle_100_pages_cpu_percent'] = round(open.idle.server + open.idle.database);
    evidence['openPages'] = open;
  }
  if (only.includes('page')) {
    if (hasChromium) {
      progress('events to a page');
      const times = await measureEventToPage(server, folder, Number(settings['events'] ?? 60));
      figures['event_to_page_p95_ms'] = times.p95;
      evidence['eventToPage'] = times;
    } else {
      progress('event_to_page_p95_ms is left out: there is no Chromium');
    }
  }
  if (only.includes('tiles')) {
    const size = Number(settings['size'] ?? 40_000);
    const path = settings['picture'] ?? join(folder, 'picture.ome.tif');
    if (settings['picture'] === undefined) {
      progress(`a picture of ${size} × ${size} pixels`);
      await writeLargePyramid(path, size, tileSize);
    }
    const dataset = await addPicture(server, path);
    const measured = [];
    for (const [concurrency, cold] of [
      [1, true],
      [1, false],
      [6, false],
    ] as const) {
      progress(`tiles, ${concurrency} at a time`);
      measured.push(await measureHttpTiles(server, { dataset, path, tiles: 400, concurrency, cold }));
    }
    figures['tile_p95_ms'] = measured[0]?.times.p95 ?? NaN;
    evidence['tiles'] = { size: settings['picture'] ?? size, tileSize, measured };
  }
}

async function below(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await chmod(path, 0o755);
  return path;
}
