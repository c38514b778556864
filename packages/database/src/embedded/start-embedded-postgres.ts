/**
 * Starts the embedded PostgreSQL server: prepares programs, user and cluster, adopts or stops a server that
 * outlived an earlier Gantry, and hands out how to connect. Schema and pool are left to `migrate` and `openPool`.
 */
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GantryError } from '@gantry/model';
import pg from 'pg';
import {
  initializeCluster,
  notEnterable,
  readOrMakeSecret,
  removeUnfinishedClusters,
  roleName,
} from './initialize-cluster.ts';
import { launchPostmaster, waitUntilReady } from './launch-postmaster.ts';
import { findPostmaster, isAlive, stopOrphans, stopPostmaster } from './postmaster.ts';
import { prepareBinaries } from './server-binaries.ts';
import { lastServerLines, pruneServerLogs, startLogName } from './server-log.ts';
import { serverSettings } from './server-settings.ts';
import { canEnter, findServerUser } from './server-user.ts';
import type { ServerUser } from './server-user.ts';
import { makeSocketFolder, removeSocketFolder, socketPort } from './socket-folder.ts';

const databaseName = 'gantry';

export interface EmbeddedPostgresOptions {
  /**
   * The folder that is PostgreSQL's alone (cluster, password, log). The caller holds the lock of the data directory
   * that it lies in: two starters at once are not told apart here.
   */
  readonly dataDirectory: string;
  /** Where the socket's folder goes; `dataDirectory` if absent. */
  readonly runtimeDirectory?: string | undefined;
  /** Ends the start; a server that was started by then is stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Told, a line at a time, about what takes long or was found. */
  readonly log?: ((line: string) => void) | undefined;
  /** Settings beyond ours, by PostgreSQL's names. Tests turn durability off with these. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** The user that PostgreSQL runs as; `findServerUser()` if absent. */
  readonly user?: ServerUser | undefined;
}

/** How to connect, as `pg` takes it. */
export interface EmbeddedConnection {
  /** The socket's folder. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A running embedded server. */
export interface EmbeddedPostgres {
  readonly config: EmbeddedConnection;
  /** The same as a URL. It holds the password: not for logs. */
  readonly connectionString: string;
  readonly pid: number;
  /** True if the server had outlived an earlier Gantry and was taken over as it ran. */
  readonly adopted: boolean;
  /** Fulfilled when the server is gone, asked or not; says what its log said last. */
  readonly exited: Promise<{ readonly lastLines: string }>;
  /** Stops it: open transactions roll back, a checkpoint is written. */
  stop(): Promise<void>;
  /** Stops it at once; the next start recovers. */
  kill(): Promise<void>;
}

/**
 * Starts the server, or takes over the one that is still there. It runs in a session of its own, so that a Ctrl-C
 * meant for us does not reach it, and it goes on if we are killed; the next start finds it.
 *
 * @throws GantryError `embedded-postgres-unavailable`, `server-user-missing`, `data-directory-not-enterable`,
 *   `data-directory-other-owner`, `database-version-mismatch`, `disk-full`, `database-initialisation-failed`,
 *   `database-start-failed` or `database-will-not-stop`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { signal, log } = options;
  const folder = resolve(options.dataDirectory);
  signal?.throwIfAborted();
  const user = await takeFolder(folder, options.user ?? (await findServerUser()));
  const binaries = await prepareBinaries({ user, copyFolder: join(folder, 'binaries') });
  const cluster = join(folder, 'cluster');
  const logFolder = join(folder, 'log');
  await removeUnfinishedClusters(folder);
  const secret = await readOrMakeSecret(folder);
  const found = await readClusterVersion(cluster);
  if (found === undefined) {
    await initializeCluster({ folder, cluster, binaries, user, secret, signal });
  } else if (found !== binaries.major) {
    throw new GantryError(
      'database-version-mismatch',
      `The database in ${cluster} was written by PostgreSQL ${found}; this Gantry brings PostgreSQL ${binaries.major}.`,
      { file: cluster, mend: 'Use the Gantry that wrote it, or another data directory.' },
    );
  }
  await makeOwnFolder(logFolder, user);
  await pruneServerLogs(logFolder);

  // Bears the cluster's path, so that its processes can be found among others'.
  const clusterName = `gantry-${createHash('sha256')
    .update(await realpath(cluster))
    .digest('hex')
    .slice(0, 12)}`;
  const settings = { ...serverSettings(logFolder), cluster_name: clusterName, ...options.settings };
  const settingArgs = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const commandFor = (socketFolder: string): readonly string[] => [
    binaries.postgres,
    ...['-D', cluster, '-k', socketFolder],
    ...settingArgs,
  ];

  const survivor = await findPostmaster(cluster, clusterName);
  if (survivor !== undefined) {
    const { pid, socketFolder } = survivor;
    const same = socketFolder !== undefined && (await wasStartedBy(cluster, commandFor(socketFolder)));
    const connection = same ? describeConnection(socketFolder, secret) : undefined;
    if (connection !== undefined && survivor.ready && (await takeOver(connection))) {
      log?.(`PostgreSQL (process ${pid}) had outlived an earlier Gantry and was taken over.`);
      return describeServer({ pid, connection, logFolder, adopted: true, hasExited: () => !isAlive(pid) });
    }
    log?.(`PostgreSQL (process ${pid}) had outlived an earlier Gantry and is stopped.`);
    await stopPostmaster(pid, () => !isAlive(pid));
    if (socketFolder !== undefined) await removeSocketFolder(socketFolder);
  }
  await stopOrphans(cluster, clusterName);

  const runtimeFolder = resolve(options.runtimeDirectory ?? folder);
  const socketFolder = await makeSocketFolder(runtimeFolder, user);
  const connection = describeConnection(socketFolder, secret);
  let server: { pid: number; hasExited: () => boolean } | undefined;
  try {
    server = await launchPostmaster(commandFor(socketFolder), join(logFolder, startLogName), user);
    await waitUntilReady({ ...server, cluster, folder, logFolder, signal, log });
    await ensureDatabase(connection);
    return describeServer({ ...server, connection, logFolder, adopted: false });
  } catch (error) {
    if (server !== undefined && !server.hasExited()) await stopPostmaster(server.pid, server.hasExited);
    await removeSocketFolder(socketFolder);
    throw error;
  }
}

/** Makes the folder and gives it to PostgreSQL's user; a cluster that exists keeps the user that it has. */
async function takeFolder(folder: string, user: ServerUser | undefined): Promise<ServerUser | undefined> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, gid } = await stat(folder);
  if (user === undefined) {
    if (uid === process.geteuid?.()) return undefined;
    throw new GantryError('data-directory-other-owner', `${folder} belongs to another user (uid ${uid}).`, {
      file: folder,
      mend: 'Run Gantry as that user, or choose another data directory with --data-dir.',
    });
  }
  const owner = uid === 0 ? user : { name: `uid ${uid}`, uid, gid };
  if (uid === 0) {
    await chown(folder, user.uid, user.gid);
    await chmod(folder, 0o700);
  }
  if (!(await canEnter(folder, owner))) throw notEnterable(folder, owner.name);
  return owner;
}

