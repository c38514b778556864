/**
 * The database that a host works with: Gantry's own PostgreSQL in the data directory, or the one of `databaseUrl`;
 * either way migrated, the data directory's own, and with a pool.
 */
import { migrate, openPool, startEmbeddedPostgres, type Pool, type ServerUser } from '@gantry/database';
import { GantryError } from '@gantry/model';
import type { DataDirectory } from '@gantry/storage';
import { refuseOtherKind, tieDatabase } from './tie-database.ts';

export interface Database {
  readonly pool: Pool;
  /** Fulfilled with the error if the server ends unasked; never for an external one, whose queries tell. */
  readonly failed: Promise<GantryError>;
  close(): Promise<void>;
  /** Ends an own server at once, without waiting; the next start recovers. */
  kill(): void;
}

export interface DatabaseOptions {
  readonly layout: DataDirectory;
  readonly url: string | undefined;
  /** Whom PostgreSQL runs as, under root. */
  readonly user: ServerUser | undefined;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const applicationName = 'gantry';

/** @throws GantryError of `tieDatabase`, and all that starting PostgreSQL, connecting and migrating can throw */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  refuseOtherKind(options.layout, options.url);
  return options.url === undefined ? openOwn(options) : openExternal(options.url, options);
}

async function openOwn({ layout, user, log, signal }: DatabaseOptions): Promise<Database> {
  const server = await startEmbeddedPostgres({
    dataDirectory: layout.postgres,
    runtimeDirectory: layout.run,
    user,
    log,
    signal,
  });
  let closing = false;
  // When the server stops, it says so to a connection that is closing already.
  const logWhileOpen = (line: string): void => {
    if (!closing) log(line);
  };
  let pool: Pool;
  try {
    pool = await openMigrated(layout, 'embedded', {
      config: server.config,
      applicationName,
      log: logWhileOpen,
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const failed = new Promise<GantryError>((fulfil) => {
    void server.exited.then(({ lastLines }) => {
      if (closing) return;
      fulfil(
        new GantryError('database-ended', `PostgreSQL (process ${server.pid}) has ended:\n${lastLines}`, {
          mend: 'See what it says above; start the command again, and it goes on where it was.',
        }),
      );
    });
  });
  return {
    pool,
    failed,
    async close() {
      closing = true;
      await pool.end();
      await server.stop();
    },
    kill() {
      closing = true;
      try {
        // PostgreSQL's immediate shutdown.
        process.kill(server.pid, 'SIGQUIT');
      } catch {
        // It has ended already.
      }
    },
  };
}

async function openExternal(url: string, { layout, log }: DatabaseOptions): Promise<Database> {
  const pool = await openMigrated(layout, 'external', { connectionString: url, applicationName, log });
  return {
    pool,
    failed: new Promise(() => {}),
    close: () => pool.end(),
    kill: () => {},
  };
}

async function openMigrated(
  data: DataDirectory,
  kind: 'embedded' | 'external',
  options: Parameters<typeof openPool>[0],
): Promise<Pool> {
  const pool = await openPool(options);
  try {
    await migrate(pool);
    await tieDatabase(data, kind, pool);
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}
