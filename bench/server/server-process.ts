/**
 * A server in a process of its own, so that what it takes of the processor can be told from what those take who ask
 * it. Started by `startServerProcess`; it ends with the one that started it.
 */
import { fork } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, openPool, startEmbeddedPostgres } from '@gantry/database';
import { startServer } from '@gantry/server';
import { openDataDirectory } from '@gantry/storage';
import { repositoryRoot } from '../../scripts/repository.ts';

export const [ownerToken, agentToken] = ['owner-token', 'agent-token'];

export interface ServerProcess {
  readonly url: string;
  /** Seconds of the processor so far: of the server, and of its database. Undefined where that cannot be told. */
  cpuSeconds(): { readonly server: number; readonly database: number } | undefined;
  /** The most memory that the server has had at once, in bytes; NaN where that cannot be told. */
  mostMemory(): number;
  close(): Promise<void>;
}

/** What it says once it listens: its address, and the process of its database. */
interface Ready {
  readonly url: string;
  readonly postgres: number;
}

/** Starts one in a folder that the database's user can enter. */
export async function startServerProcess(folder: string): Promise<ServerProcess> {
  const child = fork(import.meta.filename, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url, postgres } = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    child.once('exit', (code) => reject(new Error(`The server has ended with ${code ?? 'a signal'}.`)));
  });
  const server = child.pid ?? 0;
  return {
    url,
    cpuSeconds() {
      if (process.platform !== 'linux') return undefined;
      return { server: cpuOf([server]), database: cpuOf(withDescendants(postgres)) };
    },
    mostMemory() {
      const status = process.platform === 'linux' ? readFileSync(`/proc/${server}/status`, 'utf8') : '';
      return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) * 1024;
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

/** The kernel counts in hundredths of a second. */
const ticksPerSecond = 100;

/** Fields of `/proc/PID/stat` behind the name, which may hold anything; undefined for a process that has gone. */
function readStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function cpuOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const fields = readStat(pid) ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond;
}

function withDescendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? readStat(Number(name))?.[1] : undefined;
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid === root || (pid !== undefined && parents.has(pid) && isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow);
}

async function serve(folder: string): Promise<void> {
  const data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres') });
  const pool = await openPool({ config: postgres.config, applicationName: 'gantry-bench' });
  await migrate(pool);
  const server = await startServer({
    dataDirectory: data,
    pool,
    host: '127.0.0.1',
    port: 0,
    userToken: ownerToken,
    agentToken,
    toolFolders: [],
    webFolder: join(repositoryRoot, 'packages', 'web', 'dist'),
    version: 'bench',
    log: (line) => process.stderr.write(`${line}\n`),
  });
  process.once('disconnect', () => {
    const close = async (): Promise<void> => {
      await server.close();
      await pool.end();
      await postgres.stop();
      await data.close();
    };
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.send?.({ url: server.url, postgres: postgres.pid } satisfies Ready);
}

if (import.meta.main) await serve(process.argv[2] ?? '');
