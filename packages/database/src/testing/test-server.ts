/**
 * The PostgreSQL of a test run: started when the first test file asks for it, so that runs without a database do
 * not pay for one, and stopped with the run. Belongs to Vitest's main process; test files ask through a socket.
 */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { openPool } from '../connect.ts';
import { startEmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';
import type { EmbeddedConnection, EmbeddedPostgres } from '../embedded/start-embedded-postgres.ts';
import { migrate } from '../migrate.ts';

/** The database that clones are made from. */
export const templateName = 'gantry_template';

const folderPrefix = 'gantry-test-';
const runFileName = 'run.pid';

/** What a test file is told: how to connect, or why it cannot. */
export type TestServerAnswer =
  | { readonly kind: 'ready'; readonly config: EmbeddedConnection }
  | { readonly kind: 'failed'; readonly message: string };

export interface TestServer {
  /** The socket that test files ask at. */
  readonly socket: string;
  close(): Promise<void>;
}

/**
 * Listens for test files. The server's durability is off: a test run that loses its machine starts again.
 * Servers of runs that were killed are stopped first.
 */
export async function openTestServer(): Promise<TestServer> {
  await sweepAbandonedRuns();
  // Not os.tmpdir(): a socket's path is short.
  const folder = await mkdtemp(join('/tmp', folderPrefix));
  await writeFile(join(folder, runFileName), String(process.pid));
  let starting: Promise<EmbeddedPostgres> | undefined;
  const answer = async (): Promise<TestServerAnswer> => {
    try {
      starting ??= startWithTemplate(folder);
      return { kind: 'ready', config: (await starting).config };
    } catch (error) {
      return {
        kind: 'failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  };
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A test file that was killed while it waited.
    socket.on('error', () => socket.destroy());
    void answer().then((told) => socket.end(JSON.stringify(told)));
  });
  const socket = join(folder, 'ask');
  await new Promise<void>((fulfil, reject) => {
    listener.once('error', reject);
    listener.listen(socket, fulfil);
  });
  return {
    socket,
    async close() {
      for (const open of sockets) open.destroy();
      await new Promise((closed) => listener.close(closed));
      const server = await starting?.catch(() => undefined);
      await server?.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

async function startWithTemplate(folder: string): Promise<EmbeddedPostgres> {
  // The server's user must be able to enter it.
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres({
    dataDirectory: join(folder, 'postgres'),
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
      shared_buffers: '64MB',
    },
  });
  const admin = new pg.Client({ ...server.config });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${templateName}`);
  } finally {
    await admin.end();
  }
  const pool = await openPool({
    config: { ...server.config, database: templateName },
    max: 1,
    applicationName: 'gantry-test-template',
  });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
  return server;
}

/** Stops the servers of test runs whose main process is gone, and removes their folders. */
async function sweepAbandonedRuns(): Promise<void> {
  for (const name of await readdir('/tmp')) {
    if (!name.startsWith(folderPrefix)) continue;
    const folder = join('/tmp', name);
    if ((await stat(folder).catch(() => undefined))?.uid !== process.geteuid?.()) continue;
    const pid = Number(await readFile(join(folder, runFileName), 'utf8').catch(() => ''));
    // No number: it is just being made.
    if (pid === 0 || isRunning(pid)) continue;
    const line = await readFile(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').catch(
      () => '',
    );
    const postmaster = Number.parseInt(line, 10);
    if (postmaster > 0 && line.includes(folder)) stop(postmaster);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function stop(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
