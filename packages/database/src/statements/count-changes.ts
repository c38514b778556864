/**
 * The tasks of a stage that something touched in this transaction, with what they read now: their counts, and what
 * changed upstream added to them. Part of `advance-stage.ts`.
 *
 * Changes are summed by coordinates, which sort faster than places do; and not at all where each is one task's own.
 */
import type { Place } from '@gantry/model';
import { agreesSql, coordinateSql, lookupSql, placeSql } from '../place-sql.ts';
import { isOneToMany, type InputShape, type StageShape } from '../stage-shape.ts';
import type { StageTouch } from '../stage-touch.ts';
import { countFromScratchSql } from './count-from-scratch.ts';
import { recountSql } from './recount.ts';

/**
 * Rows: `at` (where the row of the task lies), `id`, `place`, its columns as `old_…`, per input the counts k, a, p, f,
 * and `reads`; where there are verdicts, `verdict`, `attempt`, `read` and `first` of the task's.
 */
export function countChangesSql(stage: StageShape, touch: StageTouch): string {
  if (touch.scratch === true) return countFromScratchSql(stage);
  const numbers = stage.inputs.map((_, index) => index + 1);
  // Tasks that have a state know their counts, unless a dataset closes.
  const recounted = touch.fresh || touch.everyTask ? numbers.filter((n) => needsRecount(stage, n)) : [];
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
    (n) => `
    LEFT JOIN LATERAL (
      SELECT r.* FROM (SELECT 1 WHERE t.state IS NULL OR ($7::boolean[])[${n}]) gate, LATERAL (${recountSql(stage, n)}) r
    ) r${n} ON true`,
  );
  const verdict = touch.verdicts ? verdictColumns.map(([name]) => `, d.${name}`).join('') : '';
  return `
    SELECT t.at, t.id, t.place, t.state AS old_state, t.stale AS old_stale, t.result AS old_result,
      t.done AS old_done, t.tries AS old_tries, t.lost AS old_lost, t.counts AS old_counts, t.reads AS old_reads,
      ${[...counts, `t.reads + ${['0', ...reads].join(' + ')} AS reads`].join(',\n      ')}${verdict}
    FROM (${deltaSql(stage, touch)}) d
    ${lookupSql('SELECT t.ctid AS at, t.* FROM task t WHERE t.stage = $1 AND t.place = d.place', 't')}${laterals.join('')}`;
}

/** What is known of a task's verdict: the name, where it comes from, what it is where there is none, how it is kept. */
const verdictColumns = [
  ['verdict', 'v.verdict', 'NULL::task_verdict', 'max'],
  ['attempt', 'v.attempt', 'NULL::bigint', 'max'],
  ['read', 'v.done', 'NULL::bigint', 'max'],
  ['first', 'v.first', 'NULL::boolean', 'bool_or'],
] as const;

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

/** Rows that lead to tasks of the stage, and what each adds to the counts of one input. */
interface Fragment {
  /** The coordinates of the task, in the order of the stage's axes. */
  readonly coordinates: readonly string[];
  /** The table, how it is joined and which of its rows. */
  readonly from: string;
  /** Which input they count for; 0 where they only lead to tasks. */
  readonly input: number;
  readonly values: Values;
  /** True for the rows that are verdicts. */
  readonly verdict?: boolean;
}

interface Values {
  readonly k?: string;
  readonly a?: string;
  readonly p?: string;
  readonly f?: string;
  readonly h?: string;
}

