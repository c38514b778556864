/**
 * The places of a stage as binary columns, made by the database: a million of them are one row of five values, and
 * cost the server nothing per place. The layout is `map-api.ts` of the model. Reads only; one snapshot.
 *
 * Index: `task_stage_place_key`. A scan of a stage of 1,000,000 tasks; `since` reads as many rows and sends few.
 */
import { GantryError, goneState, staleFlag, taskStates, type MapHead, type Place } from '@gantry/model';
import type { Engine } from './engine.ts';

export interface MapRequest {
  readonly stage: string;
  readonly x: string | undefined;
  readonly y: string | undefined;
  /** A coordinate for each other axis of the stage; the least that there is where none is named. */
  readonly at: Place;
  readonly since: number | undefined;
  readonly durations: boolean;
}

/** The run's change, the least and greatest coordinate of each axis, and the columns. */
type MapRow = [string | null, string | null, Buffer, Buffer, Buffer, Buffer, Buffer];

/** The whole answer, as `decodeMap` reads it. @throws GantryError `unknown-stage`, `bad-request` */
export async function readMap(engine: Engine, run: number, request: MapRequest): Promise<Uint8Array> {
  const plan = await engine.plan(run);
  const stage = plan.stages.find(({ name }) => name === request.stage);
  if (stage === undefined) {
    throw new GantryError('unknown-stage', `Run ${run} has no stage ${request.stage}.`, {
      mend: `Its stages are ${plan.stages.map(({ name }) => name).join(', ')}.`,
    });
  }
  const { axes } = stage.compiled;
  const position = (axis: string): number => requireAxis(axis, axes, request.stage) + 1;
  const column = (axis: string | undefined): string =>
    axis === undefined ? '0' : `t.place[${position(axis)}]`;
  const values: unknown[] = [stage.id, run];
  const planes = axes.filter((axis) => axis !== request.x && axis !== request.y);
  for (const axis of Object.keys(request.at)) requireAxis(axis, axes, request.stage);
  // Only positions, which are whole numbers, go into the text.
  const inPlane =
    planes
      .map((axis) => {
        const at = `place[${position(axis)}]`;
        const wanted = request.at[axis];
        if (wanted === undefined)
          return `t.${at} = (SELECT min(${at}) FROM task WHERE stage = $1 AND state <> 'dropped')`;
        values.push(wanted);
        return `t.${at} = $${values.length}`;
      })
      .join(' AND ') || 'true';
  let changed = '';
  if (request.since !== undefined) {
    values.push(request.since);
    changed = `AND ${inPlane} AND (t.changed > $${values.length} OR r.task IS NOT NULL)`;
  }
  const shown = request.since === undefined ? `AND t.state <> 'dropped'` : '';
  const aggregate = (value: string): string =>
    `coalesce(string_agg(${value}, ''::bytea) FILTER (WHERE ${inPlane}), ''::bytea)`;
  const extents =
    request.since !== undefined || axes.length === 0
      ? 'NULL'
      : `jsonb_build_array(${axes.map((_, index) => `jsonb_build_array(min(t.place[${index + 1}]), max(t.place[${index + 1}]))`).join(', ')})`;
  const { rows } = await engine.pool.query<MapRow>({
    text: `SELECT (SELECT change FROM run WHERE id = $2)::text, (${extents})::text,
        ${aggregate(`int4send(${column(request.x)})`)},
        ${aggregate(`int4send(${column(request.y)})`)},
        ${aggregate(`set_byte('\\x00'::bytea, 0, ${stateByteSql})`)},
        ${aggregate('float8send(t.id)')},
        ${request.durations ? aggregate('int4send(coalesce(d.ms, -1))') : `''::bytea`}
      FROM task t LEFT JOIN running r ON r.task = t.id
      ${request.durations ? durationSql : ''}
      WHERE t.stage = $1 ${shown} ${changed}`,
    values,
    rowMode: 'array',
  });
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate has a row');
  const [change, spans, x, y, state, task, duration] = row;
  const head: MapHead = {
    change: Number(change ?? 0),
    count: state.length,
    durations: request.durations,
    extents: readExtents(axes, spans),
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, x, y, state, task, duration]);
}

const stateByteSql = `CASE
  WHEN r.task IS NOT NULL THEN ${taskStates.indexOf('running')}
  ELSE CASE t.state ${taskStates
    .filter((state) => state !== 'running')
    .map((state) => `WHEN '${state}' THEN ${taskStates.indexOf(state)}`)
    .join(' ')} ELSE ${goneState} END
    | CASE WHEN t.stale THEN ${staleFlag} ELSE 0 END END`;

const durationSql = `LEFT JOIN LATERAL (
  SELECT least(extract(epoch FROM a.ended - coalesce(a.started, a.claimed)) * 1000, 2147483647)::int AS ms
  FROM attempt a WHERE a.task = t.id ORDER BY a.id DESC LIMIT 1
) d ON true`;

function requireAxis(axis: string, axes: readonly string[], stage: string): number {
  const index = axes.indexOf(axis);
  if (index >= 0) return index;
  const has = axes.length === 0 ? 'no axes' : `the axes ${axes.join(', ')}`;
  throw new GantryError('bad-request', `The tasks of ${stage} have ${has}, not ${axis}.`, { field: axis });
}

function readExtents(axes: readonly string[], spans: string | null): MapHead['extents'] {
  if (spans === null) return [];
  const parsed = JSON.parse(spans) as [number | null, number | null][];
  return axes.flatMap((axis, index) => {
    const [first, last] = parsed[index] ?? [null, null];
    return first === null || last === null ? [] : [{ axis, first, last }];
  });
}
