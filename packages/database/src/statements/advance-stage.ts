/**
 * Advances one stage: adds what changed upstream in this transaction to the counts of the tasks that read it,
 * judges those tasks anew, and leaves what changed thereby for the stages below.
 *
 * Locks: the run's advisory lock, taken by an earlier statement of the transaction; rows of `task`, which nobody
 * else writes; rows of `ready`, for which it waits where a claim holds one (a claim waits for nothing, so there is
 * no cycle); rows of `aside` and `failure`, which nobody else writes either. Indexes: task (stage, place), ready (stage,
 * task), running (task), item (dataset, place), aside (stage, state, place), failure (task), attempt (task).
 * Its text depends on the shape of the stage alone, so stages of one shape share a prepared statement.
 */
import { judgeSql } from './judge.ts';
import { isOneToMany, type InputShape, type StageShape } from '../stage-shape.ts';
import { asideStates } from './aside-states.ts';
import { agreesSql, beginsWithSql, placeSql } from '../place-sql.ts';
import { recountSql } from './recount.ts';

/** $1 stage, $2 producers, $3 input datasets, $4 output datasets, $5 open inputs, $6 run has ended, */
/** $7 inputs to recount, $8 tries, $9 run.change, $10 losses in a row */
export function advanceStageSql(stage: StageShape, everyTask: boolean): string {
  const numbers = stage.inputs.map((_, index) => index + 1);
  const sums = numbers.map(
    (n) =>
      `${columns(n)
        .map((c) => `sum(${c})::int AS ${c}`)
        .join(', ')}, sum(h${n})::bigint AS h${n}`,
  );
  const recounted = numbers.filter((n) => needsRecount(stage, n));
  const counts = numbers.flatMap((n) =>
    columns(n).map((column, index) => {
      const added = `coalesce(t.counts[${4 * (n - 1) + index + 1}], 0) + d.${column}`;
      if (!recounted.includes(n)) return `${added} AS ${column}`;
      return `CASE WHEN t.state IS NULL OR ($7::boolean[])[${n}] THEN r${n}.${column.charAt(0)} ELSE ${added} END AS ${column}`;
    }),
  );
  const reads = numbers.map((n) =>
    recounted.includes(n) ? `CASE WHEN t.state IS NULL THEN r${n}.h ELSE d.h${n} END` : `d.h${n}`,
  );
  // The gate keeps PostgreSQL from counting for tasks that do not need it, which a condition of the join would not.
  const laterals = recounted.map(
    (n) => `LEFT JOIN LATERAL (
    SELECT r.* FROM (SELECT 1 WHERE t.state IS NULL OR ($7::boolean[])[${n}]) gate, LATERAL (${recountSql(stage, n)}) r
  ) r${n} ON true`,
  );
  const judged = judgeSql(stage);
  return `
WITH parameters AS (
  -- Gives every parameter its type, whichever of them this shape uses.
  SELECT $1::int, $2::int[], $3::int[], $4::int[], $5::boolean[], $6::boolean, $7::boolean[], $8::int, $9::bigint, $10::int
), delta AS MATERIALIZED (
  SELECT place${sums.map((sum) => `, ${sum}`).join('')}
  FROM (${deltaFragments(stage, everyTask).join('\n    UNION ALL ')}) fragments
  GROUP BY place
), counted AS MATERIALIZED (
  SELECT t.id, t.place, t.state AS old_state, t.stale AS old_stale, t.result AS old_result, t.done AS old_done,
    t.tries AS old_tries, t.lost AS old_lost, t.counts AS old_counts, t.reads AS old_reads,
    ${[...counts, `t.reads + ${['0', ...reads].join(' + ')} AS reads`].join(',\n    ')}
  FROM delta d JOIN task t ON t.stage = $1 AND t.place = d.place
  ${laterals.join('\n  ')}
), decided AS MATERIALIZED (
  SELECT c.*, v.verdict, v.attempt,
    CASE v.verdict
      WHEN 'succeeded' THEN 'succeeded'::task_state
      WHEN 'failed' THEN CASE WHEN c.old_tries + 1 >= $8::int THEN 'failed'::task_state ELSE c.old_result END
      WHEN 'lost' THEN CASE WHEN c.old_lost + 1 >= $10::int THEN 'failed'::task_state ELSE c.old_result END
      WHEN 'cancelled' THEN 'cancelled'::task_state
      WHEN 'cleared' THEN NULL
      ELSE c.old_result END AS result,
    CASE v.verdict
      WHEN 'succeeded' THEN v.done
      WHEN 'failed' THEN CASE WHEN c.old_tries + 1 >= $8::int THEN v.done ELSE c.old_done END
      WHEN 'lost' THEN CASE WHEN c.old_lost + 1 >= $10::int THEN v.done ELSE c.old_done END
      WHEN 'cancelled' THEN NULL
      WHEN 'cleared' THEN NULL
      ELSE c.old_done END AS done,
    CASE v.verdict WHEN 'failed' THEN c.old_tries + 1 WHEN 'succeeded' THEN 0 WHEN 'cleared' THEN 0
      ELSE c.old_tries END AS tries,
    CASE WHEN v.verdict IN ('failed', 'succeeded', 'cleared') OR c.old_lost + 1 >= $10::int AND v.verdict = 'lost' THEN 0
      WHEN v.verdict = 'lost' THEN c.old_lost + 1 ELSE c.old_lost END AS lost
  FROM counted c LEFT JOIN step_verdict v ON v.task = c.id
), facts AS MATERIALIZED (
  SELECT d.*, ${judged.dropped} AS dropped, ${judged.blocked} AS blocked, ${judged.pending} AS pending,
    ${judged.empty} AS empty
  FROM decided d
), stated AS MATERIALIZED (
  SELECT f.*, ${judged.state} AS state, ${judged.stale} AS stale FROM facts f
), after AS MATERIALIZED (
  SELECT s.*, s.state IN ('skipped', 'dropped') AS gone,
    CASE WHEN s.old_state IS NULL THEN 'n' ELSE unit_status(s.old_state, s.old_stale) END AS was,
    unit_status(s.state, s.stale) AS now,
    (s.state <> 'dropped')::int - (s.old_state IS NOT NULL AND s.old_state <> 'dropped')::int AS known,
    ARRAY[${numbers.flatMap((n) => columns(n).map((c) => `s.${c}`)).join(', ')}]::int[] AS counts
  FROM stated s
), written AS (
  UPDATE task t SET state = a.state, stale = a.stale, counts = a.counts, reads = a.reads,
    result = CASE WHEN a.gone THEN NULL ELSE a.result END, done = CASE WHEN a.gone THEN NULL ELSE a.done END,
    tries = a.tries, lost = a.lost, changed = $9
  FROM after a
  WHERE t.id = a.id
    AND (a.old_state, a.old_stale, a.old_counts, a.old_reads, a.old_result, a.old_done, a.old_tries, a.old_lost)
      IS DISTINCT FROM (a.state, a.stale, a.counts, a.reads, a.result, a.done, a.tries, a.lost)
), made_ready AS (
  INSERT INTO ready (stage, task)
  SELECT $1, a.id FROM after a
  WHERE a.state = 'ready' AND (a.old_state IS DISTINCT FROM 'ready' OR a.attempt IS NOT NULL)
    AND NOT EXISTS (SELECT FROM running r WHERE r.task = a.id)
  ON CONFLICT DO NOTHING
  RETURNING 1
), retracted AS (
  DELETE FROM ready r USING after a
  WHERE r.stage = $1 AND r.task = a.id AND a.old_state = 'ready' AND a.state <> 'ready' AND a.attempt IS NULL
), tallied AS (
  INSERT INTO tally (stage, state, tasks)
  SELECT $1, state, sum(n) FROM (
    SELECT a.state, 1 AS n FROM after a UNION ALL SELECT a.old_state, -1 FROM after a WHERE a.old_state IS NOT NULL
  ) moves GROUP BY state HAVING sum(n) <> 0
  ON CONFLICT (stage, state) DO UPDATE SET tasks = tally.tasks + excluded.tasks
), returned AS (
  DELETE FROM aside x USING after a
  WHERE x.stage = $1 AND x.state = a.old_state AND x.place = a.place
    AND a.old_state <> a.state AND a.old_state IN ${asideStates}
), set_aside AS (
  INSERT INTO aside (stage, state, place)
  SELECT $1, a.state, a.place FROM after a WHERE a.old_state IS DISTINCT FROM a.state AND a.state IN ${asideStates}
  ON CONFLICT DO NOTHING
), mended AS (
  DELETE FROM failure f USING after a WHERE f.task = a.id AND a.old_state = 'failed' AND a.state <> 'failed'
), failed AS (
  ${noteFailuresSql}
), withdrawn AS (
  INSERT INTO step_withdraw (stage, place)
  SELECT $1, a.place FROM after a WHERE a.gone AND a.old_state IS NOT NULL AND a.old_state NOT IN ('skipped', 'dropped')
  RETURNING 1
), emitted AS (
  ${emissions(stage)}
  RETURNING known
)
SELECT (SELECT count(*) FROM made_ready)::int AS ready, (SELECT count(*) FROM withdrawn)::int AS withdrawn,
  (SELECT count(*) FROM emitted)::int AS emitted, (SELECT count(*) FROM emitted WHERE known > 0)::int AS born`;
}

