/**
 * A run of a million tiles through the server: how soon it is there, and what a page that shows it waits for.
 *
 * Three maps over `--tiles=1000000` places of two axes. While agents in another process claim and report blocks of tasks
 * over HTTP, a page is looked at for `--seconds=20`: one request after the other, each from asking to having it decoded,
 * 50 ms between them; the 95th percentile of each kind.
 *
 * - `create_seconds`: from the request for the run until it is there with its 3,000,000 tasks; `admit_seconds` before it:
 *   the tiles in blocks of 10,000
 * - `heatmap_ms`: all places of a stage with their states; `heatmap_changes_ms`: what has changed since the last look;
 *   `heatmap_first_ms`: the first look at a stage, for which the server reads all of its tasks
 * - `counts_ms`: the run with the counts of all stages; `tasks_page_ms`: the first hundred tasks
 * - `server_rss_mib`: the most memory that the server has had
 * - `settled_per_second`: what the agents get done meanwhile
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MapClient, UserClient } from '@gantry/client';
import type { MapColumns } from '@gantry/model';
import type { BenchOptions, BenchResult } from '../scripts/bench.ts';
import { startBusyAgents } from './million/busy-agents.ts';
import { ownerToken, startServerProcess, type ServerProcess } from './server/server-process.ts';
import { round, summarize } from './server/times.ts';

const admittedAtOnce = 10_000;
const pauseMs = 50;

const tool = `
gantry: tool/v1
name: map
version: 1.0.0
command: ['true']
inputs: { tile: { type: image } }
outputs: { made: { type: image, path: made.tif } }
`;
const pipeline = `
gantry: pipeline/v1
name: million
sources: { tiles: { type: image, axes: [row, col] } }
stages:
  first:  { tool: map@1, inputs: { tile: tiles } }
  second: { tool: map@1, inputs: { tile: first.made } }
  third:  { tool: map@1, inputs: { tile: second.made } }
`;

export async function run({ progress, settings }: BenchOptions): Promise<BenchResult> {
  const tiles = Number(settings['tiles'] ?? 1_000_000);
  const seconds = Number(settings['seconds'] ?? 20);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-million-'));
  // PostgreSQL's user must be able to enter it where this runs as root.
  await chmod(folder, 0o755);
  const server = await startServerProcess(folder);
  try {
    const client = new UserClient({ server: server.url, token: ownerToken });
    progress(`admitting ${tiles} tiles`);
    const admitBegan = performance.now();
    const dataset = await admitTiles(client, tiles);
    const admitSeconds = secondsSince(admitBegan);
    progress('making the run');
    const createBegan = performance.now();
    const id = await client.createRun({
      name: 'million',
      pipeline: { file: 'million.yaml', text: pipeline },
      tools: [await writeTool(folder)],
      sources: { tiles: dataset },
    });
    const createSeconds = secondsSince(createBegan);
    progress('looking at it');
    const looked = await lookWhileItRuns(server, client, id, { tiles, seconds });
    return {
      figures: {
        create_seconds: round(createSeconds),
        admit_seconds: round(admitSeconds),
        ...looked.figures,
        server_rss_mib: round(server.mostMemory() / 2 ** 20),
      },
      evidence: {
        ...{ cpus: cpus().map(({ model }) => model), node: process.version, tiles },
        ...looked.evidence,
      },
    };
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function lookWhileItRuns(
  server: ServerProcess,
  client: UserClient,
  run: number,
  { tiles, seconds }: { readonly tiles: number; readonly seconds: number },
): Promise<{ figures: Record<string, number>; evidence: Record<string, unknown> }> {
  const agents = await startBusyAgents(server.url);
  try {
    const maps = new MapClient(client);
    const shown = { stage: 'first', x: 'col', y: 'row' };
    const began = performance.now();
    let map: MapColumns = await maps.map(run, shown);
    const first = performance.now() - began;
    const times: Record<'heatmap' | 'changes' | 'counts' | 'tasks', number[]> = {
      heatmap: [],
      changes: [],
      counts: [],
      tasks: [],
    };
    const timed = async <T>(kept: number[], ask: () => Promise<T>): Promise<T> => {
      await sleep(pauseMs);
      const start = performance.now();
      const answer = await ask();
      kept.push(performance.now() - start);
      return answer;
    };
    const before = { at: performance.now(), settled: agents.settled() };
    while (performance.now() - before.at < seconds * 1000) {
      map = await timed(times.heatmap, () => maps.map(run, shown));
      if (map.count !== tiles) throw new Error(`The map has ${map.count} places, not ${tiles}.`);
      const { change } = map;
      await timed(times.changes, () => maps.map(run, { ...shown, since: change }));
      const { stages } = await timed(times.counts, () => client.run(run));
      const counted = Object.values(stages[0]?.tasks ?? {}).reduce((sum, count) => sum + count, 0);
      if (counted !== tiles) throw new Error(`${counted} tasks are counted, not ${tiles}.`);
      const page = await timed(times.tasks, () => client.tasks(run));
      if (page.length !== 100) throw new Error(`A page has ${page.length} tasks.`);
    }
    const settled = agents.settled() - before.settled;
    if (settled === 0) throw new Error('Nothing was settled meanwhile.');
    const all = Object.fromEntries(Object.entries(times).map(([name, taken]) => [name, summarize(taken)]));
    return {
      figures: {
        heatmap_ms: summarize(times.heatmap).p95,
        heatmap_changes_ms: summarize(times.changes).p95,
        heatmap_first_ms: round(first),
        counts_ms: summarize(times.counts).p95,
        tasks_page_ms: summarize(times.tasks).p95,
        settled_per_second: Math.round(settled / secondsSince(before.at)),
      },
      evidence: { times: all, settled },
    };
  } finally {
    await agents.close();
  }
}

/** A closed dataset of as many rows as columns. */
async function admitTiles(client: UserClient, tiles: number): Promise<number> {
  const dataset = await client.createDataset({ name: 'tiles', type: 'image', axes: ['row', 'col'] });
  const columns = Math.ceil(Math.sqrt(tiles));
  for (let start = 0; start < tiles; start += admittedAtOnce) {
    await client.admitItems(dataset, {
      items: Array.from({ length: Math.min(admittedAtOnce, tiles - start) }, (_, index) => {
        const tile = start + index;
        const place = [Math.floor(tile / columns), tile % columns];
        const name = `tile_r${place[0]}_c${place[1]}.ome.tif`;
        return {
          ...{ place, name, path: `/data/microscope/2026-03-01/${name}`, size: 8_388_608 },
          checksum: `sha256:${tile.toString(16).padStart(64, '0')}`,
        };
      }),
    });
  }
  await client.closeDataset(dataset);
  return dataset;
}

async function writeTool(folder: string): Promise<string> {
  const tools = join(folder, 'tools');
  await mkdir(join(tools, 'map'), { recursive: true });
  await writeFile(join(tools, 'map', 'tool.yaml'), tool);
  return tools;
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
