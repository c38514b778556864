/**
 * A run whose server, agents and database are killed again and again, and the look at what came of it: every output is
 * there exactly once with the right bytes, no task has succeeded twice, and nothing is left running.
 *
 * Three agents are at work: the server's own, one that has joined and sees its storage, and one that has joined and has
 * all files brought and sent.
 */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserClient } from '@gantry/client';
import { openPool, startEmbeddedPostgres } from '@gantry/database';
import type { RunDetail } from '@gantry/model';
import { layOut, readServer } from '@gantry/storage';
import { repositoryRoot } from '../../../scripts/repository.ts';
import {
  findConnection,
  findPostmaster,
  findProcesses,
  keepAlive,
  killHard,
  ownEnvironment,
  type KeptProcess,
} from './parts.ts';
import { planKills, type Kill } from './plan.ts';
import {
  countTasks,
  expectOutputs,
  pattern,
  pipelineText,
  toolFolder,
  writeInput,
  type Size,
} from './work.ts';

export interface FaultOptions {
  readonly seed: number;
  readonly size: Size;
  readonly kills: number;
  /** For the whole, from the start of the run to its end. */
  readonly limitMs: number;
  readonly log: (line: string) => void;
}

export interface FaultReport {
  readonly killed: number;
  readonly lostAttempts: number;
  readonly seconds: number;
  /** What is not as it must be; none if all is well. */
  readonly faults: readonly string[];
}

const launcher = join(repositoryRoot, 'packages', 'cli', 'bin', 'gantry.mjs');
/** What agents that join are started with; before them is the server's own. */
const joining = [[], ['--storage', 'transfer']] as const;
const agents = 1 + joining.length;
const pollMs = 50;

