/** Folders and processes of the embedded server's tests, which go with each test. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, afterEach } from 'vitest';
import { startEmbeddedPostgres } from '../src/index.ts';
import type {
  EmbeddedConnection,
  EmbeddedPostgres,
  EmbeddedPostgresOptions,
  ServerUser,
} from '../src/index.ts';

export const isRoot = process.geteuid?.() === 0;

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A folder that the server's user can enter. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp('/tmp/gantry-embedded-');
  await chmod(folder, 0o711);
  endings.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

let prepared: Promise<string> | undefined;

/** A folder with a cluster, copied from one that is made once per test file: initdb is most of a start's time. */
export async function makeClusterFolder(): Promise<string> {
  prepared ??= (async () => {
    const folder = await mkdtemp('/tmp/gantry-embedded-');
    await chmod(folder, 0o711);
    const server = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres') });
    await server.stop();
    return folder;
  })();
  const folder = join(await makeFolder(), 'postgres');
  // With owners and modes, which `fs.cp` does not keep.
  execFileSync('cp', ['-a', join(await prepared, 'postgres'), folder]);
  return folder;
}

afterAll(async () => {
  if (prepared !== undefined) await rm(await prepared, { recursive: true, force: true });
});

/** Starts a server that is stopped with the test. */
export async function start(
  dataDirectory: string,
  options: Omit<EmbeddedPostgresOptions, 'dataDirectory'> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDirectory, ...options });
  endings.push(() => server.kill());
  return server;
}

/** Runs one query on a connection of its own. */
export async function query(config: EmbeddedConnection, text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ ...config });
  // Servers are killed here; the query under way says so.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Fulfilled with the first line; rejected with what it wrote if it ends before. */
  readonly started: Promise<{
    readonly pid: number;
    readonly adopted: boolean;
    readonly config: EmbeddedConnection;
  }>;
  /** The lines after the first. */
  readonly lines: unknown[];
  /** Kills it with SIGKILL and waits for its end. */
  kill(): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Runs `server-process.ts`, as another user if one is given. */
export function startProcess(folder: string, task = 'wait', user?: ServerUser): ServerProcess {
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'server-process.ts'), folder, task], {
    ...identity,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const lines: unknown[] = [];
  const started = Promise.withResolvers<{ pid: number; adopted: boolean; config: EmbeddedConnection }>();
  // Not every test waits for it.
  started.promise.catch(() => {});
  let first = true;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const value: unknown = JSON.parse(line);
    if (first) started.resolve(value as { pid: number; adopted: boolean; config: EmbeddedConnection });
    else lines.push(value);
    first = false;
  });
  const ended = new Promise<number | null>((fulfil) => {
    child.once('close', (code) => {
      started.reject(new Error(`The process ended with ${code}: ${errors}`));
      fulfil(code);
    });
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  endings.push(kill);
  return { child, started: started.promise, lines, kill, ended };
}
