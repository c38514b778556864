/**
 * Advances one stage: adds what changed upstream in this transaction to the counts of the tasks that read it,
 * judges those tasks anew, and leaves what changed thereby for the stages below.
 *
 * Locks: the run's advisory lock, taken by an earlier statement of the transaction; rows of `task`, which nobody
 * else writes; rows of `ready`, for which it waits where a claim holds one (a claim waits for nothing, so there is
 * no cycle); rows of `aside` and `failure`, which nobody else writes either. Indexes: task (stage, place), ready (stage,
 * task), running (task), item (dataset, place), aside (stage, state, place), failure (task), attempt (task).
 *
 * Its text depends on the shape of the stage and on what touched it, so stages of one shape share a prepared
 * statement, and one has no parts that find nothing. A row of `task` is found once: since nobody else writes it, its
 * `ctid` leads to it again until it is written. Each step of the judgement is a subquery behind OFFSET 0, which keeps
 * PostgreSQL from writing the expressions of one into the next, and costs less than a common table.
 */
import { judgeSql } from './judge.ts';
import { keepsForLater, type StageShape } from '../stage-shape.ts';
import type { StageTouch } from '../stage-touch.ts';
import { beginsWithSql, lookupSql } from '../place-sql.ts';
import { asideStates } from './aside-states.ts';
import { countChangesSql } from './count-changes.ts';