export async function runUnderFault(options: FaultOptions): Promise<FaultReport> {
  // The database's user must be able to enter it where this runs as root.
  const folder = await mkdtemp('/tmp/gantry-faults-');
  await chmod(folder, 0o711);
  const parts: KeptProcess[] = [];
  try {
    return await workUnderFault(folder, parts, options);
  } catch (error) {
    for (const part of parts) options.log(part.said());
    throw error;
  } finally {
    await Promise.all(parts.map((part) => part.stop()));
    for (const { pid } of findProcesses(folder)) killHard(pid);
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function workUnderFault(
  folder: string,
  parts: KeptProcess[],
  options: FaultOptions,
): Promise<FaultReport> {
  const { seed, size, kills, limitMs, log } = options;
  const data = join(folder, 'data');
  const layout = layOut(data);
  await writeInput(join(folder, 'input'), size);
  const env = ownEnvironment(folder);
  const port = await freePort();
  const server = keepAlive([launcher, 'up', '--data-dir', data, '--port', String(port), '--slots', '2'], env);
  parts.push(server);

  const began = Date.now();
  const ask = <T>(request: (client: UserClient) => Promise<T>): Promise<T> =>
    askAlive(layout, request, began + limitMs);
  const joined: KeptProcess[] = [];
  for (const [index, options] of joining.entries()) {
    const { token } = await ask((client) => client.inviteAgent({}));
    const name = `joined-${index + 1}`;
    const words = ['--server', `http://127.0.0.1:${port}`, '--folder', join(folder, name), '--name', name];
    const agent = keepAlive([launcher, 'agent', ...words, '--slots', '2', ...options], {
      ...env,
      GANTRY_AGENT_TOKEN: token,
    });
    parts.push(agent);
    joined.push(agent);
  }
  await until(async () => (await ask((client) => client.agents())).length === agents, began + limitMs);
  const run = await ask((client) =>
    client.createRun({
      pipeline: { file: 'under-fault.yaml', text: pipelineText },
      tools: [toolFolder],
      sources: { source: { folder: join(folder, 'input'), pattern } },
    }),
  );

  const strike = async ({ victim }: Kill): Promise<boolean> => {
    if (victim === 'server') return server.kill();
    if (victim === 'database') return killHard(await findPostmaster(layout.postgres));
    if (victim === 'connection') return killHard(await findConnection(layout.postgres));
    const other = joined[Number(victim.replace('agent ', '')) - 1];
    if (other !== undefined) return other.kill();
    return killHard(
      findProcesses(join(data, 'agent')).find(({ command }) => command.includes('main.ts'))?.pid,
    );
  };
  let killed = 0;
  const tasks = countTasks(size);
  for (const kill of planKills(seed, kills, tasks, agents)) {
    await until(async () => doneOf(await ask((client) => client.run(run))) >= kill.after, began + limitMs);
    await sleep(kill.delayMs);
    // What is being started again cannot be killed yet.
    await until(() => strike(kill), began + limitMs);
    killed++;
    log(`${((Date.now() - began) / 1000).toFixed(1)} s: ${kill.victim} killed after ${kill.after} tasks`);
  }
  await until(async () => {
    const { state } = await ask((client) => client.run(run));
    if (state !== 'active' && state !== 'succeeded') throw new Error(`The run is ${state}`);
    return state === 'succeeded';
  }, began + limitMs);
  const seconds = (Date.now() - began) / 1000;
  log(`${seconds.toFixed(1)} s: the run has ended; ${killed} kills`);

  const faults = await ask((client) => compareOutputs(client, run, size));
  const outputs = expectOutputs(size).size;
  // What kills have left in the store goes some time after a start.
  await until(async () => (await countFiles(layout.store)) <= outputs, Date.now() + 120_000).catch(() => {});
  const files = await countFiles(layout.store);
  if (files !== outputs) faults.push(`${files} files are in the store, for ${outputs} outputs`);
  const { tasks: counts } = await ask((client) => client.run(run));
  if (counts.succeeded !== tasks) faults.push(`${counts.succeeded} of ${tasks} tasks have succeeded`);

  await Promise.all(parts.map((part) => part.stop()));
  for (const { command } of findProcesses(folder)) faults.push(`left running: ${command}`);
  const attempts = await readAttempts(layout.postgres);
  if (attempts.twice > 0) faults.push(`${attempts.twice} tasks have succeeded more than once`);
  return { killed, lostAttempts: attempts.lost, seconds, faults };
}

/** Asks whatever server there is, until one answers. */
async function askAlive<T>(
  layout: ReturnType<typeof layOut>,
  request: (client: UserClient) => Promise<T>,
  limit: number,
): Promise<T> {
  for (;;) {
    try {
      const record = await readServer(layout);
      if (record !== undefined)
        return await request(new UserClient({ server: record.url, token: record.token }));
    } catch (error) {
      if (Date.now() > limit) throw error;
    }
    if (Date.now() > limit) throw new Error('No server has answered.');
    await sleep(pollMs);
  }
}

const doneOf = ({ tasks }: RunDetail): number => tasks.succeeded ?? 0;

async function compareOutputs(client: UserClient, run: number, size: Size): Promise<string[]> {
  const faults: string[] = [];
  const expected = expectOutputs(size);
  const seen = new Set<string>();
  for (const { stage, items } of await client.outputs(run)) {
    for (const { place, path } of items) {
      const key = `${stage} ${place['z'] ?? '-'} ${place['n'] ?? '-'}`;
      if (seen.has(key)) faults.push(`${key} is there twice`);
      seen.add(key);
      const text = await readFile(path, 'utf8');
      if (text !== expected.get(key)) faults.push(`${key} holds ${JSON.stringify(text.slice(0, 200))}`);
    }
  }
  for (const key of expected.keys()) if (!seen.has(key)) faults.push(`${key} is not there`);
  return faults;
}

async function countFiles(store: string): Promise<number> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  // By what agents find out whether they see the store is no output.
  return entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.probes')).length;
}

async function readAttempts(postgresFolder: string): Promise<{ twice: number; lost: number }> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: postgresFolder });
  const pool = await openPool({ config: postgres.config, applicationName: 'faults', log: () => {} });
  try {
    const { rows } = await pool.query<{ twice: number; lost: number }>(
      `SELECT count(*) FILTER (WHERE succeeded > 1)::int AS twice, sum(lost)::int AS lost
       FROM (SELECT count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
                    count(*) FILTER (WHERE outcome = 'lost') AS lost
             FROM attempt GROUP BY task) AS each`,
    );
    return rows[0]!;
  } finally {
    await pool.end();
    await postgres.stop();
  }
}

async function until(condition: () => boolean | Promise<boolean>, limit: number): Promise<void> {
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error('It was not so in time.');
    await sleep(pollMs);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.');
  return address.port;
}
