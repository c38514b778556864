/**
 * Lets a run see items that came into one of its sources: the tasks of the source at those places succeed, and at
 * the places that declared extents promise beside them a waiting task is made.
 *
 * Locks: the run's advisory lock, taken before. Indexes: task (stage, place), item (dataset, place).
 */
import type { LatticeBounds } from '@gantry/model';
import { integer, withinSql } from '../place-sql.ts';

/**
 * $1 stage, $2 dataset, $3 places as text[] or null for all items of the dataset.
 * Makes the promised places; nothing where no axis is declared.
 */
export function expectPlacesSql(axes: readonly string[], bounds: LatticeBounds): string | undefined {
  const declared = axes.filter((axis) => bounds.extents[axis] !== undefined);
  if (declared.length === 0 && axes.length > 0) return undefined;
  const open = axes.filter((axis) => !declared.includes(axis));
  const series = declared.map((axis) => {
    const [first, last] = bounds.extents[axis] ?? [0, -1];
    return `generate_series(${integer(first)}, ${integer(last)}) ${column(axes, axis)}`;
  });
  // A plane that was promised before has a task at the admitted place already.
  const admitted = admittedSql(axes, bounds);
  const from = [
    ...(open.length === 0
      ? []
      : [
          `(SELECT DISTINCT ${open.map((axis) => `place[${axes.indexOf(axis) + 1}] AS ${column(axes, axis)}`).join(', ')} FROM (${admitted}) admitted
          WHERE NOT EXISTS (SELECT FROM task t WHERE t.stage = $1::int AND t.place = admitted.place)) observed`,
        ]),
    ...series,
  ];
  const place = `ARRAY[${axes.map((axis) => column(axes, axis)).join(', ')}]::int[]`;
  return `
WITH parameters AS (SELECT $1::int, $2::int, $3::text[]), promised AS (
  INSERT INTO task (stage, place, state, counts)
  SELECT $1::int, place, 'waiting', '{}'
  FROM (SELECT ${place} AS place${from.length === 0 ? '' : ` FROM ${from.join(', ')}`}) expected
  WHERE ${withinSql('place', axes, axes, {}, bounds)} AND ${unskippedSql(axes, bounds)}
  ON CONFLICT (stage, place) DO NOTHING
  RETURNING stage, place
), tallied AS (
  INSERT INTO tally (stage, state, tasks) SELECT stage, 'waiting', count(*) FROM promised GROUP BY stage
  ON CONFLICT (stage, state) DO UPDATE SET tasks = tally.tasks + excluded.tasks
)
INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
SELECT stage, 0, 'b', place, 1, 0, 1, 0, 0 FROM promised`;
}

/** $1 stage, $2 dataset, $3 places as text[] or null for all items of the dataset */
export function admitPlacesSql(axes: readonly string[], bounds: LatticeBounds): string {
  return `
WITH admitted AS MATERIALIZED (${admittedSql(axes, bounds)}
), old AS MATERIALIZED (
  SELECT a.place, a.revision, t.id, t.state, t.done
  FROM admitted a LEFT JOIN task t ON t.stage = $1 AND t.place = a.place
  WHERE t.id IS NULL OR t.state <> 'succeeded' OR t.done <> a.revision
), made AS (
  INSERT INTO task (stage, place, state, result, counts, done)
  SELECT $1::int, place, 'succeeded', 'succeeded', '{}', revision FROM old
  ON CONFLICT (stage, place) DO UPDATE
    SET state = 'succeeded', result = 'succeeded', done = excluded.done
), tallied AS (
  INSERT INTO tally (stage, state, tasks)
  SELECT $1::int, state, sum(n) FROM (
    SELECT 'succeeded'::task_state AS state, 1 AS n FROM old
    UNION ALL SELECT state, -1 FROM old WHERE state IS NOT NULL
  ) moves GROUP BY state HAVING sum(n) <> 0
  ON CONFLICT (stage, state) DO UPDATE SET tasks = tally.tasks + excluded.tasks
)
INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
SELECT $1::int, 0, 'b', o.place, (o.id IS NULL)::int, (o.state IS DISTINCT FROM 'succeeded')::int,
  -coalesce(o.state = 'waiting', false)::int, 0,
  item_reads($2::int, o.place, o.revision)
    - CASE WHEN o.state = 'succeeded' THEN item_reads($2::int, o.place, o.done::int) ELSE 0 END
FROM old o`;
}

/** The same for a source that has no tasks yet and no declared extents: nothing is looked up. */
export function admitFirstPlacesSql(axes: readonly string[], bounds: LatticeBounds): string {
  return `
WITH made AS (
  INSERT INTO task (stage, place, state, result, counts, done)
  SELECT $1::int, place, 'succeeded', 'succeeded', '{}', revision FROM (${admittedSql(axes, bounds)}) admitted
  RETURNING place, done
), tallied AS (
  INSERT INTO tally (stage, state, tasks) SELECT $1::int, 'succeeded', count(*) FROM made HAVING count(*) > 0
)
INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
SELECT $1::int, 0, 'b', place, 1, 1, 0, 0, item_reads($2::int, place, done::int) FROM made`;
}

function admittedSql(axes: readonly string[], bounds: LatticeBounds): string {
  return `
  SELECT i.place, i.revision FROM item i
  WHERE i.dataset = $2::int AND ($3::text[] IS NULL OR i.place IN (SELECT p::int[] FROM unnest($3::text[]) p))
    AND ${withinSql('i.place', axes, axes, {}, bounds)} AND ${unskippedSql(axes, bounds, 'i.place')}`;
}

function unskippedSql(axes: readonly string[], bounds: LatticeBounds, place = 'place'): string {
  const conditions = axes.flatMap((axis, index) => {
    const skipped = bounds.skip[axis] ?? [];
    return skipped.length === 0
      ? []
      : [`${place}[${index + 1}] <> ALL (ARRAY[${skipped.map(integer).join(', ')}])`];
  });
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

const column = (axes: readonly string[], axis: string): string => `x${axes.indexOf(axis) + 1}`;
