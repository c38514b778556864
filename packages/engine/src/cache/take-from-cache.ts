/**
 * Takes results that earlier tasks of the project have made of the same: by a stage with the same text, at the same place,
 * of items with the same places, names and bytes. A task's new attempt is not run; its items point at the files that are
 * there, which are kept for it (table `borrowed`).
 *
 * A donor's result stands when what it has read is what is there (its task is fresh), so that the items of its inputs tell
 * what it was made of. Its fingerprint is looked at before those are listed and after its own items are held by a lock:
 * between the two nothing has changed. The lock is given up once `borrowed` is committed, which keeps the files by itself.
 *
 * Locks: rows of `item` of the donor, shared, passing over what somebody writes. Indexes: task (stage, place), item (dataset,
 * place).
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listInputs, type InputItemRow } from '@gantry/database';
import { attemptOfPath } from '@gantry/storage';
import type { ClaimedTask } from '../claim-tasks.ts';
import type { EndedAttempt, MadeFile } from '../ended-attempt.ts';
import type { Engine } from '../engine.ts';
import type { StagePlan } from '../run-plan.ts';
import { findDonors } from './find-donors.ts';

/**
 * @param store the store's folder
 * @returns the ends of those attempts for which a result was found: to be settled by the session that claimed them
 */
export async function takeFromCache(
  engine: Engine,
  claimed: readonly ClaimedTask[],
  store: string,
): Promise<EndedAttempt[]> {
  const ends: EndedAttempt[] = [];
  for (const [stage, tasks] of Map.groupBy(claimed, (task) => task.stage)) {
    const [first] = tasks;
    if (first === undefined || stage.compiled.cache === false) continue;
    let left = tasks;
    for (const donor of await findDonors(engine, first.run, stage)) {
      const found = await takeFrom(engine, donor, left, store);
      ends.push(...found);
      const taken = new Set(found.map(({ attempt }) => attempt));
      left = left.filter(({ attempt }) => !taken.has(attempt));
      if (left.length === 0) break;
    }
  }
  return ends;
}

/** A task and the one whose result it may take. */
interface Pair {
  readonly task: number;
  readonly donor: number;
  /** What the donor reads now. */
  readonly reads: number;
}

async function takeFrom(
  engine: Engine,
  donor: StagePlan,
  claimed: readonly ClaimedTask[],
  store: string,
): Promise<EndedAttempt[]> {
  const { rows: pairs } = await engine.pool.query<Pair>({
    name: 'pair-with-donors',
    // One that was asked for once more (`done` is -1) is run. An edit may have given the donor another recipe since its
    // plan was read.
    text: `SELECT t.id AS task, d.id AS donor, d.reads
           FROM task t CROSS JOIN LATERAL (
             SELECT d.id, d.reads FROM task d
             WHERE d.stage = $2 AND d.place = t.place AND d.state = 'succeeded' AND NOT d.stale AND d.done = d.reads OFFSET 0
           ) d
           WHERE t.id = ANY ($1::bigint[]) AND t.done IS DISTINCT FROM -1
             AND EXISTS (SELECT FROM stage s WHERE s.id = $2 AND s.recipe = $3::bigint)`,
    values: [claimed.map(({ task }) => task), donor.id, donor.shape.recipe],
  });
  const byTask = new Map(claimed.map((one) => [one.task, one]));
  const equal = await keepEqual(engine, donor, pairs, byTask);
  if (equal.length === 0) return [];
  const made = await borrow(engine, donor, equal, byTask);
  const ends: EndedAttempt[] = [];
  const gone: number[] = [];
  for (const { task, files, message, results } of made) {
    const attempt = byTask.get(task)?.attempt ?? 0;
    if (await areThere(files, store)) ends.push({ attempt, end: 'succeeded', made: files, message, results });
    else gone.push(attempt);
  }
  await giveUpBorrowed(engine, gone);
  return ends;
}

/** Those for which donor and task read the same places, names and bytes through every input. */
async function keepEqual(
  engine: Engine,
  donor: StagePlan,
  pairs: readonly Pair[],
  claimed: ReadonlyMap<number, ClaimedTask>,
): Promise<Pair[]> {
  let left = [...pairs];
  for (const [index, input] of donor.compiled.inputs.entries()) {
    if (left.length === 0) break;
    const items = Map.groupBy(
      await listInputs(
        engine.pool,
        donor.shape,
        index,
        left.map((pair) => pair.donor),
      ),
      ({ task }) => task,
    );
    left = left.filter((pair) =>
      sameItems(claimed.get(pair.task)?.inputs[input.name] ?? [], items.get(pair.donor) ?? []),
    );
  }
  return left;
}

