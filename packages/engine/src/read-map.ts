/**
 * The places of a stage in one plane, as the bytes of `map-api.ts` of the model. What its tasks look like is held in
 * memory (`stage-maps/`); how long attempts took is read for the places that are handed over, where that is asked for.
 */
import { encodeMap, GantryError, type Place } from '@gantry/model';
import { arrayText } from '@gantry/database';
import type { Engine } from './engine.ts';
import { stageMapsOf } from './stage-maps/stage-map-cache.ts';

export interface MapRequest {
  readonly stage: string;
  readonly x: string | undefined;
  readonly y: string | undefined;
  /** A coordinate for each other axis of the stage; the least that there is where none is named. */
  readonly at: Place;
  readonly since: number | undefined;
  readonly durations: boolean;
}

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
  const { x, y, at, since } = request;
  for (const axis of [x, y, ...Object.keys(at)]) {
    if (axis !== undefined) requireAxis(axis, axes, request.stage);
  }
  const { change, extents, selection } = await stageMapsOf(engine).look(
    { run, stage: stage.id, axes },
    ({ map, held }) => ({
      change: map.change,
      extents: since === undefined ? map.extents : [],
      selection: map.select({ x, y, at }, held, since),
    }),
  );
  const durations = request.durations ? await readDurations(engine, selection.tasks()) : undefined;
  return Buffer.concat(encodeMap({ change, extents }, selection.lines, selection.state, durations));
}

/** Milliseconds that the last attempt of each task took, -1 where it has none. Index: `attempt_by_task`. */
async function readDurations(engine: Engine, tasks: Float64Array): Promise<Int32Array> {
  const { rows } = await engine.pool.query<[Buffer]>({
    name: 'durations-of-tasks',
    text: `SELECT coalesce(string_agg(int4send(coalesce(d.ms, -1)), ''::bytea ORDER BY t.at), ''::bytea)
      FROM unnest($1::bigint[]) WITH ORDINALITY t(id, at) LEFT JOIN LATERAL (
        SELECT least(extract(epoch FROM a.ended - coalesce(a.started, a.claimed)) * 1000, 2147483647)::int AS ms
        FROM attempt a WHERE a.task = t.id ORDER BY a.id DESC LIMIT 1
      ) d ON true`,
    values: [arrayText([...tasks])],
    rowMode: 'array',
  });
  const bytes = rows[0]?.[0] ?? Buffer.alloc(0);
  return Int32Array.from(tasks, (_, index) => bytes.readInt32BE(4 * index));
}

function requireAxis(axis: string, axes: readonly string[], stage: string): void {
  if (axes.includes(axis)) return;
  const has = axes.length === 0 ? 'no axes' : `the axes ${axes.join(', ')}`;
  throw new GantryError('bad-request', `The tasks of ${stage} have ${has}, not ${axis}.`, { field: axis });
}
