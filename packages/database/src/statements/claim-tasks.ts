/**
 * Claims ready tasks of one stage. It takes no lock that anyone waits for but those of the `ready` rows it removes,
 * which it skips where they are taken, and does not write to `task`; so claims and settles never wait in a circle.
 * The fingerprint is not read after the inputs are listed: an attempt may have read newer items than it says, which
 * costs a second run, never older ones. Where each task reads the one item of its own place, the claim lists it as well,
 * which spares this process a second row for each: 2 µs of 13 a completion.
 *
 * Indexes: ready (stage, task), resumed behind the last claim, since removed rows stay in the index until the next
 * vacuum; task (id); item (dataset, place).
 */
import type { StageShape } from '../stage-shape.ts';
import { readsItsProducer } from './list-inputs.ts';

export interface ClaimedRow {
  readonly attempt: number;
  readonly task: number;
  readonly place: number[];
  /** Bytes, where it asks for more memory than its stage does. */
  readonly memory?: number | null;
  /** Of the item that it reads, where the claim lists it; null where there is none. */
  readonly revision?: number | null;
  readonly name?: string;
  readonly path?: string;
  readonly size?: number;
  readonly checksum?: string;
  readonly made_by?: number | null;
}

/** True where a claim lists what its tasks read: through one input, the item of the task's own place. */
export function listsItsInput(stage: StageShape): boolean {
  const [input, ...others] = stage.inputs;
  return (
    input !== undefined &&
    others.length === 0 &&
    readsItsProducer(stage, input) &&
    input.axes.length === stage.axes.length &&
    input.axes.every((axis, index) => axis === stage.axes[index])
  );
}

const isOfRevision = `EXISTS (SELECT FROM stage s JOIN run n ON n.id = s.run
      WHERE s.id = $1::int AND s.removed IS NULL AND n.revision = $6::int)`;

/**
 * $1 stage, $2 session, $3 limit, $4 claim tasks above this id, $5 the dataset that the first input reads, $6 the
 * revision of the pipeline by which the caller will have the tasks run: where the run has another, nothing is claimed,
 * since the fingerprints are of the other one.
 */
export function claimTasksSql(stage: StageShape): string {
  return claimSql(
    stage,
    `DELETE FROM ready
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ready WHERE stage = $1::int AND task > $4::bigint AND ${isOfRevision}
    ORDER BY task LIMIT $3::int FOR UPDATE SKIP LOCKED))
  RETURNING task`,
    '',
  );
}

/**
 * The same for tasks that waited before a further try, or ask for more memory than their stage: $4 is what the agent has.
 * Index: `ready_later_by_stage`.
 */
export function claimLaterSql(stage: StageShape): string {
  return claimSql(
    stage,
    `DELETE FROM ready_later
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ready_later
    WHERE stage = $1::int AND due <= now() AND (memory IS NULL OR memory <= $4::bigint) AND ${isOfRevision}
    ORDER BY due, task LIMIT $3::int FOR UPDATE SKIP LOCKED))
  RETURNING task, memory`,
    ', (SELECT p.memory FROM picked p WHERE p.task = s.task) AS memory',
  );
}

/** @param picked takes rows out of a queue */
function claimSql(stage: StageShape, picked: string, more: string): string {
  const listed = listsItsInput(stage);
  const item = `LEFT JOIN LATERAL (
  SELECT i.* FROM item i WHERE i.dataset = $5::int AND i.place = f.place OFFSET 0
) i ON true`;
  return `
WITH parameters AS (SELECT $5::int, $6::int), picked AS (
  ${picked}
), found AS MATERIALIZED (
  SELECT id, place, reads FROM task WHERE id = ANY (ARRAY(SELECT task FROM picked)) ORDER BY id
), started AS (
  INSERT INTO running (task, stage, session, reads, revision)
  SELECT id, $1::int, $2::int, reads, $6::int FROM found
  RETURNING attempt, task
)
SELECT s.attempt, s.task, f.place${more}${listed ? ', i.revision, i.name, i.path, i.size, i.checksum, i.attempt AS made_by' : ''}
FROM started s JOIN found f ON f.id = s.task${listed ? ` ${item}` : ''}`;
}
