/** Which images a table was measured of: those that the stage has read which made it. Reads only. */
import type { OverlayKind, Place } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { findStage } from '../run-plan.ts';
import { listAgreeing, type RelatedItem } from './agreeing-items.ts';
import { guessKind } from './picture-kind.ts';

export interface MeasuredPicture extends RelatedItem {
  /** Name of the tool's input. */
  readonly input: string;
  readonly kind: OverlayKind;
}

/** Items of one input. */
const mostOfInput = 4;

/** In the order of the tool's inputs; none for a table of a source. */
export async function findMeasured(
  engine: Engine,
  dataset: number,
  place: Place,
): Promise<MeasuredPicture[]> {
  const { rows } = await engine.pool.query<{ stage: number; run: number }>(
    'SELECT s.id AS stage, s.run FROM stage_output o JOIN stage s ON s.id = o.stage WHERE o.dataset = $1',
    [dataset],
  );
  const [made] = rows;
  if (made === undefined) return [];
  const plan = await engine.plan(made.run);
  const stage = findStage(plan, made.stage);
  const pictures: MeasuredPicture[] = [];
  for (const [index, { name: input, type, axes, origin }] of stage.compiled.inputs.entries()) {
    const id = stage.shape.inputs[index]?.dataset;
    if (id === undefined || (type !== 'image' && type !== 'pyramid')) continue;
    const names = origin.kind === 'source' ? [input] : [input, origin.stage, origin.output];
    for (const item of await listAgreeing(engine, { id, axes }, place, mostOfInput))
      pictures.push({ ...item, input, kind: guessKind(names) });
  }
  return pictures;
}
