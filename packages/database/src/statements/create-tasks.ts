/**
 * Makes the tasks that places born in this transaction bring about: the natural join of the covering inputs' known
 * places in which at least one is new. The tasks have no state yet; `advance-stage.ts` gives it.
 *
 * Locks: the run's advisory lock, taken before. Indexes: task (stage, place), item (dataset, place).
 */
import { agreesSql, coordinateSql, placeSql } from '../place-sql.ts';
import { isOneToMany, type InputShape, type StageShape } from '../stage-shape.ts';

/**
 * $1 stage, $2 producers, $3 input datasets, $4 what fingerprints begin with. A stage that no input covers has one
 * task, at the empty place.
 */
export function createTasksSql(stage: StageShape): string {
  const covering = stage.inputs
    .map((input, index) => ({ input, n: index + 1 }))
    .filter(({ input }) => input.covering);
  const candidates =
    covering.length === 0
      ? [`SELECT '{}'::int[] AS place`]
      : covering.map((born) => candidateSql(stage, born, covering));
  return insertTasksSql(stage, candidates);
}

/** The same for all places that are known upstream, whenever they came. */
export function createAllTasksSql(stage: StageShape): string {
  const covering = stage.inputs
    .map((input, index) => ({ input, n: index + 1 }))
    .filter(({ input }) => input.covering);
  const [first] = covering;
  return insertTasksSql(stage, [
    first === undefined ? `SELECT '{}'::int[] AS place` : joinSql(stage, first, knownSql(first), covering),
  ]);
}

function insertTasksSql(stage: StageShape, candidates: readonly string[]): string {
  const zeros = stage.inputs.map(() => '0, 0, 0, 0').join(', ');
  return `
WITH parameters AS (SELECT $1::int, $2::int[], $3::int[], $4::bigint), born AS (
  INSERT INTO task (stage, place, counts, reads)
  SELECT $1, place, ARRAY[${zeros}]::int[], $4 FROM (${candidates.join('\n    UNION ')}) candidates
  ON CONFLICT (stage, place) DO NOTHING
  RETURNING stage, place
)
INSERT INTO step_fresh (stage, place) SELECT stage, place FROM born`;
}

interface Numbered {
  readonly input: InputShape;
  readonly n: number;
}

/** Places at which `born` is new, joined with all that the other covering inputs have. */
function candidateSql(stage: StageShape, born: Numbered, covering: readonly Numbered[]): string {
  const kind = isOneToMany(born.input) ? 'i' : 'b';
  const changes = `(
      SELECT c.place FROM step_change c
      WHERE c.stage = ($2::int[])[${born.n}] AND c.output = ${born.input.output} AND c.kind = '${kind}' AND c.known > 0
    )`;
  return joinSql(stage, born, changes, covering);
}

/** Places of one covering input, which `from` gives, joined with all that the others have. */
function joinSql(stage: StageShape, born: Numbered, from: string, covering: readonly Numbered[]): string {
  const joined: Numbered[] = [born];
  const joins: string[] = [];
  for (const other of covering) {
    if (other.n === born.n) continue;
    const conditions = joined.map((before) =>
      agreesSql(`e${other.n}.place`, other.input.axes, `e${before.n}.place`, before.input.axes),
    );
    joins.push(`JOIN ${knownSql(other)} e${other.n} ON ${conditions.join(' AND ')}`);
    joined.push(other);
  }
  const place = stage.axes.map((axis) => {
    const has = covering.find(({ input }) => input.axes.includes(axis));
    if (has === undefined) throw new RangeError(`no covering input has axis ${axis}`);
    return coordinateSql(`e${has.n}.place`, has.input.axes, axis, 0, {});
  });
  return `SELECT DISTINCT ARRAY[${place.join(', ')}]::int[] AS place
    FROM ${from} e${born.n} ${joins.join(' ')}`;
}

function knownSql({ input, n }: Numbered): string {
  return isOneToMany(input)
    ? `(SELECT i.place FROM item i JOIN task u ON u.stage = ($2::int[])[${n}]
        AND u.place = ${placeSql('i.place', input.axes, input.unitAxes)} AND u.state NOT IN ('skipped', 'dropped')
      WHERE i.dataset = ($3::int[])[${n}])`
    : `(SELECT u.place FROM task u WHERE u.stage = ($2::int[])[${n}] AND u.state <> 'dropped')`;
}
