/** The pool: what it refuses, how values come out, and that connections are given back whatever happens. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { countBusyConnections, defineStatement, openPool, transaction } from '../src/index.ts';
import { testDatabase } from '../src/testing/index.ts';

const database = testDatabase({ from: 'empty' });
const applicationName = 'gantry-test-connect';

describe('openPool', () => {
  it('refuses a wrong password, role or database without showing the password', async () => {
    const url = new URL(database.connectionString.replace('@/', '@localhost/'));
    url.password = 'open-sesame';
    const error: unknown = await openPool({ connectionString: url.href, applicationName }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'database-refused' });
    expect(String(error)).not.toContain('open-sesame');
    await expect(
      openPool({ config: { ...database.config, database: 'nowhere' }, applicationName }),
    ).rejects.toMatchObject({ code: 'database-refused' });
  });

  it('says which server cannot be reached', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => listener.once('listening', listening));
    const { port } = listener.address() as AddressInfo;
    await new Promise((closed) => listener.close(closed));
    const connectionString = `postgresql://me:open-sesame@127.0.0.1:${port}/db`;
    await expect(openPool({ connectionString, applicationName })).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining(`127.0.0.1:${port}/db`) as string,
      mend: expect.stringContaining('DATABASE_URL') as string,
    });
    await expect(
      openPool({ config: { ...database.config, host: '/no/such/folder' }, applicationName }),
    ).rejects.toMatchObject({ code: 'database-unreachable' });
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const listener = createServer((socket) => socket.on('error', () => socket.destroy())).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((listening) => listener.once('listening', listening));
    const { port } = listener.address() as AddressInfo;
    const connectionString = `postgresql://me@127.0.0.1:${port}/db`;
    await expect(openPool({ connectionString, applicationName, patienceMs: 300 })).rejects.toMatchObject({
      code: 'database-unreachable',
    });
    listener.close();
  });

  it('refuses a database that is not UTF-8', async () => {
    await database.pool.query(
      `CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
    );
    try {
      await expect(
        openPool({ config: { ...database.config, database: 'latin' }, applicationName }),
      ).rejects.toMatchObject({ code: 'database-encoding' });
    } finally {
      await database.pool.query('DROP DATABASE latin WITH (FORCE)');
    }
  });

  it('reads bigint as a number while that is exact, and throws beyond', async () => {
    const { rows } = await database.pool.query(
      `SELECT 9007199254740991::bigint AS a, '{1,NULL,-5}'::bigint[] AS b, '{{1,2},{3,4}}'::bigint[] AS c`,
    );
    expect(rows).toEqual([{ a: 9007199254740991, b: [1, null, -5], c: [[1, 2], [3, 4]] }]); // prettier-ignore
    await expect(database.pool.query('SELECT 9007199254740992::bigint')).rejects.toThrow('9007199254740992');
    await expect(database.pool.query(`SELECT '{9007199254740992}'::bigint[]`)).rejects.toThrow(RangeError);
    expect((await database.pool.query('SELECT 1 AS fine')).rows).toEqual([{ fine: 1 }]);
  });

  it('ends a session that idles within a transaction, and the pool goes on', async () => {
    const pool = await database.openPool({ max: 1, idleInTransactionMs: 50 });
    await expect(
      transaction(pool, async (client) => {
        await new Promise((broken) => client.once('error', broken));
        await client.query('SELECT 1');
      }),
    ).rejects.toThrow();
    expect((await pool.query('SELECT 1 AS fine')).rows).toEqual([{ fine: 1 }]);
  });

  it('survives the end of idle connections', async () => {
    const lines: string[] = [];
    const pool = await database.openPool({ max: 2, log: (line) => lines.push(line) });
    await database.pool.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    expect((await pool.query('SELECT 1 AS fine')).rows).toEqual([{ fine: 1 }]);
  });
});

describe('transaction', () => {
  it('commits what returns and rolls back what throws, and gives the connection back', async () => {
    const { pool } = database;
    await pool.query('CREATE TABLE kept (id int)');
    await expect(
      transaction(pool, async (client) => {
        await client.query('INSERT INTO kept VALUES (1)');
        throw new Error('on purpose');
      }),
    ).rejects.toThrow('on purpose');
    expect(await transaction(pool, (client) => client.query('INSERT INTO kept VALUES (2)'))).toMatchObject({
      rowCount: 1,
    });
    expect((await pool.query('SELECT id FROM kept')).rows).toEqual([{ id: 2 }]);
    expect(countBusyConnections(pool)).toBe(0);
  });

  it('does not take a swallowed failure for a commit', async () => {
    const { pool } = database;
    await expect(
      transaction(pool, async (client) => {
        await client.query('SELECT 1/0').catch(() => {});
      }),
    ).rejects.toThrow('had failed');
    expect(countBusyConnections(pool)).toBe(0);
  });
});

describe('defineStatement', () => {
  it('is prepared once per connection under a name that changes with the text', async () => {
    const add = defineStatement<{ sum: number }, [number, number]>({
      name: 'add',
      text: 'SELECT $1::int + $2::int AS sum',
    });
    const other = defineStatement({ name: 'add', text: 'SELECT 1' });
    expect(add.name).toMatch(/^add-[0-9a-f]{16}$/);
    expect(other.name).not.toBe(add.name);
    await transaction(database.pool, async (client) => {
      expect(await add.run(client, 1, 2)).toEqual([{ sum: 3 }]);
      expect(await add.run(client, 3, 4)).toEqual([{ sum: 7 }]);
      const { rows } = await client.query('SELECT name FROM pg_prepared_statements WHERE name = $1', [
        add.name,
      ]);
      expect(rows).toHaveLength(1);
    });
  });
});
