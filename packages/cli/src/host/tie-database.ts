/**
 * A data directory and its database belong together for life: rows without bytes, or bytes without rows, are of no use,
 * and two directories on one database take each other's tasks. Both remember the other, and are compared at every start.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { claimDatabase, describeDatabase, type Pool } from '@gantry/database';
import { GantryError } from '@gantry/model';
import type { DataDirectory, MarkedDatabase } from '@gantry/storage';

/**
 * Before anything is started: what was used once is not replaced by an empty database of the other kind.
 * @throws GantryError `data-directory-other-database`
 */
export function refuseOtherKind({ path, database }: DataDirectory, url: string | undefined): void {
  if (database === undefined || (database.kind === 'embedded') === (url === undefined)) return;
  if (database.kind === 'embedded') {
    throw other(
      path,
      `The data directory ${path} has a database of its own, and DATABASE_URL names another.`,
      'Unset DATABASE_URL for this data directory, or name another one with --data-dir.',
    );
  }
  throw other(
    path,
    `The data directory ${path} belongs to the database ${database.address}, and DATABASE_URL is not set.`,
    'Set DATABASE_URL to that database, or name another data directory with --data-dir.',
  );
}

/**
 * Makes the two each other's at their first meeting, and compares them at every later one.
 * @throws GantryError `database-of-another-directory` or `data-directory-other-database`
 */
export async function tieDatabase(
  data: DataDirectory,
  kind: MarkedDatabase['kind'],
  pool: Pool,
): Promise<void> {
  const { database: known } = data;
  const address = kind === 'embedded' ? `in ${data.postgres}` : describeDatabase(pool);
  const id = await claimDatabase(pool, {
    id: data.id,
    path: data.path,
    database: known,
    // A copy of a directory has a copy of an embedded database as well.
    isCopyOf: async (path) => kind === 'external' && isCopyOf(data, path),
  });
  if (known?.id !== id || known.address !== address) await data.recordDatabase({ kind, id, address });
}

/** Whether another folder is there that says of itself that it is this directory. */
async function isCopyOf(data: DataDirectory, path: string): Promise<boolean> {
  try {
    const marker = JSON.parse(await readFile(join(path, 'gantry.json'), 'utf8')) as { id?: unknown };
    if (marker.id !== data.id) return false;
    const [here, there] = [await stat(data.path), await stat(path)];
    // The same folder may have two paths.
    return here.dev !== there.dev || here.ino !== there.ino;
  } catch {
    // What cannot be read is not there for us: the directory was moved.
    return false;
  }
}

function other(path: string, message: string, mend: string): GantryError {
  return new GantryError('data-directory-other-database', message, { file: path, mend });
}
