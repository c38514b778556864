/**
 * Has the tasks of one stage done again that read what tasks with the verdict `again` make: the next step of a walk down
 * from those that were named. By the arithmetic of places, whether anything was made or not.
 *
 * Locks: the run's advisory lock, taken before. Index: task (stage, place), as a walk through the stage.
 */
import { agreesSql } from '../place-sql.ts';
import type { StageShape } from '../stage-shape.ts';

/** $1 stage, $2 producers. */
export function spreadAgainSql(stage: StageShape): string {
  const parts = stage.inputs.flatMap((input, index) =>
    (input.offsets ?? [{}]).map((offset) => {
      const agrees = agreesSql('v.place', input.unitAxes, 't.place', stage.axes, offset, input.bounds.skip);
      return `SELECT t.id FROM task t
    WHERE t.stage = $1 AND t.state <> 'dropped' AND EXISTS (
      SELECT FROM step_verdict v WHERE v.stage = ($2::int[])[${index + 1}] AND v.verdict = 'again' AND ${agrees})`;
    }),
  );
  return `
WITH reached AS MATERIALIZED (
  SELECT t.id, t.ctid AS at, t.place FROM task t WHERE t.id IN (
    ${parts.join('\n    UNION ')})
), raised AS (
  UPDATE step_verdict v SET verdict = 'again' FROM reached r WHERE v.stage = $1 AND v.task = r.id AND v.verdict <> 'again'
  RETURNING v.task
), told AS (
  INSERT INTO step_verdict (stage, task, at, place, verdict)
  SELECT $1, r.id, r.at, r.place, 'again' FROM reached r
  WHERE NOT EXISTS (SELECT FROM step_verdict v WHERE v.stage = $1 AND v.task = r.id)
  RETURNING task
)
SELECT ((SELECT count(*) FROM raised) + (SELECT count(*) FROM told))::int AS tasks`;
}
