/**
 * The items that tasks read through one input, in the order of their places. Items of failed producers, which a
 * group may lack, are left out; those of stale ones are not, since they are what is there.
 *
 * No locks. Indexes: task (id), item (dataset, place), task (stage, place).
 */
import { agreesSql, agreesWholly, lookupSql, placeSql } from '../place-sql.ts';
import { isOneToMany, type InputShape, type StageShape } from '../stage-shape.ts';
import { toleratesFailures } from './judge.ts';

export interface InputItemRow {
  /** The task that reads it. */
  readonly task: number;
  readonly place: number[];
  readonly revision: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly checksum: string;
  /** The attempt that made it, whose path is relative to the store; null for an item of a source. */
  readonly made_by: number | null;
}

/**
 * $1 tasks, $2 dataset, $3 producer
 * @param claimed the tasks were ready a moment ago: what they read had succeeded, unless they may lack some of it
 */
export function listInputsSql(stage: StageShape, n: number, claimed: boolean): string {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage has no input ${n}`);
  const unit = lookupSql(
    `SELECT FROM task u WHERE u.stage = $3 AND u.place = ${placeSql('i.place', input.axes, input.unitAxes)}
      AND unit_status(u.state, u.stale) IN ('a', 'p')`,
    'u',
  );
  const parts = (input.offsets ?? [{}]).map((offset) => {
    const agrees = agreesSql('i.place', input.axes, 't.place', stage.axes, offset, input.bounds.skip);
    const item = agreesWholly(input.axes, stage.axes)
      ? lookupSql(`SELECT i.* FROM item i WHERE i.dataset = $2 AND ${agrees}`, 'i')
      : `JOIN item i ON i.dataset = $2 AND ${agrees}`;
    return `SELECT t.id AS task, i.place, i.revision, i.name, i.path, i.size, i.checksum, i.attempt AS made_by
  FROM task t ${item}
  ${claimed && readsItsProducer(stage, input) ? '' : unit}
  WHERE t.id = ANY ($1::bigint[])`;
  });
  return `WITH parameters AS (SELECT $3::int)
${parts.join('\nUNION ALL ')}
ORDER BY task, place`;
}

/** True where a task reads what one producer made, without which it would not be there or not be ready. */
export function readsItsProducer(stage: StageShape, input: InputShape): boolean {
  return (
    input.covering &&
    input.offsets === undefined &&
    !isOneToMany(input) &&
    input.axes.every((axis) => stage.axes.includes(axis)) &&
    !toleratesFailures(stage, input)
  );
}
