/**
 * The lock of a run. Whatever admits, closes, settles, retries or edits takes it in a statement of its own before
 * any that reads: a READ COMMITTED snapshot precedes a wait inside a statement, so a statement that takes the lock
 * itself would decide on what was there before it waited.
 */
import type { Transaction } from '@gantry/database';
import type { RunState } from '@gantry/model';

/** First half of the key of advisory locks on runs. */
const runLock = 0x72756e;

export interface LockedRun {
  readonly id: number;
  readonly state: RunState;
  /** `run.change` of this transaction. */
  readonly change: number;
  /** The revision of its pipeline. */
  readonly revision: number;
  /** Sources that the run has seen closed before this transaction. */
  readonly closed: readonly number[];
  /** The state before it was taken up again in this transaction. */
  readonly before?: RunState;
}

/** Locks one run and raises its change number; undefined where there is no such run. Its queries are made at once. */
export async function lockRun(transaction: Transaction, run: number): Promise<LockedRun | undefined> {
  const [, { rows }] = await Promise.all([
    transaction.query({
      name: 'lock-run',
      text: 'SELECT pg_advisory_xact_lock($1, $2)',
      values: [runLock, run],
    }),
    transaction.query<LockedRun>({
      name: 'raise-run-change',
      text: `UPDATE run SET change = change + 1 WHERE id = $1
             RETURNING id, state, change, revision, ARRAY(SELECT s.id FROM stage s WHERE s.run = run.id AND s.closed) AS closed`,
      values: [run],
    }),
  ]);
  return rows[0];
}

/** Locks several runs, in the order of their ids. */
export async function lockRuns(transaction: Transaction, runs: readonly number[]): Promise<LockedRun[]> {
  const locked: LockedRun[] = [];
  for (const run of [...new Set(runs)].sort((a, b) => a - b)) {
    const row = await lockRun(transaction, run);
    if (row !== undefined) locked.push(row);
  }
  return locked;
}
