/**
 * A database for a test file: a clone of the migrated template, made before its tests and dropped after them,
 * with a check that no connection was left behind. The server itself is `test-server`'s.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { countBusyConnections, openPool } from '../connect.ts';
import type { Pool, PoolOptions } from '../connect.ts';
import type { EmbeddedConnection } from '../embedded/start-embedded-postgres.ts';
import { templateName } from './test-server.ts';
import type { TestServerAnswer } from './test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The socket at which test files ask for the run's PostgreSQL. */
    gantryTestServer: string;
  }
}

/** The database of one test file. */
export interface TestDatabase {
  /** A pool on it; there from `beforeAll` on, and closed by itself. */
  readonly pool: Pool;
  readonly config: EmbeddedConnection;
  /** The same as a URL, for processes that a test starts. */
  readonly connectionString: string;
  /** Another pool on it, closed by itself and checked for leaks like the first. */
  openPool(options?: Partial<PoolOptions>): Promise<Pool>;
}

/**
 * Call it at the top of a test file or of a `describe`. `from: 'empty'` gives a database without the schema.
 * After the tests it fails the file if a connection was not given back, or was opened apart and left open.
 */
export function testDatabase(options: { readonly from?: 'template' | 'empty' } = {}): TestDatabase {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.from === 'empty' ? 'template1' : templateName;
  const pools: Pool[] = [];
  let admin: EmbeddedConnection | undefined;
  const started = (): EmbeddedConnection => {
    if (admin === undefined) throw new Error('The test database is there from `beforeAll` on, not before.');
    return { ...admin, database: name };
  };
  const open = async (more: Partial<PoolOptions> = {}): Promise<Pool> => {
    const pool = await openPool({ config: started(), applicationName: 'gantry-test', ...more });
    pools.push(pool);
    return pool;
  };
  beforeAll(async () => {
    admin = await askForServer();
    await administer(admin, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
    await open();
  });
  afterAll(async () => {
    if (admin === undefined) return;
    const busy = pools.reduce((sum, pool) => sum + (pool.ended ? 0 : countBusyConnections(pool)), 0);
    // A pool with a leak would never end; the database is dropped over it.
    const ended = Promise.all(pools.filter(({ ended }) => !ended).map((pool) => pool.end()));
    if (busy === 0) await ended;
    const left = await administer(admin, async (client) => {
      const rows = await waitForLeavers(client, name);
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return rows;
    });
    if (busy > 0) throw new Error(`${busy} connections were taken from a pool and not given back.`);
    if (left.length > 0) {
      throw new Error(
        `Connections were left open by: ${left.map(({ application }) => application).join(', ')}`,
      );
    }
  });
  return {
    get pool() {
      const [first] = pools;
      if (first === undefined) throw new Error('The pool is there from `beforeAll` on, not before.');
      return first;
    },
    get config() {
      return started();
    },
    get connectionString() {
      const { user, password, host, port, database } = started();
      return `postgresql://${user}:${password}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
    },
    openPool: open,
  };
}

/** Connections to the database that are still there: a pool's end does not wait for the server's side of it. */
async function waitForLeavers(client: pg.Client, database: string): Promise<{ application: string }[]> {
  for (const until = Date.now() + 5000; ; await new Promise((wake) => setTimeout(wake, 50))) {
    const { rows } = await client.query<{ application: string }>(
      `SELECT application_name AS application FROM pg_stat_activity WHERE datname = $1`,
      [database],
    );
    if (rows.length === 0 || Date.now() > until) return rows;
  }
}

async function askForServer(): Promise<EmbeddedConnection> {
  const path = inject('gantryTestServer') as string | undefined;
  if (path === undefined)
    throw new Error("tests/global-setup.ts is not among the `globalSetup` of Vitest's settings.");
  const answer = JSON.parse(await text(connect(path))) as TestServerAnswer;
  switch (answer.kind) {
    case 'ready':
      return answer.config;
    case 'failed':
      throw new Error(`The PostgreSQL of the test run did not start: ${answer.message}`);
  }
}

async function administer<T>(config: EmbeddedConnection, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...config });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
