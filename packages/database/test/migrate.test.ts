/** Applying numbered files, whole or not at all, once, and only to a database that they belong to. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../src/index.ts';
import type { Pool } from '../src/index.ts';
import { testDatabase } from '../src/testing/index.ts';

const database = testDatabase({ from: 'empty' });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-migrations-'));
  await write('0001-first.sql', 'CREATE TABLE first (id int PRIMARY KEY);\nINSERT INTO first VALUES (1);\n');
  await write('0002-second.sql', 'CREATE TABLE second (id int);\n');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.pool.query('DROP SCHEMA public CASCADE');
  await database.pool.query('CREATE SCHEMA public');
});

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

async function listTables(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

describe('migrate', () => {
  it('applies all files in order, then only what is new', async () => {
    expect(await migrate(database.pool, { folder })).toEqual({
      applied: ['0001-first.sql', '0002-second.sql'],
      version: 2,
    });
    await write('0003-third.sql', 'ALTER TABLE second ADD note text;\n');
    expect(await migrate(database.pool, { folder })).toEqual({ applied: ['0003-third.sql'], version: 3 });
    expect(await migrate(database.pool, { folder })).toEqual({ applied: [], version: 3 });
  });

  it('applies each file once when many start at the same time', async () => {
    const pools = await Promise.all([1, 2, 3, 4].map(() => database.openPool({ max: 1 })));
    const results = await Promise.all(pools.map((pool) => migrate(pool, { folder })));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(['0001-first.sql', '0002-second.sql']);
    expect((await database.pool.query('SELECT * FROM first')).rows).toEqual([{ id: 1 }]);
  });

  it('leaves nothing of a file that fails, names its line, and goes on from there when it is mended', async () => {
    await write('0002-second.sql', 'CREATE TABLE second (id int);\n\nCREATE TABLE third (id nonsense);\n');
    await expect(migrate(database.pool, { folder })).rejects.toMatchObject({
      code: 'migration-failed',
      line: 3,
      file: join(folder, '0002-second.sql'),
      message: expect.stringContaining('type "nonsense" does not exist') as string,
    });
    expect(await listTables(database.pool)).toEqual(['first', 'gantry_migration']);
    await write('0002-second.sql', 'CREATE TABLE second (id int);\n');
    expect((await migrate(database.pool, { folder })).applied).toEqual(['0002-second.sql']);
  });

  it('says to a user who may make no tables how that is mended', async () => {
    const role = `guest_${randomBytes(4).toString('hex')}`;
    const { pool, config } = database;
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    // As PostgreSQL 15 and later make it: anybody may look, and only the owner may make something.
    await pool.query('GRANT USAGE ON SCHEMA public TO PUBLIC');
    try {
      const guest = await database.openPool({ config: { ...config, user: role, password: 'x' } });
      await expect(migrate(guest, { folder })).rejects.toMatchObject({
        code: 'database-no-permission',
        message: expect.stringContaining('permission denied for schema public') as string,
        mend: expect.stringMatching(/ALTER DATABASE .* OWNER TO .*GRANT CREATE ON SCHEMA public/) as string,
      });
      await guest.end();
    } finally {
      await pool.query(`DROP ROLE ${role}`);
    }
  });

  it('refuses a database of a newer Gantry', async () => {
    await migrate(database.pool, { folder });
    await rm(join(folder, '0002-second.sql'));
    await expect(migrate(database.pool, { folder })).rejects.toMatchObject({ code: 'database-newer' });
  });

  it('refuses a file that was edited after it was applied, but not turned line ends', async () => {
    await migrate(database.pool, { folder });
    await write('0002-second.sql', 'CREATE TABLE second (id int);\r\n');
    expect((await migrate(database.pool, { folder })).applied).toEqual([]);
    await write('0002-second.sql', 'CREATE TABLE second (id bigint);\n');
    await expect(migrate(database.pool, { folder })).rejects.toMatchObject({
      code: 'migration-edited',
      file: join(folder, '0002-second.sql'),
    });
  });

  it.each(['0004-gap.sql', '0002-double.sql', '3-short.sql', '0003-Upper.sql'])(
    'refuses the name %s',
    async (name) => {
      await write(name, 'SELECT 1;\n');
      await expect(migrate(database.pool, { folder })).rejects.toMatchObject({ code: 'migration-numbering' });
      expect(await listTables(database.pool)).toEqual([]);
    },
  );

  it('gives its lock and connection back after a failure', async () => {
    await rename(join(folder, '0002-second.sql'), join(folder, '0002-again.sql'));
    await write('0002-again.sql', 'SELECT 1/0;');
    await expect(migrate(database.pool, { folder })).rejects.toMatchObject({ code: 'migration-failed' });
    // Other databases of the server may be at work.
    const { rows } = await database.pool.query(
      `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
       WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
    );
    expect(rows).toEqual([]);
  });
});
