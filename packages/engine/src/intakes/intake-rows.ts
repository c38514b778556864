/**
 * What the database knows of folders that are read once: which there are, and how they ended.
 */
import type { Pool, Transaction } from '@gantry/database';
import type { DatasetType, IntakeProblem } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface IntakeRow {
  readonly dataset: number;
  readonly name: string;
  readonly type: DatasetType;
  readonly axes: readonly string[];
  readonly folder: string;
  readonly pattern: string;
  readonly skipUnreadable: boolean;
  readonly since: Date;
  /** How many times a server has taken it up, and when it last did. */
  readonly starts: number;
  readonly started: Date | null;
  readonly ended: Date | null;
  readonly files: number | null;
  readonly bytes: number | null;
  readonly leftOut: LeftOut | null;
}

export interface LeftOut {
  readonly count: number;
  readonly first: readonly IntakeProblem[];
}

const columns = `i.dataset, d.name, d.type, d.axes, d.folder, d.pattern, i.skip_unreadable AS "skipUnreadable", i.since,
  i.starts, i.started, i.ended, i.files, i.bytes, i.left_out AS "leftOut"
  FROM intake i JOIN dataset d ON d.id = i.dataset`;

/** In the transaction that makes the dataset. */
export async function insertIntake(
  transaction: Transaction,
  dataset: number,
  skipUnreadable: boolean,
): Promise<void> {
  await transaction.query('INSERT INTO intake (dataset, skip_unreadable) VALUES ($1, $2)', [
    dataset,
    skipUnreadable,
  ]);
}

export async function readIntakes(on: Pool | Transaction, datasets: readonly number[]): Promise<IntakeRow[]> {
  const { rows } = await on.query<IntakeRow>(`SELECT ${columns} WHERE i.dataset = ANY ($1)`, [datasets]);
  return rows;
}

/** Datasets that are to be filled now: those that some run reads that is not cancelled or archived. */
export async function wantedIntakes(engine: Engine): Promise<number[]> {
  const { rows } = await engine.pool.query<{ dataset: number }>(
    `SELECT i.dataset FROM intake i
     WHERE i.ended IS NULL AND EXISTS (
       SELECT FROM stage s JOIN run r ON r.id = s.run
       WHERE s.dataset = i.dataset AND r.state NOT IN ('cancelled', 'archived'))
     ORDER BY i.dataset`,
  );
  return rows.map(({ dataset }) => dataset);
}

/** A server takes it up. */
export async function noteIntakeStart(engine: Engine, dataset: number): Promise<IntakeRow | undefined> {
  await engine.pool.query(
    'UPDATE intake SET starts = starts + 1, started = now() WHERE dataset = $1 AND ended IS NULL',
    [dataset],
  );
  const [row] = await readIntakes(engine.pool, [dataset]);
  return row?.ended === null ? row : undefined;
}

export async function allowSkipping(engine: Engine, dataset: number): Promise<void> {
  await engine.pool.query('UPDATE intake SET skip_unreadable = true WHERE dataset = $1', [dataset]);
}

export async function endIntake(
  engine: Engine,
  dataset: number,
  { files, bytes, leftOut }: { readonly files: number; readonly bytes: number; readonly leftOut: LeftOut },
): Promise<void> {
  await engine.pool.query(
    'UPDATE intake SET ended = now(), files = $2, bytes = $3, left_out = $4 WHERE dataset = $1',
    [dataset, files, bytes, JSON.stringify(leftOut)],
  );
}

/** Runs that look at a dataset. */
export async function runsOf(engine: Engine, dataset: number): Promise<number[]> {
  const { rows } = await engine.pool.query<{ run: number }>(
    'SELECT DISTINCT run FROM stage WHERE dataset = $1 ORDER BY run',
    [dataset],
  );
  return rows.map(({ run }) => run);
}
