/**
 * Ties a database to the data directory that keeps its bytes: the first that uses it owns it. What the directory itself
 * remembers of its database is left to the caller.
 */
import { GantryError } from '@gantry/model';
import type { Pool } from './connect.ts';
import { describeServer } from './connection-failure.ts';

/** A data directory, as its database knows it. */
export interface DatabaseOwner {
  /** For life, wherever the directory is moved. */
  readonly id: string;
  readonly path: string;
  /** The database that it has been used with, if it was used before: no other one is claimed for it. */
  readonly database: { readonly id: string; readonly address: string } | undefined;
  /** Whether the directory is a copy of one that is still at the path. */
  isCopyOf(path: string): Promise<boolean>;
}

interface OwnerRow {
  readonly database: string;
  readonly id: string;
  readonly path: string;
}

/**
 * Claims a migrated database for the directory, or sees that it is the directory's own. A directory that was moved is
 * known under its new path from then on.
 *
 * @returns the database's own id, which it keeps wherever it is moved
 * @throws GantryError `database-of-another-directory` or `data-directory-other-database`, which name both
 */
export async function claimDatabase(pool: Pool, directory: DatabaseOwner): Promise<string> {
  const { id, path, database: known } = directory;
  if (known === undefined) {
    await pool.query('INSERT INTO data_directory (id, path) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      id,
      path,
    ]);
  }
  const { rows } = await pool.query<OwnerRow>('SELECT database, id, path FROM data_directory');
  const [owner] = rows;
  const moved = owner !== undefined && owner.path !== path;
  if (owner !== undefined && (owner.id !== id || (moved && (await directory.isCopyOf(owner.path))))) {
    throw new GantryError(
      'database-of-another-directory',
      `The database ${describeDatabase(pool)} belongs to the data directory ${owner.path}, and this one is ${path}.`,
      {
        file: path,
        mend: `Name that one (--data-dir ${owner.path}), or make another database for this one and set DATABASE_URL to it.`,
      },
    );
  }
  if (owner === undefined || (known !== undefined && owner.database !== known.id)) {
    throw new GantryError(
      'data-directory-other-database',
      `The data directory ${path} belongs to the database ${known?.address ?? ''}, and the one ${describeDatabase(pool)} is not it: what the directory holds is unknown there.`,
      {
        file: path,
        mend: 'Use that database, put it back from a backup, or name another data directory with --data-dir.',
      },
    );
  }
  if (moved) await pool.query('UPDATE data_directory SET path = $2 WHERE id = $1', [id, path]);
  return owner.database;
}

/** Where a pool's database is, for messages: without user and password. */
export function describeDatabase(pool: Pool): string {
  return describeServer(pool.options);
}
