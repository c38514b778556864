/**
 * Before the items of successful attempts are recorded: deletes those that an earlier success of the same tasks made
 * and this one did not, and tells the stages below of places that go and come. Only outputs whose set of files may
 * change need it: one-to-many ones and optional ones.
 *
 * Locks: the run's advisory lock, taken before. Index: item (dataset, place).
 */
import { beginsWithSql, lookupSql } from '../place-sql.ts';
import type { StageShape } from '../stage-shape.ts';
import { madeItemsSql } from './record-items.ts';

/** $1 stage, $2 output datasets, $3 and the following: made items. Empty where no output of the stage needs it. */
export function replaceItemsSql(stage: StageShape): string {
  const changing = stage.outputs
    .map((output, index) => ({ output, index, dataset: `($2::int[])[${index + 1}]` }))
    .filter(({ output }) => output.extra > 0 || !output.required);
  if (changing.length === 0) return '';
  const parts = changing.flatMap(({ output, index, dataset }) => {
    const at =
      output.extra === 0 ? 'i.place = v.place' : beginsWithSql('i.place', 'v.place', stage.axes.length);
    return [
      `gone${index} AS (
  DELETE FROM item WHERE ctid = ANY (ARRAY(
    SELECT i.at FROM step_verdict v
    ${lookupSql(`SELECT i.ctid AS at, i.place FROM item i WHERE i.dataset = ${dataset} AND ${at}`, 'i')}
    WHERE v.stage = $1 AND v.verdict = 'succeeded'
      AND i.place NOT IN (SELECT m.place FROM made m WHERE m.dataset = ${dataset})))
  RETURNING place
)`,
      `born${index} AS (
  SELECT m.place FROM made m WHERE m.dataset = ${dataset}
    AND NOT EXISTS (SELECT FROM item i WHERE i.dataset = m.dataset AND i.place = m.place)
)`,
    ];
  });
  const told = changing.flatMap(({ output, index }) =>
    output.consumed && output.extra > 0
      ? [
          `SELECT $1::int, ${index}, 'i'::"char", place, -1, 0, 0, 0, 0::bigint FROM gone${index}`,
          `SELECT $1::int, ${index}, 'i'::"char", place, 1, 0, 0, 0, 0::bigint FROM born${index}`,
        ]
      : [],
  );
  const tell =
    told.length === 0
      ? 'SELECT 0 AS told'
      : `INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
${told.join('\nUNION ALL ')}`;
  return `WITH made AS MATERIALIZED (${madeItemsSql(3)} AND v.stage = $1), ${parts.join(', ')}\n${tell}`;
}