/** The tasks that have failed in this transaction, or again; `attempt_by_task` has their attempts. */
const noteFailuresSql = `INSERT INTO failure AS f (task, attempt, cause, since, at, run, stage, agent, outcome)
  SELECT a.id, l.id, l.cause, l.since, l.ended, s.run, $1, n.agent, l.outcome
  FROM after a JOIN stage s ON s.id = $1
  CROSS JOIN LATERAL (
    SELECT t.id, t.session, t.cause, t.outcome, t.ended,
      (SELECT min(e.ended) FROM attempt e WHERE e.task = a.id AND e.cause = t.cause) AS since
    FROM attempt t WHERE t.task = a.id AND t.cause IS NOT NULL ORDER BY t.id DESC LIMIT 1
  ) l
  JOIN session n ON n.id = l.session
  WHERE a.state = 'failed' AND (a.old_state IS DISTINCT FROM 'failed' OR a.attempt IS NOT NULL)
  ON CONFLICT (task) DO UPDATE SET id = DEFAULT, attempt = excluded.attempt, cause = excluded.cause,
    since = excluded.since, at = excluded.at, agent = excluded.agent, outcome = excluded.outcome`;

/** True where the counts of a new task cannot be summed from this transaction's changes. */
function needsRecount(stage: StageShape, n: number): boolean {
  const input = inputAt(stage, n);
  const covering = stage.inputs.filter((each) => each.covering);
  // Whatever a task reads through its only covering input was born with it or later, but for producers of many items.
  const complete = input.covering && covering.length === 1 && input.offsets === undefined;
  return !complete || isOneToMany(input);
}

