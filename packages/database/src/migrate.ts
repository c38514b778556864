/**
 * Brings a database's schema up to date: numbered SQL files, in order, each in a transaction of its own, under a
 * lock that concurrent starters wait for. What the files say is left to `migrations/`.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import type { DatabaseError, PoolClient } from 'pg';
import type { Pool } from './connect.ts';

/** The migrations of this Gantry. */
export const migrationsFolder = join(import.meta.dirname, '..', 'migrations');

/** The lock that starters take; any number that nothing else uses ("GANT"). */
const lockKey = 0x47414e54;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly checksum: string;
}

interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

export interface MigrateResult {
  /** Names of the files that were applied now, in order. */
  readonly applied: readonly string[];
  /** The schema's number: that of the last file. */
  readonly version: number;
}

/**
 * Applies the files that the database lacks. Either a file is applied whole and recorded, or not at all.
 *
 * @throws GantryError `migration-numbering` (files not numbered 1, 2, 3 …), `migration-failed` (names file and
 *   line), `database-newer` (the database has migrations that this Gantry lacks), `migration-edited` (a file
 *   differs from what was applied) or `database-no-permission` (tables cannot be made in it).
 */
export async function migrate(
  pool: Pool,
  options: { readonly folder?: string } = {},
): Promise<MigrateResult> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder);
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    try {
      return await applyMissing(client, migrations);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lockKey]).catch((error: unknown) => {
        // The lock goes with its session, if not by word.
        broken = error instanceof Error ? error : new Error(String(error));
      });
    }
  } finally {
    client.release(broken);
  }
}

async function applyMissing(client: PoolClient, migrations: readonly Migration[]): Promise<MigrateResult> {
  try {
    await client.query(
      `CREATE TABLE IF NOT EXISTS gantry_migration (
         number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
         applied_at timestamptz NOT NULL DEFAULT now())`,
    );
  } catch (error) {
    throw explainRefusal(error);
  }
  const { rows } = await client.query<AppliedMigration>(
    'SELECT number, name, checksum FROM gantry_migration ORDER BY number',
  );
  compare(rows, migrations);
  const missing = migrations.slice(rows.length);
  for (const migration of missing) await apply(client, migration);
  return { applied: missing.map(({ name }) => name), version: migrations.length };
}

function compare(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const unknown = applied[migrations.length];
  if (unknown !== undefined) {
    throw new GantryError(
      'database-newer',
      `The database belongs to a newer Gantry: it has migration ${unknown.name}, and this Gantry ends at number ${migrations.length}.`,
      { mend: 'Use that Gantry, or another database.' },
    );
  }
  applied.forEach((row, index) => {
    const migration = migrations[index]!;
    if (row.number === migration.number && row.checksum === migration.checksum) return;
    throw new GantryError(
      'migration-edited',
      `Migration ${row.name} was applied to this database with other contents than ${migration.name} has now.`,
      { file: migration.file, mend: 'Put the file back as it was, and make the change in a new migration.' },
    );
  });
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.text);
    await client.query('INSERT INTO gantry_migration (number, name, checksum) VALUES ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw explainFailure(error, migration);
  }
}

/** From PostgreSQL 15 on a user may make nothing in the schema `public` of a database that is another's. */
function explainRefusal(error: unknown): unknown {
  const { code, message } = error as Partial<DatabaseError>;
  // insufficient_privilege; invalid_schema_name: none of the search path is there.
  if (code !== '42501' && code !== '3F000') return error;
  return new GantryError(
    'database-no-permission',
    `The user of DATABASE_URL may not make tables in the database: ${message ?? code}.`,
    {
      mend: 'Make the user its owner (ALTER DATABASE name OWNER TO user), or, in that database, GRANT CREATE ON SCHEMA public TO user.',
      cause: error,
    },
  );
}

function explainFailure(error: unknown, migration: Migration): GantryError {
  const { message, position } = error as Partial<DatabaseError>;
  const line =
    position === undefined ? undefined : migration.text.slice(0, Number(position)).split('\n').length;
  const place = line === undefined ? migration.name : `${migration.name}, line ${line}`;
  return new GantryError('migration-failed', `Migration ${place} failed: ${message ?? String(error)}`, {
    file: migration.file,
    line,
    cause: error,
    mend: 'Nothing of this file was applied; the database is as the one before left it.',
  });
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index): Promise<Migration> => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
      const file = join(folder, name);
      if (number !== index + 1) {
        const expected = String(index + 1).padStart(4, '0');
        throw new GantryError(
          'migration-numbering',
          `Migration ${name} should have the number ${expected}.`,
          {
            file,
            mend: 'Number the files 0001-…, 0002-… without gaps or doubles.',
          },
        );
      }
      // A checkout may have turned line ends.
      const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
      return { number, name, file, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
