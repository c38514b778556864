/**
 * The places of a stage in one plane, as the bytes of `map-api.ts` of the model. What its tasks look like is held in
 * memory (`stage-maps/`); a measure of their last attempts is read for the places that are handed over.
 */
import { encodeMap, GantryError, resultOf, type Histogram, type Place } from '@gantry/model';
import type { Engine } from './engine.ts';
import type { StagePlan } from './run-plan.ts';
import { readHistogram, readMeasure } from './stage-maps/read-measure.ts';
import { stageMapsOf } from './stage-maps/stage-map-cache.ts';

export interface MapRequest {
  readonly stage: string;
  readonly x: string | undefined;
  readonly y: string | undefined;
  /** A coordinate for each other axis of the stage; the least that there is where none is named. */
  readonly at: Place;
  readonly since: number | undefined;
  /** As `measureSchema` reads it. */
  readonly measure: string | undefined;
}

/** The whole answer, as `decodeMap` reads it. @throws GantryError `unknown-stage`, `bad-request` */
export async function readMap(engine: Engine, run: number, request: MapRequest): Promise<Uint8Array> {
  const stage = await findStage(engine, run, request.stage);
  if (request.measure !== undefined) requireMeasure(request.measure, stage);
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
  const { measure } = request;
  const values = measure === undefined ? undefined : await readMeasure(engine, selection.tasks(), measure);
  const head = { change, extents, measure: measure ?? null };
  return Buffer.concat(encodeMap(head, selection.lines, selection.state, values));
}

/** How a measure is spread over the stage's tasks. @throws GantryError `unknown-stage`, `bad-request` */
export async function readStageHistogram(
  engine: Engine,
  run: number,
  request: { readonly stage: string; readonly measure: string; readonly bins: number },
): Promise<Histogram> {
  const stage = await findStage(engine, run, request.stage);
  requireMeasure(request.measure, stage);
  const mapped = { run, stage: stage.id, axes: stage.compiled.axes };
  return readHistogram(engine, mapped, request.measure, request.bins);
}

async function findStage(engine: Engine, run: number, name: string): Promise<StagePlan> {
  const plan = await engine.plan(run);
  const stage = plan.stages.find((each) => each.name === name);
  if (stage !== undefined) return stage;
  throw new GantryError('unknown-stage', `Run ${run} has no stage ${name}.`, {
    mend: `Its stages are ${plan.stages.map((each) => each.name).join(', ')}.`,
  });
}

function requireMeasure(measure: string, { name, compiled }: StagePlan): void {
  const result = resultOf(measure);
  const declared = Object.keys(compiled.tool.results);
  if (result === undefined || declared.includes(result)) return;
  const has = declared.length === 0 ? 'none' : declared.join(', ');
  throw new GantryError('bad-request', `The tasks of ${name} tell no result ${result}.`, {
    field: 'measure',
    mend: `Its tool declares ${has}.`,
  });
}

function requireAxis(axis: string, axes: readonly string[], stage: string): void {
  if (axes.includes(axis)) return;
  const has = axes.length === 0 ? 'no axes' : `the axes ${axes.join(', ')}`;
  throw new GantryError('bad-request', `The tasks of ${stage} have ${has}, not ${axis}.`, { field: axis });
}
