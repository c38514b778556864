/**
 * The engine's speed: tiles through three stages with release of successors, durable, beside graphile-worker.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openPool, startEmbeddedPostgres } from '@gantry/database';
import { driveQueue } from './engine/graphile-worker.ts';
import { driveRun } from './engine/drive-run.ts';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-engine-'));
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres') });
  const pool = await openPool({ config: postgres.config, applicationName: 'gantry-bench', max: 4 });
  const other = await openPool({ config: postgres.config, applicationName: 'graphile', max: 25 });
  try {
    await migrate(pool);
    const tiles = Number(settings['tiles'] ?? 10000);
    const evidence: any[] = [];
    for (let i = 0; i < Number(settings['rounds'] ?? 2); i++) {
      for (const p of (settings['what'] ?? 'map,neighbors,graphile').split(',')) {
        const r =
          p === 'graphile'
            ? await driveQueue(other, 3 * tiles, postgres.pid)
            : await driveRun(pool, p as any, tiles, postgres.pid);
        progress(
          `${p} ${tiles}: ${(r.completions / r.seconds).toFixed(0)}/s; cpu us: client ${((r.cpu.client / r.completions) * 1e6).toFixed(1)} server ${((r.cpu.server / r.completions) * 1e6).toFixed(1)}${'admitSeconds' in r && 'createSeconds' in r ? ` create ${(tiles / r.createSeconds).toFixed(0)}/s admit ${(tiles / r.admitSeconds).toFixed(0)}/s` : ''}`,
        );
        evidence.push(r);
      }
    }
    return { figures: {}, evidence: { cpus: cpus().length, evidence } };
  } finally {
    await pool.end();
    await other.end();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