/** $1 stage, $2 producers, $3 input datasets, $4 output datasets, $5 open inputs, $6 run has ended, */
/** $7 inputs to recount, $8 tries, $9 run.change, $10 losses in a row, $11 ranges of the inputs, */
/** $12 wait before the second try (s), $13 factor of the waits, $14 longest wait (s), $15 what fingerprints begin with */
export function advanceStageSql(stage: StageShape, touch: StageTouch): string {
  const numbers = stage.inputs.map((_, index) => index + 1);
  // Verdicts alone leave the counts as they are, and have found their tasks before.
  const counting = touch.fresh || touch.changes || touch.everyTask || touch.scratch === true;
  const found = counting ? countChangesSql(stage, touch) : foundByVerdictSql(stage);
  const judged = judgeSql(stage);
  const counts = `ARRAY[${numbers.flatMap((n) => ['k', 'a', 'p', 'f'].map((c) => `f.${c}${n}`)).join(', ')}]::int[]`;
  return `
WITH parameters AS (
  -- Gives every parameter its type, whichever of them this shape uses.
  SELECT $1::int, $2::int[], $3::int[], $4::int[], $5::boolean[], $6::boolean, $7::boolean[], $8::int, $9::bigint,
    $10::int, $11::int[], $12::float8, $13::float8, $14::float8, $15::bigint
), after AS (
  UPDATE task t SET state = s.state, stale = s.stale,${counting ? ' counts = s.counts, reads = s.reads,' : ''}
    result = CASE WHEN ${forgotten(touch)} THEN NULL ELSE s.result END,
    done = CASE WHEN ${forgotten(touch)} THEN NULL ELSE s.done END,
    tries = s.tries, lost = s.lost
  FROM (
    SELECT f.*, ${judged.state} AS state, ${judged.stale} AS stale${counting ? `, ${counts} AS counts` : ''}
    FROM (
      SELECT d.*, ${judged.dropped} AS dropped, ${judged.blocked} AS blocked, ${judged.pending} AS pending,
        ${judged.empty} AS empty
      FROM (${touch.verdicts ? resultOfVerdictSql(found) : resultAsBeforeSql(found)} OFFSET 0) d OFFSET 0
    ) f OFFSET 0
  ) s
  WHERE t.ctid = s.at
    AND (s.attempt IS NOT NULL
      OR (s.old_state, s.old_stale, s.old_result, s.old_done, s.old_tries, s.old_lost${counting ? `, s.old_counts, s.old_reads` : ''})
        IS DISTINCT FROM (s.state, s.stale, s.result, s.done, s.tries, s.lost${counting ? `, s.counts, s.reads` : ''}))
  RETURNING s.id, s.place, s.old_state, s.old_stale, s.state, s.stale, s.attempt, s.first, s.verdict, s.tries, s.state IN ('skipped', 'dropped') AS gone,
    CASE WHEN s.old_state IS NULL THEN 'n' ELSE unit_status(s.old_state, s.old_stale) END AS was,
    unit_status(s.state, s.stale) AS now,
    (s.state <> 'dropped')::int - (s.old_state IS NOT NULL AND s.old_state <> 'dropped')::int AS known
), made_ready AS (
${makeReadySql(stage)}
), retracted AS (
  DELETE FROM ready WHERE stage = $1 AND task = ANY (ARRAY(
    SELECT a.id FROM after a WHERE a.old_state = 'ready' AND a.state <> 'ready' AND a.attempt IS NULL))${retractLaterSql(stage)}
), moves AS MATERIALIZED (
  SELECT old_state, state, count(*) AS n FROM after WHERE old_state IS DISTINCT FROM state GROUP BY old_state, state
), tallied AS (
  INSERT INTO tally (stage, state, tasks)
  SELECT $1, state, sum(n) FROM (
    SELECT state, n FROM moves UNION ALL SELECT old_state, -n FROM moves WHERE old_state IS NOT NULL
  ) both_ways GROUP BY state HAVING sum(n) <> 0
  ON CONFLICT (stage, state) DO UPDATE SET tasks = tally.tasks + excluded.tasks
), troubled AS MATERIALIZED (
  -- Few or none as a rule: those below need not look at all the others.
  SELECT a.id, a.place, a.old_state, a.state, a.attempt, a.gone FROM after a
  WHERE a.old_state IN ${asideStates} OR a.state IN ${asideStates} OR a.gone
), returned AS (
  DELETE FROM aside WHERE ctid = ANY (ARRAY(
    SELECT x.at FROM troubled a
    ${lookupSql('SELECT x.ctid AS at FROM aside x WHERE x.stage = $1 AND x.state = a.old_state AND x.place = a.place', 'x')}
    WHERE a.old_state <> a.state AND a.old_state IN ${asideStates}))
), set_aside AS (
  INSERT INTO aside (stage, state, place)
  SELECT $1, a.state, a.place FROM troubled a WHERE a.old_state IS DISTINCT FROM a.state AND a.state IN ${asideStates}
  ON CONFLICT DO NOTHING
), mended AS (
  DELETE FROM failure WHERE task = ANY (ARRAY(
    SELECT a.id FROM troubled a WHERE a.old_state = 'failed' AND a.state <> 'failed'))
), failed AS (
  ${noteFailuresSql}
), withdrawn AS (
  INSERT INTO step_withdraw (stage, place)
  SELECT $1, a.place FROM troubled a
  WHERE a.gone AND a.old_state IS NOT NULL AND a.old_state NOT IN ('skipped', 'dropped')${touch.keep === true ? ' AND false' : ''}
  RETURNING 1
), noted AS (
  ${noteChangesSql}
), emitted AS (
  ${emissions(stage)}
  RETURNING known
)
SELECT (SELECT count(*) FROM made_ready)::int AS ready, (SELECT count(*) FROM withdrawn)::int AS withdrawn,
  e.emitted, e.born
FROM (SELECT count(*)::int AS emitted, (count(*) FILTER (WHERE known > 0))::int AS born FROM emitted) e`;
}

const becameReady = `a.state = 'ready' AND (a.old_state IS DISTINCT FROM 'ready' OR a.attempt IS NOT NULL)
    AND NOT EXISTS (SELECT FROM running r WHERE r.task = a.id)`;

/**
 * Queues what became ready. One that has failed and has tries left waits first, a tenth more or less than it should, so
 * that what failed together does not come back together; one that asks for more memory is not for every agent.
 */
function makeReadySql(stage: StageShape): string {
  if (!keepsForLater(stage)) {
    return `  INSERT INTO ready (stage, task)
  SELECT $1, a.id FROM after a
  WHERE ${becameReady}
  RETURNING 1`;
  }
  return `  SELECT 1 FROM after a WHERE ${becameReady}
), later AS (
  INSERT INTO ready_later (task, stage, due, memory)
  SELECT a.id, $1, clock_timestamp() + CASE WHEN a.verdict = 'failed' AND a.tries < $8
      THEN make_interval(secs => least($14, $12 * power($13, a.tries - 1)) * (0.9 + 0.2 * random()))
      ELSE interval '0' END, m.memory
  FROM after a LEFT JOIN raised_memory m ON m.task = a.id
  WHERE ${becameReady} AND ((a.verdict = 'failed' AND a.tries < $8) OR m.task IS NOT NULL)
), at_once AS (
  INSERT INTO ready (stage, task)
  SELECT $1, a.id FROM after a
  WHERE ${becameReady} AND (a.verdict = 'failed' AND a.tries < $8) IS NOT TRUE
    AND NOT EXISTS (SELECT FROM raised_memory m WHERE m.task = a.id)`;
}

