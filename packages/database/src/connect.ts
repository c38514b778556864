/**
 * Opens the pool of connections to PostgreSQL, embedded or external, and runs transactions on it.
 * Statements are left to `define-statement`, the schema to `migrate`.
 */
import { GantryError } from '@gantry/model';
import pg from 'pg';
import { explainConnectionFailure, isPassing } from './connection-failure.ts';
import { parseValue } from './parse-value.ts';

/** A pool as `openPool` makes it. */
export type Pool = pg.Pool;

/** A connection within a transaction: what every function that reads or writes takes as its first argument. */
export type Transaction = pg.PoolClient;

export interface PoolOptions {
  /** A URL (`postgresql://user:password@host:port/database`), or the parts in `config`. */
  readonly connectionString?: string | undefined;
  readonly config?:
    | {
        readonly host: string;
        readonly port: number;
        readonly user: string;
        readonly password: string;
        readonly database: string;
      }
    | undefined;
  /** How many connections at most. */
  readonly max?: number | undefined;
  /** Shown in `pg_stat_activity` and in the server's log. */
  readonly applicationName: string;
  /**
   * Milliseconds after which the server ends a session that idles within a transaction, 60,000 if absent: a snapshot
   * held open keeps dead rows of the queue from being removed. 0 is never.
   */
  readonly idleInTransactionMs?: number | undefined;
  /** Milliseconds after which the server ends a statement; never if absent. */
  readonly statementMs?: number | undefined;
  /** Milliseconds that a server which is starting or out of connections is given, 10,000 if absent. */
  readonly patienceMs?: number | undefined;
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  readonly log?: ((line: string) => void) | undefined;
}

const oldestVersion = 150_000;
/** Connections that break within this time of another one are not told of. */
const quietMs = 10_000;

/**
 * Opens the pool and looks at the server once.
 *
 * @throws GantryError `database-unreachable`, `database-refused` (password, role or database name),
 *   `database-too-old` (PostgreSQL before 15), `database-encoding` (not UTF-8) or `database-read-only`.
 */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const pool = new pg.Pool({
    ...(options.connectionString === undefined
      ? options.config
      : { connectionString: options.connectionString }),
    max: options.max ?? 8,
    application_name: options.applicationName,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 60_000,
    ...(options.statementMs === undefined ? {} : { statement_timeout: options.statementMs }),
    connectionTimeoutMillis: options.patienceMs ?? 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Queries that are made one after the other without waiting travel together.
    pipeline: true,
    types: { getTypeParser: parseValue },
  });
  // Without a listener an idle connection's end would end the process.
  // When the server goes, all break at once: one line says it.
  let told = -Infinity;
  pool.on('error', (error) => {
    const now = performance.now();
    if (now - told > quietMs) options.log?.(`A database connection broke while idle: ${error.message}`);
    told = now;
  });
  try {
    await checkServer(pool, options);
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function checkServer(pool: Pool, options: PoolOptions): Promise<void> {
  const { rows } = await queryPatiently<{
    version: string;
    encoding: string;
    standby: boolean;
    readOnly: string;
  }>(
    pool,
    options,
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
            pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS "readOnly"`,
  );
  const server = rows[0]!;
  const version = Number(server.version);
  if (version < oldestVersion) {
    throw new GantryError(
      'database-too-old',
      `The database server is PostgreSQL ${Math.floor(version / 10_000)}; Gantry needs 15 or later.`,
      { mend: 'Upgrade the server, or leave DATABASE_URL unset to use the embedded one.' },
    );
  }
  if (server.encoding !== 'UTF8') {
    throw new GantryError(
      'database-encoding',
      `The database's encoding is ${server.encoding}; Gantry needs UTF8.`,
      {
        mend: "Make the database with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
      },
    );
  }
  if (server.standby || server.readOnly === 'on') {
    throw new GantryError(
      'database-read-only',
      'The database server takes no changes (a standby, or read-only).',
      {
        mend: 'Point DATABASE_URL to the primary server.',
      },
    );
  }
}

/** Asks again while the server is starting or has no connection to spare. */
async function queryPatiently<Row extends pg.QueryResultRow>(
  pool: Pool,
  options: PoolOptions,
  text: string,
): Promise<pg.QueryResult<Row>> {
  const until = Date.now() + (options.patienceMs ?? 10_000);
  for (;;) {
    try {
      return await pool.query<Row>(text);
    } catch (error) {
      if (!isPassing(error) || Date.now() > until) throw explainConnectionFailure(error, pool.options);
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }
}

/**
 * Runs `use` within a transaction (READ COMMITTED): commits when it returns, rolls back when it throws, and gives
 * the connection back in either case. A connection on which the rollback fails is thrown away. Queries that `use` makes
 * without waiting for the one before are done in their order, each a statement of its own, without a way to the client
 * and back between them; where one fails, so do those after it.
 *
 * @throws what `use` or the commit throws; GantryError `database-unreachable` if no connection can be had.
 */
export async function transaction<T>(pool: Pool, use: (transaction: Transaction) => Promise<T>): Promise<T> {
  let client;
  try {
    client = await pool.connect();
  } catch (error) {
    throw explainConnectionFailure(error, pool.options);
  }
  // A connection that breaks in here fails the query under way; the event besides must not end the process.
  const ignore = (): void => {};
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    // Travels with the first query of `use`, which fails where this does.
    const begun = client.query('BEGIN');
    begun.catch(ignore);
    const result = await use(client);
    await begun;
    const { command } = await client.query('COMMIT');
    if (command === 'ROLLBACK') {
      throw new Error('A statement of the transaction had failed and its error was not passed on.');
    }
    return result;
  } catch (error) {
    try {
      await client.query('ROLLBACK');
    } catch (failure) {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    }
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

/** How many connections of the pool are in use or waited for: not 0 after the last query is a leak. */
export function countBusyConnections(pool: Pool): number {
  return pool.totalCount - pool.idleCount + pool.waitingCount;
}