/** What to add to the counts, by place: one row for each. */
function deltaSql(stage: StageShape, touch: StageTouch): string {
  const changes = touch.changes
    ? stage.inputs.flatMap((input, index) => inputFragments(stage, input, index + 1))
    : [];
  const fragments = [...touchedFragments(stage, touch), ...changes];
  const [only] = fragments;
  const [input] = stage.inputs;
  if (fragments.length === 1 && only?.input === 1 && input !== undefined && leadsToOneTask(stage, input)) {
    return `SELECT ${placeSql('c.place', input.axes, stage.axes)} AS place, ${rowSql(stage, only)} FROM ${only.from}`;
  }
  const names = stage.axes.map((_, index) => `x${index + 1}`);
  const parts = fragments.map((fragment) => {
    const coordinates = fragment.coordinates.map((coordinate, index) => `${coordinate} AS ${names[index]}, `);
    const verdict = touch.verdicts
      ? verdictColumns
          .map(([name, given, none]) => `, ${fragment.verdict ? given : none} AS ${name}`)
          .join('')
      : '';
    return `SELECT ${coordinates.join('')}${rowSql(stage, fragment)}${verdict} FROM ${fragment.from}`;
  });
  const verdict = touch.verdicts
    ? verdictColumns.map(([name, , , keep]) => `${keep}(${name}) AS ${name}`)
    : [];
  const sums = stage.inputs.map((_, index) => {
    const n = index + 1;
    return `${columns(n)
      .map((column) => `sum(${column})::int AS ${column}`)
      .join(', ')}, sum(h${n})::bigint AS h${n}`;
  });
  return `
      SELECT ${[`ARRAY[${names.join(', ')}]::int[] AS place`, ...sums, ...verdict].join(', ')}
      FROM (
        ${parts.join('\n        UNION ALL ')}
      ) fragments
      GROUP BY ${names.length === 0 ? '() HAVING count(*) > 0' : names.join(', ')}`;
}

/** True where every change of the only input is one of a task of its own. */
function leadsToOneTask(stage: StageShape, input: InputShape): boolean {
  return (
    stage.inputs.length === 1 &&
    input.offsets === undefined &&
    !isOneToMany(input) &&
    !input.toldTwice &&
    input.axes.length === stage.axes.length
  );
}

/** Tasks that are touched whatever changed. */
function touchedFragments(stage: StageShape, touch: StageTouch): Fragment[] {
  const fragment = (row: string, from: string): Fragment => ({
    coordinates: stage.axes.map((_, index) => `${row}.place[${index + 1}]`),
    from,
    input: 0,
    values: {},
  });
  return [
    ...(touch.verdicts ? [{ ...fragment('v', 'step_verdict v WHERE v.stage = $1'), verdict: true }] : []),
    ...(touch.fresh ? [fragment('f', 'step_fresh f WHERE f.stage = $1')] : []),
    // In the text and not in a parameter: with a scan of all tasks in it the generic plan would never be taken.
    ...(touch.everyTask ? [fragment('t', 'task t WHERE t.stage = $1')] : []),
  ];
}

function inputFragments(stage: StageShape, input: InputShape, n: number): Fragment[] {
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
  offset: Place,
  values: Values,
): Fragment {
  const input = inputAt(stage, n);
  const back = Object.fromEntries(Object.entries(offset).map(([axis, steps]) => [axis, -steps]));
  const { skip } = input.bounds;
  const changes = `c.stage = ($2::int[])[${n}] AND c.output = ${input.output} AND c.kind = '${kind}'`;
  if (stage.axes.every((axis) => rowAxes.includes(axis))) {
    return {
      coordinates: stage.axes.map((axis) => coordinateSql('c.place', rowAxes, axis, back[axis] ?? 0, skip)),
      from: `step_change c WHERE ${changes}`,
      input: n,
      values,
    };
  }
  const agrees = agreesSql('t.place', stage.axes, 'c.place', rowAxes, back, skip);
  return {
    coordinates: stage.axes.map((_, index) => `t.place[${index + 1}]`),
    from: `step_change c JOIN task t ON t.stage = $1 AND ${agrees} AND t.state IS NOT NULL WHERE ${changes}`,
    input: n,
    values,
  };
}

/** The columns of all inputs, of which a fragment has those of one. */
function rowSql(stage: StageShape, { input, values }: Fragment): string {
  const columnsOf = (n: number, own: Values): string =>
    (['k', 'a', 'p', 'f', 'h'] as const).map((name) => `${own[name] ?? '0'} AS ${name}${n}`).join(', ');
  return stage.inputs.map((_, index) => columnsOf(index + 1, index + 1 === input ? values : {})).join(', ');
}
