/**
 * Watched folders: how soon a tile that was renamed into place is admitted, and what a large folder costs.
 *
 * - `renamed_to_admitted_p50_ms`, `…_p95_ms`: from the rename to the commit that makes the task of the tile ready, at
 *   `--rate=50` files of `--kib=2048` a second, `--files=500`; another thread writes them into a folder of
 *   `--tiles=` (of the system's temporary folder, if absent, which the database then shares its disk with)
 * - `admitting_cpu_percent`: of one core, of this process without the writer's thread, meanwhile
 * - `first_look_seconds`: until each of 100,000 files that were there has counted (`--many=100000`)
 * - `scan_ms`, `scan_cpu_ms`: one scan that lists all of them again, and looks at 5,000 of them
 */
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { migrate, openPool, startEmbeddedPostgres } from '@gantry/database';
import { createDataset, createRun, openEngine, openLiveSources } from '@gantry/engine';
import { compilePipeline, parsePipelineFile, toolManifestSchema, unbounded } from '@gantry/model';
import { watchFolder } from '@gantry/storage';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-live-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  try {
    const count = Number(settings['files'] ?? 500);
    const rate = Number(settings['rate'] ?? 50);
    const kib = Number(settings['kib'] ?? 2048);
    progress(`${count} files of ${kib} KiB, ${rate} a second`);
    const tiles = await mkdtemp(join(settings['tiles'] ?? folder, 'gantry-bench-tiles-'));
    const latency = await measureLatency(folder, tiles, { count, rate, kib }).finally(() =>
      rm(tiles, { recursive: true, force: true }),
    );
    const many = Number(settings['many'] ?? 100_000);
    progress(`a folder of ${many} files`);
    const large = await measureLargeFolder(join(folder, 'many'), many);
    return {
      figures: { ...latency, ...large },
      evidence: { files: count, rate, kib, many, node: process.version },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs in a thread of its own: writes tiles under temporary names, renames them, and tells when it did. */
const writer = `
const { parentPort, workerData: { folder, count, rate, kib } } = require('node:worker_threads');
const { writeFileSync, renameSync } = require('node:fs');
const bytes = Buffer.alloc(kib * 1024, 1);
const began = performance.now();
const cpu = process.threadCpuUsage?.() ?? { user: 0, system: 0 };
const times = [];
const next = (n) => {
  if (n === count) {
    const used = process.threadCpuUsage?.(cpu) ?? { user: 0, system: 0 };
    parentPort.postMessage({ times, cpuMs: (used.user + used.system) / 1000 });
    return;
  }
  const name = folder + '/tile_' + n + '.tif';
  bytes.writeUInt32LE(n, 0);
  writeFileSync(name + '.part', bytes);
  times.push(performance.timeOrigin + performance.now());
  renameSync(name + '.part', name);
  setTimeout(next, Math.max(0, began + ((n + 1) * 1000) / rate - performance.now()), n + 1);
};
next(0);
`;

async function measureLatency(
  folder: string,
  tiles: string,
  write: { readonly count: number; readonly rate: number; readonly kib: number },
): Promise<Record<string, number>> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres') });
  const pool = await openPool({ config: postgres.config, applicationName: 'gantry-bench' });
  try {
    await migrate(pool);
    const engine = openEngine(pool);
    const dataset = await createDataset(engine, {
      project: 1,
      name: 'tiles',
      type: 'image',
      axes: ['n'],
      bounds: unbounded,
    });
    const tool = toolManifestSchema.parse({
      gantry: 'tool/v1',
      name: 'map',
      version: '1.0.0',
      command: ['true'],
      inputs: { tile: { type: 'image' } },
      outputs: { made: { type: 'image', path: 'made.tif' } },
    });
    const text =
      'gantry: pipeline/v1\nname: bench\nsource: { type: image, axes: [n] }\nstages:\n  map: { tool: map@1, inputs: { tile: source } }\n';
    const pipeline = compilePipeline(parsePipelineFile(text, 'bench.yaml'), [tool]);
    await createRun(engine, { project: 1, name: 'bench', pipeline, sources: { source: dataset }, tools: {} });
    const sources = await openLiveSources(engine, () => {});
    await sources.watch(dataset, { folder: tiles, pattern: 'tile_{n:d+}.tif', wholeTiffs: false });
    const admitted = new Map<number, number>();
    const asking = new Set<Promise<void>>();
    const unlisten = engine.listen(() => {
      const at = performance.timeOrigin + performance.now();
      const ask = pool
        .query<{ place: number[] }>('SELECT place FROM item WHERE dataset = $1', [dataset])
        .then(({ rows }) => {
          for (const { place } of rows)
            admitted.set(place[0]!, Math.min(admitted.get(place[0]!) ?? Infinity, at));
        })
        .finally(() => asking.delete(ask));
      asking.add(ask);
    });
    const cpu = process.cpuUsage();
    const began = performance.now();
    const thread = new Worker(writer, { eval: true, workerData: { folder: tiles, ...write } });
    const [{ times, cpuMs }] = (await once(thread, 'message')) as [{ times: number[]; cpuMs: number }];
    while (admitted.size < write.count) {
      await Promise.all(asking);
      await sleep(10);
    }
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = performance.now() - began;
    unlisten();
    await sources.close();
    const latencies = times.map((time, n) => (admitted.get(n) ?? NaN) - time).sort((a, b) => a - b);
    const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
    return {
      renamed_to_admitted_p50_ms: at(0.5),
      renamed_to_admitted_p95_ms: at(0.95),
      renamed_to_admitted_most_ms: latencies.at(-1) ?? NaN,
      admitting_cpu_percent: (((user + system) / 1000 - cpuMs) / elapsed) * 100,
    };
  } finally {
    await pool.end();
    await postgres.stop();
  }
}

async function measureLargeFolder(folder: string, many: number): Promise<Record<string, number>> {
  await mkdir(folder);
  for (let start = 0; start < many; start += 500) {
    const block = Array.from({ length: Math.min(500, many - start) }, (_, index) => start + index);
    await Promise.all(block.map((n) => writeFile(join(folder, `tile_${n}.tif`), 'x')));
  }
  const began = performance.now();
  const watch = watchFolder(folder, {
    depth: 0,
    enters: () => true,
    fits: (name) => name.startsWith('tile_'),
  });
  try {
    let counted = 0;
    for await (const events of watch) {
      counted += events.length;
      if (counted >= many) break;
    }
    const firstLook = (performance.now() - began) / 1000;
    // A folder that has just changed is listed again and again; let it come to rest.
    await sleep(3000);
    const scanCpu = process.cpuUsage();
    const scanBegan = performance.now();
    await watch.scan();
    const scanMs = performance.now() - scanBegan;
    while (watch.state().pending > 0) await sleep(10);
    const scanned = process.cpuUsage(scanCpu);
    return {
      first_look_seconds: firstLook,
      scan_ms: scanMs,
      scan_cpu_ms: (scanned.user + scanned.system) / 1000,
    };
  } finally {
    await watch.close();
  }
}
