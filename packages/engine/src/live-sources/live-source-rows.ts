/**
 * What the database knows of watched folders: which there are, and the files that were taken from them.
 */
import type { Transaction } from '@gantry/database';
import { GantryError, watchOptionsSchema, type WatchOptions } from '@gantry/model';
import type { FileLook } from '@gantry/storage';
import type { Engine } from '../engine.ts';

export interface LiveSourceRow {
  readonly dataset: number;
  readonly folder: string;
  /** Empty where items are not found by one. */
  readonly pattern: string;
  readonly options: WatchOptions;
  readonly axes: readonly string[];
  readonly since: Date;
  readonly ended: Date | null;
  readonly reason: string | null;
}

export interface TakenFile {
  readonly name: string;
  readonly look: FileLook;
}

const columns = `w.dataset, d.folder, d.pattern, w.options, d.axes, w.since, w.ended, w.reason
  FROM live_source w JOIN dataset d ON d.id = w.dataset`;

/** Sources that are to be watched, in the order of their datasets. */
export async function readLiveSources(engine: Engine): Promise<LiveSourceRow[]> {
  const { rows } = await engine.pool.query<StoredRow>(
    `SELECT ${columns} WHERE w.ended IS NULL ORDER BY w.dataset`,
  );
  return rows.map(withDefaults);
}

interface StoredRow extends Omit<LiveSourceRow, 'pattern'> {
  readonly pattern: string | null;
}

/** Options that were written down before there were more of them. */
function withDefaults(row: StoredRow): LiveSourceRow {
  return { ...row, pattern: row.pattern ?? '', options: watchOptionsSchema.parse(row.options) };
}

/** Undefined for a dataset that was never watched. */
export async function readLiveSource(engine: Engine, dataset: number): Promise<LiveSourceRow | undefined> {
  const { rows } = await engine.pool.query<StoredRow>(`SELECT ${columns} WHERE w.dataset = $1`, [dataset]);
  return rows.map(withDefaults)[0];
}

/** @throws GantryError `unknown-dataset` */
export async function requireDataset(engine: Engine, dataset: number): Promise<void> {
  const { rows } = await engine.pool.query('SELECT FROM dataset WHERE id = $1', [dataset]);
  if (rows.length === 0) throw new GantryError('unknown-dataset', `There is no dataset ${dataset}.`);
}

/** Makes a dataset watched, from now on. Files taken from another folder, or by another pattern, are forgotten. */
export async function saveLiveSource(
  transaction: Transaction,
  dataset: number,
  folder: string,
  pattern: string,
  options: WatchOptions,
): Promise<void> {
  const stored = pattern === '' ? null : pattern;
  await transaction.query(
    `DELETE FROM live_file USING dataset d
     WHERE live_file.dataset = $1 AND d.id = $1 AND (d.folder, d.pattern) IS DISTINCT FROM ($2, $3)`,
    [dataset, folder, stored],
  );
  await transaction.query('UPDATE dataset SET folder = $2, pattern = $3 WHERE id = $1', [
    dataset,
    folder,
    stored,
  ]);
  await transaction.query(
    `INSERT INTO live_source (dataset, options) VALUES ($1, $2)
     ON CONFLICT (dataset) DO UPDATE SET options = excluded.options, since = now(), ended = NULL, reason = NULL`,
    [dataset, JSON.stringify(options)],
  );
}

/** Ends watching a dataset; one that has ended stays as it is. */
export async function endLiveSource(engine: Engine, dataset: number, reason: string): Promise<void> {
  await engine.pool.query(
    'UPDATE live_source SET ended = now(), reason = $2 WHERE dataset = $1 AND ended IS NULL',
    [dataset, reason],
  );
}

export async function countTakenFiles(engine: Engine, dataset: number): Promise<number> {
  const { rows } = await engine.pool.query<{ files: number }>(
    'SELECT count(*) AS files FROM live_file WHERE dataset = $1',
    [dataset],
  );
  return rows[0]?.files ?? 0;
}

export async function readTakenFiles(engine: Engine, dataset: number): Promise<TakenFile[]> {
  const { rows } = await engine.pool.query<{ name: string; size: number; modified: number; inode: number }>(
    'SELECT name, size, modified, inode FROM live_file WHERE dataset = $1',
    [dataset],
  );
  return rows.map(({ name, size, modified, inode }) => ({
    name,
    look: { size, modifiedMs: modified, inode },
  }));
}

/** A file with the item that it became. */
export interface AdmittedFile extends TakenFile {
  readonly item: { readonly place: readonly number[]; readonly checksum: string };
}

/**
 * Remembers files that are items now, and makes sure of the items: this commit reaches the disk, and all before it.
 * @returns names of those that are no items, or no longer the same ones
 */
export async function rememberFiles(
  engine: Engine,
  dataset: number,
  files: readonly AdmittedFile[],
): Promise<string[]> {
  const { rows } = await engine.pool.query<{ name: string }>({
    name: 'remember-files',
    text: `
INSERT INTO live_file (dataset, name, size, modified, inode)
SELECT $1, f.name, f.size, f.modified, f.inode
FROM jsonb_to_recordset($2::jsonb)
  AS f(name text, size bigint, modified float8, inode float8, place int[], checksum text)
JOIN item i ON i.dataset = $1 AND i.place = f.place AND i.checksum = f.checksum
ON CONFLICT (dataset, name) DO UPDATE
  SET size = excluded.size, modified = excluded.modified, inode = excluded.inode
RETURNING name`,
    values: [
      dataset,
      JSON.stringify(
        files.map(({ name, look, item }) => ({
          name,
          size: look.size,
          modified: look.modifiedMs,
          inode: look.inode,
          place: item.place,
          checksum: item.checksum,
        })),
      ),
    ],
  });
  const remembered = new Set(rows.map(({ name }) => name));
  return files.map(({ name }) => name).filter((name) => !remembered.has(name));
}