function sameItems(one: readonly InputItemRow[], other: readonly InputItemRow[]): boolean {
  return (
    one.length === other.length &&
    one.every((item, index) => {
      const { name, checksum, place } = other[index] ?? { name: '', checksum: '', place: [] };
      return item.name === name && item.checksum === checksum && item.place.join() === place.join();
    })
  );
}

interface Borrowed {
  readonly task: number;
  readonly files: readonly MadeFile[];
  readonly message: string;
  /** The numbers that the tool told. */
  readonly results: EndedAttempt['results'];
}

interface DonorItem {
  readonly donor: number;
  readonly output: string;
  readonly extra: number[];
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly checksum: string;
}

/** Has the files of the donors' items kept for the attempts, and tells which these are. */
async function borrow(
  engine: Engine,
  donor: StagePlan,
  pairs: readonly Pair[],
  claimed: ReadonlyMap<number, ClaimedTask>,
): Promise<Borrowed[]> {
  return engine.work(async (transaction) => {
    await transaction.query('SET LOCAL enable_seqscan TO off');
    const ids = pairs.map((pair) => pair.donor);
    const items = `FROM task t JOIN stage_output o ON o.stage = t.stage
      JOIN item i ON i.dataset = o.dataset AND i.place >= t.place AND i.place < place_after(t.place)
      WHERE t.id = ANY ($1::bigint[])`;
    const { rows } = await transaction.query<DonorItem>({
      name: 'lock-donor-items',
      text: `SELECT t.id AS donor, o.name AS output, i.place[cardinality(t.place) + 1:] AS extra, i.name, i.path, i.size, i.checksum
             ${items} ORDER BY i.dataset, i.place FOR SHARE OF i SKIP LOCKED`,
      values: [ids],
    });
    const { rows: standing } = await transaction.query<{
      id: number;
      items: number;
      results: Record<string, number> | null;
    }>({
      name: 'look-at-donors-again',
      text: `SELECT t.id, (SELECT count(*)::int FROM stage_output o
               JOIN item i ON i.dataset = o.dataset AND i.place >= t.place AND i.place < place_after(t.place)
               WHERE o.stage = t.stage) AS items,
               (SELECT a.results FROM attempt a WHERE a.task = t.id AND a.outcome = 'succeeded' AND NOT a.superseded
                ORDER BY a.id DESC LIMIT 1) AS results
             FROM unnest($1::bigint[], $2::bigint[]) AS p(id, reads) JOIN task t ON t.id = p.id
             WHERE t.state = 'succeeded' AND NOT t.stale AND t.done = t.reads AND t.reads = p.reads`,
      values: [ids, pairs.map(({ reads }) => reads)],
    });
    const standingById = new Map(standing.map((one) => [one.id, one]));
    const byDonor = Map.groupBy(rows, (row) => row.donor);
    const borrowed: Borrowed[] = [];
    const kept: { attempt: number; source: number }[] = [];
    for (const { task, donor: id } of pairs) {
      const files = byDonor.get(id) ?? [];
      const sources = new Set(files.map(({ path }) => attemptOfPath(path)));
      const attempt = claimed.get(task)?.attempt;
      if (
        files.length === 0 ||
        files.length !== standingById.get(id)?.items ||
        sources.has(undefined) ||
        attempt === undefined
      )
        continue;
      for (const source of sources) if (source !== undefined) kept.push({ attempt, source });
      borrowed.push({
        task,
        files: files.map(({ donor: _donor, ...file }) => file),
        message: `Taken from the cache: task ${id} had made the same of the same.`,
        results: standingById.get(id)?.results ?? undefined,
      });
    }
    await transaction.query({
      name: 'borrow',
      text: 'INSERT INTO borrowed (attempt, source) SELECT * FROM unnest($1::bigint[], $2::bigint[])',
      values: [kept.map(({ attempt }) => attempt), kept.map(({ source }) => source)],
    });
    return borrowed;
  });
}

/** Whether the files are there, and as long as they should be. Of folders, only whether they are there. */
async function areThere(files: readonly MadeFile[], store: string): Promise<boolean> {
  const found = await Promise.all(files.map(({ path }) => stat(join(store, path)).catch(() => undefined)));
  return found.every(
    (file, index) => file !== undefined && (file.isDirectory() || file.size === files[index]?.size),
  );
}

/** These attempts do not need what was kept for them. */
export async function giveUpBorrowed(engine: Engine, attempts: readonly number[]): Promise<void> {
  if (attempts.length === 0) return;
  await engine.pool.query({
    name: 'give-up-borrowed',
    text: 'DELETE FROM borrowed WHERE attempt = ANY ($1::bigint[])',
    values: [attempts],
  });
}