async function makeOwnFolder(folder: string, user: ServerUser | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
}

/** The major version that wrote the cluster, or `undefined` if there is none yet. */
async function readClusterVersion(cluster: string): Promise<number | undefined> {
  try {
    return Number((await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** True if the running server was started with just this command, by PostgreSQL's own record. */
async function wasStartedBy(cluster: string, command: readonly string[]): Promise<boolean> {
  const record = await readFile(join(cluster, 'postmaster.opts'), 'utf8').catch(() => '');
  const [program, ...args] = command;
  return record.trim() === [program, ...args.map((arg) => `"${arg}"`)].join(' ');
}

function describeConnection(host: string, password: string): EmbeddedConnection {
  return { host, port: socketPort, user: roleName, password, database: databaseName };
}

/** Ends the sessions of the Gantry that is gone. False if the server does not answer as it should. */
async function takeOver(connection: EmbeddedConnection): Promise<boolean> {
  try {
    await withClient(connection, async (client) => {
      await client.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      );
    });
    return true;
  } catch {
    // Its socket's folder may be gone, or it hangs: the caller stops it and starts another.
    return false;
  }
}

/** The cluster's first database gets our name. */
async function ensureDatabase(connection: EmbeddedConnection): Promise<void> {
  try {
    await withClient(connection, async () => {});
  } catch (error) {
    if ((error as pg.DatabaseError).code !== '3D000') throw error;
    await withClient({ ...connection, database: 'template1' }, async (client) => {
      await client.query(`ALTER DATABASE postgres RENAME TO ${databaseName}`);
    });
  }
}

async function withClient(
  connection: EmbeddedConnection,
  use: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: 10_000,
    application_name: 'gantry-start',
  });
  // A connection that breaks between two queries is reported by the next.
  client.on('error', () => {});
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

function describeServer(parts: {
  readonly pid: number;
  readonly hasExited: () => boolean;
  readonly connection: EmbeddedConnection;
  readonly logFolder: string;
  readonly adopted: boolean;
}): EmbeddedPostgres {
  const { pid, hasExited, connection, logFolder } = parts;
  const exit = Promise.withResolvers<{ lastLines: string }>();
  let turns = 0;
  const settle = (): void => {
    clearInterval(watch);
    exit.resolve(lastServerLines(logFolder).then((lastLines) => ({ lastLines })));
  };
  const watch = setInterval(() => {
    if (hasExited()) settle();
    else if (++turns % 3600 === 0) pruneServerLogs(logFolder).catch(() => {});
  }, 250);
  watch.unref();
  const end = async (gentleMs?: number): Promise<void> => {
    if (!hasExited()) await stopPostmaster(pid, hasExited, gentleMs);
    settle();
    await removeSocketFolder(connection.host);
  };
  const host = encodeURIComponent(connection.host);
  return {
    config: connection,
    connectionString: `postgresql://${connection.user}:${connection.password}@/${connection.database}?host=${host}&port=${connection.port}`,
    pid,
    adopted: parts.adopted,
    exited: exit.promise,
    stop: () => end(),
    kill: () => end(0),
  };
}