function retractLaterSql(stage: StageShape): string {
  if (!keepsForLater(stage)) return '';
  return `
), retracted_later AS (
  DELETE FROM ready_later WHERE task = ANY (ARRAY(
    SELECT a.id FROM after a WHERE a.old_state = 'ready' AND a.state <> 'ready' AND a.attempt IS NULL))`;
}

/**
 * True where a task loses its place, and with it what it made. One that has lost it before stays as it is: what an
 * edit of the pipeline took the place of has kept it.
 */
function forgotten({ keep }: StageTouch): string {
  return keep === true
    ? 'false'
    : `s.state IN ('skipped', 'dropped') AND s.old_state IS DISTINCT FROM 'skipped' AND s.old_state IS DISTINCT FROM 'dropped'`;
}

/**
 * What the tasks look like now, for those who show them (table `task_change`). Nobody has seen a run before its first
 * change.
 */
const noteChangesSql = `INSERT INTO task_change (stage, change, state, stale, tasks)
  SELECT $1, $9, a.state, a.stale, array_agg(a.id) FROM after a
  WHERE $9 > 1 AND (a.attempt IS NOT NULL OR a.old_state IS DISTINCT FROM a.state OR a.old_stale <> a.stale)
  GROUP BY a.state, a.stale`;

/** The tasks that have failed in this transaction, or again; `attempt_by_task` has their attempts. */
const noteFailuresSql = `INSERT INTO failure AS f (task, attempt, cause, since, at, run, stage, agent, outcome)
  SELECT a.id, l.id, l.cause, l.since, l.ended, s.run, $1, n.agent, l.outcome
  FROM troubled a JOIN stage s ON s.id = $1
  CROSS JOIN LATERAL (
    SELECT t.id, t.session, t.cause, t.outcome, t.ended,
      (SELECT min(e.ended) FROM attempt e WHERE e.task = a.id AND e.cause = t.cause) AS since
    FROM attempt t WHERE t.task = a.id AND t.cause IS NOT NULL ORDER BY t.id DESC LIMIT 1
  ) l
  JOIN session n ON n.id = l.session
  WHERE a.state = 'failed' AND (a.old_state IS DISTINCT FROM 'failed' OR a.attempt IS NOT NULL)
  ON CONFLICT (task) DO UPDATE SET id = DEFAULT, attempt = excluded.attempt, cause = excluded.cause,
    since = excluded.since, at = excluded.at, agent = excluded.agent, outcome = excluded.outcome`;

/** The tasks that got a verdict, with their counts. */
function foundByVerdictSql(stage: StageShape): string {
  const counts = stage.inputs.map((_, index) =>
    ['k', 'a', 'p', 'f'].map((c, at) => `t.counts[${4 * index + at + 1}] AS ${c}${index + 1}`).join(', '),
  );
  return `
    SELECT t.ctid AS at, t.id, t.place, t.state AS old_state, t.stale AS old_stale, t.result AS old_result,
      t.done AS old_done, t.tries AS old_tries, t.lost AS old_lost, ${[...counts, 't.reads'].join(', ')},
      v.verdict, v.attempt, v.done AS read, v.first
    FROM step_verdict v JOIN task t ON t.ctid = v.at WHERE v.stage = $1`;
}

