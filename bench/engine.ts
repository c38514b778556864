/**
 * The engine's speed: tiles through three stages with release of what comes after, durable, beside graphile-worker.
 *
 * `--tiles=100000` is the size of the runs that are compared, `--rounds=3` how often; `--most=1000000` is the size of
 * the large run at the end (0 leaves it out).
 *
 * - `tile_completions_per_second`: attempts settled a second, from the first claim to the end of a run of three maps;
 *   three agents in this process claim and report blocks of 1,000; the median of the rounds
 * - `with_open_snapshot_per_second`: the same while another connection holds a snapshot from before it
 * - `ratio_to_graphile_worker_batched`: the same, to as many jobs of a flat queue of graphile-worker in its batched form,
 *   in this process and on this server, one after the other; the median of the rounds
 * - `cost_ratio_1000000_to_10000`: seconds per completion of the large run to those of runs of 10,000 tiles;
 *   `cpu_cost_ratio_…`: the same of processor time, which other work on the machine disturbs less
 * - `cost_ratio_neighbors_to_map`: seconds per completion of a run whose second stage reads each place and the next
 * - `cpu_microseconds_per_completion`, `…_client_…`, `…_of_graphile_worker`: processor time of this process and of
 *   PostgreSQL's, and of this process alone
 * - `tiles_created_per_second`, `create_seconds_1000000`: making a run of tiles that are there; `heat_map_ms_1000000`:
 *   the places and states of one of its stages, the least of five
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openPool, startEmbeddedPostgres, type Pool } from '@gantry/database';
import { openEngine, readMap } from '@gantry/engine';
import type { CpuSeconds } from './engine/cpu-seconds.ts';
import { driveRun, type DrivenRun, type PipelineName } from './engine/drive-run.ts';
import { driveQueue } from './engine/graphile-worker.ts';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';

const small = 10_000;

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const tiles = Number(settings['tiles'] ?? 100_000);
  const rounds = Number(settings['rounds'] ?? 3);
  const most = Number(settings['most'] ?? 1_000_000);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-engine-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres') });
  const pool = await openPool({ config: postgres.config, applicationName: 'gantry-bench', max: 4 });
  try {
    await migrate(pool);
    await pool.query('CREATE DATABASE graphile_worker');
    const drive = async (pipeline: PipelineName, size: number, note = ''): Promise<DrivenRun> => {
      const driven = await driveRun(pool, pipeline, size, postgres.pid);
      progress(`${pipeline} of ${size} tiles${note}: ${say(driven.rows.attempts, driven)}`);
      return driven;
    };
    const queue = await openPool({
      config: { ...postgres.config, database: 'graphile_worker' },
      applicationName: 'gantry-bench-queue',
      max: 1,
    });
    try {
      await drive('map', small, ' (warming up)');
      const smalls: DrivenRun[] = [];
      const maps: DrivenRun[] = [];
      const neighbors: DrivenRun[] = [];
      const queues: Awaited<ReturnType<typeof driveQueue>>[] = [];
      for (let round = 0; round < rounds; round++) {
        smalls.push(await drive('map', small));
        maps.push(await drive('map', tiles));
        const driven = await driveQueue(queue, 3 * tiles, postgres.pid);
        progress(`graphile-worker, ${driven.jobs} jobs: ${say(driven.jobs, driven)}`);
        queues.push(driven);
        neighbors.push(await drive('neighbors', tiles));
      }
      const behind = await withOpenSnapshot(pool, () => drive('map', tiles, ' behind a snapshot'));
      const cost = (driven: DrivenRun): number => driven.seconds / driven.rows.attempts;
      const cpuCost = ({ cpu, rows }: DrivenRun): number => (cpu.client + cpu.server) / rows.attempts;
      const figures: Record<string, number> = {
        tile_completions_per_second: median(maps.map((driven) => 1 / cost(driven))),
        with_open_snapshot_per_second: 1 / cost(behind),
        ratio_to_graphile_worker_batched: median(
          maps.map((driven, round) => queues[round]!.seconds / queues[round]!.jobs / cost(driven)),
        ),
        cost_ratio_neighbors_to_map: median(
          neighbors.map((driven, round) => cost(driven) / cost(maps[round]!)),
        ),
        cpu_microseconds_per_completion: 1e6 * median(maps.map(cpuCost)),
        cpu_microseconds_client_per_completion:
          1e6 * median(maps.map(({ cpu, rows }) => cpu.client / rows.attempts)),
        cpu_microseconds_of_graphile_worker:
          1e6 * median(queues.map(({ cpu, jobs }) => (cpu.client + cpu.server) / jobs)),
        tiles_created_per_second: median(maps.map(({ tiles: made, createSeconds }) => made / createSeconds)),
      };
      const evidence: Record<string, unknown> = { smalls, maps, neighbors, queues, behind };
      if (most > 0) {
        const large = await drive('map', most);
        Object.assign(figures, {
          [`cost_ratio_${most}_to_${small}`]: cost(large) / median(smalls.map(cost)),
          [`cpu_cost_ratio_${most}_to_${small}`]: cpuCost(large) / median(smalls.map(cpuCost)),
          [`create_seconds_${most}`]: large.createSeconds,
          [`heat_map_ms_${most}`]: await timeHeatMap(pool, large.run),
        });
        evidence['large'] = large;
      }
      return {
        figures,
        evidence: { cpus: cpus().map(({ model }) => model), ...(await describeServer(pool)), ...evidence },
      };
    } finally {
      await queue.end();
    }
  } finally {
    await pool.end();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function say(completions: number, { seconds, cpu }: { seconds: number; cpu: CpuSeconds }): string {
  const each = (of: number): string => ((of * 1e6) / completions).toFixed(1);
  return `${Math.round(completions / seconds)}/s; processor time of each ${each(cpu.client)} µs here, ${each(cpu.server)} µs in PostgreSQL`;
}

/** A snapshot keeps rows that are removed after it from being cleaned away. */
async function withOpenSnapshot<T>(pool: Pool, use: () => Promise<T>): Promise<T> {
  const { host, port, user, password, database } = pool.options;
  const other = await openPool({
    config: {
      host: host ?? '',
      port: port ?? 0,
      user: user ?? '',
      password: String(password),
      database: database ?? '',
    },
    applicationName: 'gantry-bench-snapshot',
    idleInTransactionMs: 0,
    max: 1,
  });
  const client = await other.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SELECT count(*) FROM run');
    return await use();
  } finally {
    await client.query('ROLLBACK');
    client.release();
    await other.end();
  }
}

async function timeHeatMap(pool: Pool, run: number): Promise<number> {
  const engine = openEngine(pool);
  let least = Infinity;
  for (let time = 0; time < 5; time++) {
    const began = performance.now();
    await readMap(engine, run, {
      stage: 'second',
      x: 'n',
      y: 'z',
      at: {},
      since: undefined,
      measure: undefined,
    });
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

/** Its version, and the settings on which durability rests. */
async function describeServer(pool: Pool): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `SELECT name, current_setting(name) AS setting FROM pg_settings
     WHERE name IN ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'wal_sync_method',
       'shared_buffers', 'max_wal_size', 'checkpoint_timeout') ORDER BY name`,
  );
  return { server: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('no values');
  return middle;
}