function columns(n: number): string[] {
  return [`k${n}`, `a${n}`, `p${n}`, `f${n}`];
}

function inputAt(stage: StageShape, n: number): InputShape {
  const input = stage.inputs[n - 1];
  if (input === undefined) throw new RangeError(`stage has no input ${n}`);
  return input;
}

/** Every way in which a task of the stage can be touched in this transaction, as rows of counts to add. */
function deltaFragments(stage: StageShape, everyTask: boolean): string[] {
  const none = rowSql(stage, 0, {});
  const touched = [
    `SELECT v.place, ${none} FROM step_verdict v WHERE v.stage = $1`,
    `SELECT f.place, ${none} FROM step_fresh f WHERE f.stage = $1`,
    // In the text and not in a parameter: with a scan of all tasks in it the generic plan would never be taken.
    ...(everyTask ? [`SELECT t.place, ${none} FROM task t WHERE t.stage = $1`] : []),
  ];
  const changed = stage.inputs.flatMap((input, index) => inputFragments(stage, input, index + 1));
  return [...touched, ...changed];
}

interface Values {
  readonly k?: string;
  readonly a?: string;
  readonly p?: string;
  readonly f?: string;
  readonly h?: string;
}

function inputFragments(stage: StageShape, input: InputShape, n: number): string[] {
  const known = input.covering ? { k: 'c.known' } : {};
  const items = { a: 'c.available', h: 'c.reads' };
  if (input.offsets === undefined) {
    if (!isOneToMany(input)) {
      return [fragment(stage, n, 'b', input.axes, {}, { ...known, ...items, p: 'c.pending', f: 'c.failed' })];
    }
    return [
      fragment(stage, n, 'i', input.axes, {}, { ...known, ...items }),
      fragment(stage, n, 'u', input.unitAxes, {}, { p: 'c.pending', f: 'c.failed' }),
    ];
  }
  // A neighbour that may still come counts as pending before it is known.
  const units = { p: `c.pending - CASE WHEN ($5::boolean[])[${n}] THEN c.known ELSE 0 END`, f: 'c.failed' };
  const own = input.covering
    ? [fragment(stage, n, isOneToMany(input) ? 'i' : 'b', input.axes, {}, known)]
    : [];
  const read = input.offsets.flatMap((offset) =>
    isOneToMany(input)
      ? [
          fragment(stage, n, 'i', input.axes, offset, items),
          fragment(stage, n, 'u', input.unitAxes, offset, units),
        ]
      : [fragment(stage, n, 'b', input.axes, offset, { ...items, ...units })],
  );
  return [...own, ...read];
}

