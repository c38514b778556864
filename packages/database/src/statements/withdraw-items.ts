/**
 * Deletes the items of tasks that were skipped or dropped in this transaction, and tells the stages below of the
 * places that are gone. The bytes are swept later.
 *
 * Locks: the run's advisory lock, taken before. Index: item (dataset, place).
 */
import { beginsWithSql, lookupSql } from '../place-sql.ts';
import type { StageShape } from '../stage-shape.ts';

/** $1 stage, $2 output datasets */
export function withdrawItemsSql(stage: StageShape): string {
  const deletions = stage.outputs.map((output, index) => {
    const at =
      output.extra === 0 ? 'i.place = w.place' : beginsWithSql('i.place', 'w.place', stage.axes.length);
    return `gone${index} AS (
  DELETE FROM item WHERE ctid = ANY (ARRAY(
    SELECT i.at FROM step_withdraw w
    ${lookupSql(`SELECT i.ctid AS at FROM item i WHERE i.dataset = ($2::int[])[${index + 1}] AND ${at}`, 'i')}
    WHERE w.stage = $1))
  RETURNING place
)`;
  });
  const told = stage.outputs.flatMap((output, index) =>
    output.consumed && output.extra > 0
      ? [`SELECT $1::int, ${index}, 'i'::"char", place, -1, 0, 0, 0, 0::bigint FROM gone${index}`]
      : [],
  );
  const tell =
    told.length === 0
      ? 'SELECT 0 AS told'
      : `INSERT INTO step_change (stage, output, kind, place, known, available, pending, failed, reads)
${told.join('\nUNION ALL ')}`;
  return deletions.length === 0 ? '' : `WITH ${deletions.join(', ')}\n${tell}`;
}