/** What a verdict makes of the last result. */
function resultOfVerdictSql(found: string): string {
  return `
    SELECT c.*,
      CASE c.verdict
        WHEN 'succeeded' THEN 'succeeded'::task_state
        WHEN 'failed' THEN CASE WHEN c.old_tries + 1 >= $8::int THEN 'failed'::task_state ELSE c.old_result END
        WHEN 'lost' THEN CASE WHEN c.old_lost + 1 >= $10::int THEN 'failed'::task_state ELSE c.old_result END
        WHEN 'final' THEN 'failed'
        WHEN 'again' THEN CASE WHEN c.old_result = 'succeeded' THEN c.old_result END
        WHEN 'cancelled' THEN 'cancelled'::task_state
        WHEN 'cleared' THEN NULL
        ELSE c.old_result END AS result,
      CASE c.verdict
        WHEN 'succeeded' THEN c.read
        WHEN 'failed' THEN CASE WHEN c.old_tries + 1 >= $8::int THEN c.read ELSE c.old_done END
        WHEN 'lost' THEN CASE WHEN c.old_lost + 1 >= $10::int THEN c.read ELSE c.old_done END
        WHEN 'final' THEN c.read
        WHEN 'again' THEN CASE WHEN c.old_done IS NOT NULL THEN -1 END
        ELSE c.old_done END AS done,
      CASE WHEN c.verdict IN ('failed', 'final') THEN c.old_tries + 1
        WHEN c.verdict IN ('succeeded', 'cleared', 'again') THEN 0 ELSE c.old_tries END AS tries,
      CASE c.verdict
        WHEN 'lost' THEN CASE WHEN c.old_lost + 1 >= $10::int THEN 0 ELSE c.old_lost + 1 END
        WHEN 'failed' THEN 0 WHEN 'final' THEN 0 WHEN 'succeeded' THEN 0 WHEN 'cleared' THEN 0 WHEN 'again' THEN 0
        ELSE c.old_lost END AS lost
    FROM (${found}) c`;
}

function resultAsBeforeSql(found: string): string {
  return `
    SELECT c.*, c.old_result AS result, c.old_done AS done, c.old_tries AS tries, c.old_lost AS lost,
      NULL::bigint AS attempt, false AS first,
      NULL::task_verdict AS verdict
    FROM (${found}) c`;
}

/** What the stages below are told, per output that one of them reads. */
function emissions(stage: StageShape): string {
  const difference = (status: string) => `(a.now = '${status}')::int - (a.was = '${status}')::int`;
  const moved = `(a.was <> a.now OR a.known <> 0)`;
  const back = `(a.old_state IN ('skipped', 'dropped') AND NOT a.gone)`;
  const selects = stage.outputs.flatMap((output, index) => {
    if (!output.consumed) return [];
    const dataset = `($4::int[])[${index + 1}]`;
    const reads = `(${difference('a')}) * item_reads(i.dataset, i.place, i.revision)`;
    if (output.extra === 0) {
      const revision = `(SELECT i.revision FROM item i WHERE i.dataset = ${dataset} AND i.place = a.place)`;
      return [
        `SELECT $1, ${index}, 'b'::"char", e.place, e.known,
        CASE WHEN e.revision IS NULL THEN 0 ELSE e.available END, e.pending, e.failed,
        CASE WHEN e.revision IS NULL THEN 0 ELSE e.available * item_reads(${dataset}, e.place, e.revision) END
      FROM (
        SELECT a.place, a.known, ${difference('a')} AS available, ${difference('p')} AS pending,
          ${difference('f')} AS failed,
          -- Where the first success makes an item, that is its first revision.
          CASE WHEN (a.was = 'a') = (a.now = 'a') THEN NULL${output.required ? ` WHEN a.first THEN 1` : ''} ELSE ${revision} END AS revision
        FROM after a WHERE ${moved} OFFSET 0
      ) e`,
      ];
    }
    return [
      `SELECT $1, ${index}, 'u'::"char", a.place, a.known, 0, ${difference('p')}, ${difference('f')}, 0::bigint
      FROM after a WHERE ${moved}`,
      // Items that were kept are known again when their task has a place again.
      `SELECT $1, ${index}, 'i'::"char", i.place, (${back})::int, ${difference('a')}, 0, 0, ${reads}
      FROM after a JOIN item i ON i.dataset = ${dataset} AND ${beginsWithSql('i.place', 'a.place', stage.axes.length)}
      WHERE (a.was = 'a') <> (a.now = 'a') OR ${back}`,
    ];
  });
  const columnsOfChange = 'stage, output, kind, place, known, available, pending, failed, reads';
  const source =
    selects.length === 0
      ? `SELECT $1, 0, 'b'::"char", '{}'::int[], 0, 0, 0, 0, 0::bigint WHERE false`
      : selects.join('\n    UNION ALL ');
  return `INSERT INTO step_change (${columnsOfChange})\n    ${source}`;
}
