/**
 * What a browser test looks at: a server with an agent, and runs of a small pipeline whose tasks succeed, fail with
 * HTML in their words, or wait until the test lets them go.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserClient } from '@gantry/client';
import type { testDatabase } from '@gantry/database/testing';
import { startServer, type RunningServer } from '@gantry/server';
import { checksumFile, openDataDirectory, type DataDirectory } from '@gantry/storage';
import { buildWeb } from '../../scripts/build-web.ts';
import { repositoryRoot } from '../../scripts/repository.ts';

const prepareTool = `
gantry: tool/v1
name: prepare
title: Prepares a tile
version: 1.0.0
command: [node, "\${tool.folder}/main.mjs", "\${inputs.tile}", "\${outputs.ready}", "\${params.gate}", "\${params.wait}", "\${params.shout}"]
inputs: { tile: { type: file } }
params: { gate: { type: string }, wait: { type: integer, default: 0 }, shout: { type: integer, default: 0 } }
outputs: { ready: { type: file, path: "\${inputs.tile.stem}-ready.txt" } }
resources: { cpu: 0.25, memory: 64MiB }
`;

/** Tile 7 of each plane fails while there is no light; the first tile waits for the gate, if there is one, and says so again and again. */
const prepareScript = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const [tile, out, gate, wait, shout] = process.argv.slice(2);
const text = readFileSync(tile, 'utf8');
console.log('reading ' + text);
if (shout > 0) console.log('a'.repeat(shout));
if (text.endsWith('tile 7') && !existsSync(new URL('light', import.meta.url))) {
  console.error('<b onclick="window.hacked=1">no light</b> in ' + text);
  process.exit(3);
}
await new Promise((resume) => setTimeout(resume, Number(wait)));
if (gate !== '' && text.includes('plane 1 tile 0')) {
  for (let line = 1; !existsSync(gate); line++) {
    console.log('waiting, line ' + line);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
console.log('done');
writeFileSync(out, text);
`;

const joinTool = `
gantry: tool/v1
name: join
title: Joins the tiles of a plane
version: 1.0.0
command: [node, "\${tool.folder}/main.mjs", "\${inputs.tiles.manifest}", "\${outputs.joined}"]
inputs: { tiles: { type: file, many: true } }
outputs: { joined: { type: file, path: joined.txt } }
resources: { cpu: 0.25, memory: 64MiB }
`;

const joinScript = `
import { readFileSync, writeFileSync } from 'node:fs';
const [manifest, out] = process.argv.slice(2);
writeFileSync(out, JSON.parse(readFileSync(manifest, 'utf8')).items.map(({ name }) => name).join('\\n'));
`;

const pipeline = (tolerate: string): string => `
gantry: pipeline/v1
name: prepare-and-join
sources: { tiles: { type: file, axes: [z, row, col] } }
stages:
  prepare: { tool: prepare@1, over: each, inputs: { tile: tiles } }
  join: { tool: join@1, over: { group: [z] }, inputs: { tiles: prepare.ready }, tolerate: ${tolerate} }
  bind: { tool: join@1, over: all, inputs: { tiles: join.joined }, tolerate: ${tolerate} }
`;

const prepareOnly = `
gantry: pipeline/v1
name: prepare-only
sources: { tiles: { type: file, axes: [z, row, col] } }
stages: { prepare: { tool: prepare@1, over: each, inputs: { tile: tiles } } }
`;

export interface RunOptions {
  readonly name: string;
  /** `prepare-only` has that stage alone. */
  readonly pipeline?: 'prepare-and-join' | 'prepare-only';
  readonly planes?: number;
  readonly rows?: number;
  readonly columns?: number;
  /** Milliseconds that each task takes at least. */
  readonly wait?: number;
  readonly tolerate?: string;
  /** Characters of a line that each task says. */
  readonly shout?: number;
  /** What the names of the files begin with. */
  readonly prefix?: string;
  /** True where the first task is to wait for `openGate`. */
  readonly held?: boolean;
}

export interface Laboratory {
  readonly url: string;
  readonly client: UserClient;
  readonly data: DataDirectory;
  /** The folder of the tools that its runs use. */
  readonly toolFolder: string;
  /** Starts a run. */
  startRun(options: RunOptions): Promise<number>;
  /** Starts a run on what comes to an empty folder under names such as `tile_z1_r2_c3.tif`. */
  startLiveRun(name: string): Promise<{ readonly run: number; readonly folder: string }>;
  /** Lets the tasks go that wait. */
  openGate(): Promise<void>;
  /** Waits until the run has ended. */
  waitForEnd(run: number): Promise<void>;
  /** Makes tasks wait again. */
  closeGate(): Promise<void>;
  /** Lets what fails succeed when it is tried again, and the reverse. */
  mendTools(): Promise<void>;
  breakTools(): Promise<void>;
  stopServer(): Promise<void>;
  /** At the same address as before. */
  startServer(): Promise<void>;
  close(): Promise<void>;
}

export async function openLaboratory(database: ReturnType<typeof testDatabase>): Promise<Laboratory> {
  buildWeb();
  const folder = await mkdtemp(join(tmpdir(), 'gantry-browser-'));
  await writeTools(folder);
  const data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      dataDirectory: data,
      pool: database.pool,
      host: '127.0.0.1',
      port,
      userToken: 'owner-token',
      agentToken: 'agent-token',
      toolFolders: [],
      webFolder: join(repositoryRoot, 'packages', 'web', 'dist'),
      version: 'test',
      log: (line) => process.stderr.write(`${line}\n`),
    });
  let server = await start(0);
  const { url } = server;
  const agent = startAgent(url, folder);
  const client = new UserClient({ server: url, token: 'owner-token' });
  const gate = gateOf(folder);
  const light = join(folder, 'tools', 'prepare', 'light');
  return {
    url,
    client,
    data,
    toolFolder: join(folder, 'tools'),
    startRun: (options) => startRun(client, folder, options),
    async startLiveRun(name) {
      const watched = await mkdtemp(join(folder, 'watched-'));
      const dataset = await createDataset(client, name);
      await client.watchFolder(dataset, {
        folder: watched,
        pattern: 'tile_z{z:d}_r{row:d}_c{col:d}.tif',
        settleMs: 200,
      });
      return { run: await createRun(client, folder, dataset, { name }), folder: watched };
    },
    openGate: () => writeFile(gate, ''),
    async waitForEnd(run) {
      while ((await client.run(run)).state === 'active') {
        if (agent.exitCode !== null) throw new Error(`The agent has ended with ${agent.exitCode}.`);
        await new Promise((wake) => setTimeout(wake, 50));
      }
    },
    closeGate: () => rm(gate, { force: true }),
    mendTools: () => writeFile(light, ''),
    breakTools: () => rm(light, { force: true }),
    stopServer: () => server.close(),
    async startServer() {
      server = await start(Number(new URL(url).port));
    },
    async close() {
      if (agent.exitCode === null) {
        const ended = new Promise((resolve) => agent.once('exit', resolve));
        agent.kill('SIGTERM');
        await ended;
      }
      await server.close();
      await data.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startAgent(url: string, folder: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      join(repositoryRoot, 'packages/agent/src/main.ts'),
      ...['--server', url, '--data-dir', join(folder, 'agent'), '--name', 'bench-2', '--slots', '3'],
    ],
    { env: { ...process.env, GANTRY_AGENT_TOKEN: 'agent-token' }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
}

/** Writes the tools of the pipeline below a folder. */
export async function writeTools(folder: string): Promise<void> {
  for (const [name, manifest, script] of [
    ['prepare', prepareTool, prepareScript],
    ['join', joinTool, joinScript],
  ] as const) {
    await mkdir(join(folder, 'tools', name), { recursive: true });
    await writeFile(join(folder, 'tools', name, 'tool.yaml'), manifest);
    await writeFile(join(folder, 'tools', name, 'main.mjs'), script);
  }
}

/** The file that tasks wait for which are held. */
export function gateOf(folder: string): string {
  return join(folder, 'gate');
}

/** Starts a run on new tiles below the folder, where its tools are. */
export async function startRun(client: UserClient, folder: string, options: RunOptions): Promise<number> {
  const { name, planes = 2, rows = 3, columns = 4, prefix = 'tile' } = options;
  const dataset = await createDataset(client, name);
  const tiles = await mkdtemp(join(folder, 'tiles-'));
  const items = [];
  for (let z = 1; z <= planes; z++) {
    for (let tile = 0; tile < rows * columns; tile++) {
      const file = `${prefix}_z${z}_${tile}.txt`;
      const path = join(tiles, file);
      await writeFile(path, `plane ${z} tile ${tile}`);
      const place = [z, Math.floor(tile / columns) + 1, (tile % columns) + 1];
      const { size, checksum } = await checksumFile(path);
      items.push({ place, name: file, path, size, checksum });
    }
  }
  await client.admitItems(dataset, { items });
  await client.closeDataset(dataset);
  return createRun(client, folder, dataset, options);
}

async function createDataset(client: UserClient, name: string): Promise<number> {
  return client.createDataset({ name: `${name} tiles`, type: 'file', axes: ['z', 'row', 'col'] });
}

async function createRun(
  client: UserClient,
  folder: string,
  dataset: number,
  options: RunOptions,
): Promise<number> {
  const { name, wait = 0, tolerate = '0', held = false, shout = 0 } = options;
  const text = options.pipeline === 'prepare-only' ? prepareOnly : pipeline(tolerate);
  return client.createRun({
    name,
    pipeline: { file: 'pipeline.yaml', text },
    tools: [join(folder, 'tools')],
    params: { prepare: { gate: held ? gateOf(folder) : '', wait: String(wait), shout: String(shout) } },
    sources: { tiles: dataset },
    // Tasks are looked at as they run, and most runs are of the same tiles.
    cache: false,
  });
}
