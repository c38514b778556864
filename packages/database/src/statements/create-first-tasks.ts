/**
 * Makes and judges, in one statement, the first tasks of a stage that walks one input place by place, while its run
 * is made: no task of it is there yet, so nothing is looked up, and each row is written once. All other stages go
 * through `create-tasks.ts` and `advance-stage.ts`, which this agrees with.
 *
 * Locks: the run's advisory lock, taken before. Indexes: task (stage, place), ready (stage, task).
 */
import { asideStates } from './aside-states.ts';
import { judgeSql } from './judge.ts';
import { placeSql } from '../place-sql.ts';
import { isOneToMany, type StageShape } from '../stage-shape.ts';

/** True where each place of the only input makes one task, whose counts are those of that place. */
export function walksOneInput(stage: StageShape): boolean {
  const [input, ...others] = stage.inputs;
  return (
    input !== undefined &&
    others.length === 0 &&
    input.covering &&
    input.offsets === undefined &&
    !isOneToMany(input) &&
    input.axes.length === stage.axes.length
  );
}

/** $1 stage, $2 producers, $3 input datasets, $4 output datasets, $5 open inputs, $6 run has ended */
export function createFirstTasksSql(stage: StageShape): string {
  const [input] = stage.inputs;
  if (input === undefined) throw new RangeError('stage has no input');
  const judged = judgeSql(stage);
  const place = placeSql('c.place', input.axes, stage.axes);
  const { toldTwice } = input;
  const sum = (column: string, type: string) => (toldTwice ? `sum(c.${column})::${type}` : `c.${column}`);
  const told = stage.outputs.flatMap((output, index) =>
    output.consumed
      ? [
          `SELECT $1::int, ${index}, '${output.extra === 0 ? 'b' : 'u'}'::"char", m.place, 1, 0,
      (unit_status(m.state, false) = 'p')::int, (unit_status(m.state, false) = 'f')::int, 0::bigint
    FROM made m WHERE m.state <> 'dropped'`,
        ]
      : [],
  );
  const source =
    told.length === 0
      ? `SELECT $1::int, 0, 'b'::"char", '{}'::int[], 0, 0, 0, 0, 0::bigint WHERE false`
      : told.join('\n    UNION ALL ');
  return `
WITH parameters AS (
  SELECT $1::int, $2::int[], $3::int[], $4::int[], $5::boolean[], $6::boolean
), stated AS MATERIALIZED (
  SELECT f.*, ${judged.state} AS state
  FROM (
    SELECT d.*, ${judged.dropped} AS dropped, ${judged.blocked} AS blocked, ${judged.pending} AS pending, ${judged.empty} AS empty
    FROM (
      SELECT ${place} AS place, ${sum('known', 'int')} AS k1, ${sum('available', 'int')} AS a1,
        ${sum('pending', 'int')} AS p1, ${sum('failed', 'int')} AS f1, ${sum('reads', 'bigint')} AS reads,
        NULL::task_state AS result, NULL::bigint AS done
      FROM step_change c
      WHERE c.stage = ($2::int[])[1] AND c.output = ${input.output} AND c.kind = 'b'
      ${toldTwice ? 'GROUP BY 1' : ''}
    ) d
  ) f
), made AS (
  INSERT INTO task (stage, place, state, counts, reads)
  SELECT $1::int, s.place, s.state, ARRAY[s.k1, s.a1, s.p1, s.f1], s.reads FROM stated s
  RETURNING id, place, state
), made_ready AS (
  INSERT INTO ready (stage, task) SELECT $1::int, m.id FROM made m WHERE m.state = 'ready' RETURNING 1
), set_aside AS (
  INSERT INTO aside (stage, state, place)
  SELECT $1::int, m.state, m.place FROM made m WHERE m.state IN ${asideStates}
), tallied AS (
  INSERT INTO tally (stage, state, tasks) SELECT $1::int, m.state, count(*) FROM made m GROUP BY m.state
  ON CONFLICT (stage, state) DO UPDATE SET tasks = tally.tasks + excluded.tasks
), emitted AS (
  INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
  ${source}
  RETURNING known
)
SELECT (SELECT count(*) FROM made_ready)::int AS ready, 0 AS withdrawn,
  (SELECT count(*) FROM emitted)::int AS emitted, (SELECT count(*) FROM emitted)::int AS born`;
}