/** Rows of `step_change` of one kind, led to the tasks that read their place at `offset`. */
function fragment(
  stage: StageShape,
  n: number,
  kind: 'b' | 'u' | 'i',
  rowAxes: readonly string[],
  offset: Readonly<Record<string, number>>,
  values: Values,
): string {
  const input = inputAt(stage, n);
  const back = Object.fromEntries(Object.entries(offset).map(([axis, steps]) => [axis, -steps]));
  const from = `step_change c`;
  const where = `c.stage = ($2::int[])[${n}] AND c.output = ${input.output} AND c.kind = '${kind}'`;
  const row = rowSql(stage, n, values);
  if (stage.axes.every((axis) => rowAxes.includes(axis))) {
    const place = placeSql('c.place', rowAxes, stage.axes, back, input.bounds.skip);
    return `SELECT ${place} AS place, ${row} FROM ${from} WHERE ${where}`;
  }
  const agrees = agreesSql('t.place', stage.axes, 'c.place', rowAxes, back, input.bounds.skip);
  return `SELECT t.place, ${row} FROM ${from} JOIN task t ON t.stage = $1 AND ${agrees} AND t.state IS NOT NULL WHERE ${where}`;
}

function rowSql(stage: StageShape, n: number, values: Values): string {
  return stage.inputs
    .flatMap((_, index) => {
      const own = index + 1 === n ? values : {};
      const k = index + 1;
      return [
        `${own.k ?? '0'} AS k${k}`,
        `${own.a ?? '0'} AS a${k}`,
        `${own.p ?? '0'} AS p${k}`,
        `${own.f ?? '0'} AS f${k}`,
        `${own.h ?? '0'} AS h${k}`,
      ];
    })
    .join(', ');
}

/** What the stages below are told, per output that one of them reads. */
function emissions(stage: StageShape): string {
  const was = (status: string) => `(a.was = '${status}')::int`;
  const now = (status: string) => `(a.now = '${status}')::int`;
  const difference = (status: string) => `${now(status)} - ${was(status)}`;
  const moved = `(a.was <> a.now OR a.known <> 0)`;
  const selects = stage.outputs.flatMap((output, index) => {
    if (!output.consumed) return [];
    const dataset = `($4::int[])[${index + 1}]`;
    const reads = `(${difference('a')}) * item_reads(i.dataset, i.place, i.revision)`;
    if (output.extra === 0) {
      return [
        `SELECT $1, ${index}, 'b'::"char", a.place, a.known,
        CASE WHEN i.dataset IS NULL THEN 0 ELSE ${difference('a')} END, ${difference('p')}, ${difference('f')},
        coalesce(${reads}, 0)
      FROM after a LEFT JOIN item i ON i.dataset = ${dataset} AND i.place = a.place AND (a.was = 'a') <> (a.now = 'a')
      WHERE ${moved}`,
      ];
    }
    return [
      `SELECT $1, ${index}, 'u'::"char", a.place, a.known, 0, ${difference('p')}, ${difference('f')}, 0::bigint
      FROM after a WHERE ${moved}`,
      `SELECT $1, ${index}, 'i'::"char", i.place, 0, ${difference('a')}, 0, 0, ${reads}
      FROM after a JOIN item i ON i.dataset = ${dataset} AND ${beginsWithSql('i.place', 'a.place', stage.axes.length)}
      WHERE (a.was = 'a') <> (a.now = 'a')`,
    ];
  });
  const columnsOfChange = 'stage, output, kind, place, known, available, pending, failed, reads';
  const source =
    selects.length === 0
      ? `SELECT $1, 0, 'b'::"char", '{}'::int[], 0, 0, 0, 0, 0::bigint WHERE false`
      : selects.join('\n    UNION ALL ');
  return `INSERT INTO step_change (${columnsOfChange})\n    ${source}`;
}
