/**
 * A task as an attempt of it was given to an agent, and the items that it has made. Reads only.
 */
import { listInputs, type InputItemRow } from '@gantry/database';
import { GantryError, placeAt, type DatasetType, type Place } from '@gantry/model';
import type { ClaimedTask } from './claim-tasks.ts';
import { stageAt } from './edits/stage-at.ts';
import type { Engine } from './engine.ts';
import { readSurroundings } from './read-surroundings.ts';
import { findStage, type StagePlan } from './run-plan.ts';

export interface MadeItem {
  readonly output: string;
  readonly type: DatasetType;
  readonly dataset: number;
  readonly place: Place;
  readonly name: string;
  /** Relative to the store. */
  readonly path: string;
  readonly size: number;
  readonly revision: number;
}

export interface ReadWork {
  readonly stage: StagePlan;
  /** With the items that are there now; absent where the task has no such attempt. */
  readonly claimed: ClaimedTask | undefined;
  readonly made: readonly MadeItem[];
}

/** @param attempt the last one if absent @throws GantryError `unknown-task` */
export async function readWork(engine: Engine, task: number, attempt: number | undefined): Promise<ReadWork> {
  const { rows } = await engine.pool.query<{
    run: number;
    stage: number;
    place: number[];
    attempt: number | null;
    revision: number | null;
  }>(
    `SELECT s.run, t.stage, t.place, e.id AS attempt, e.revision
     FROM task t JOIN stage s ON s.id = t.stage LEFT JOIN LATERAL (
       SELECT id, revision FROM (
         SELECT a.id, a.revision FROM attempt a WHERE a.task = t.id
         UNION ALL SELECT r.attempt, r.revision FROM running r WHERE r.task = t.id
       ) attempts WHERE $2::bigint IS NULL OR id = $2 ORDER BY id DESC LIMIT 1
     ) e ON true
     WHERE t.id = $1 AND s.spec IS NOT NULL`,
    [task, attempt ?? null],
  );
  const [row] = rows;
  if (row === undefined) throw new GantryError('unknown-task', `There is no task ${task}.`);
  const run = await engine.plan(row.run);
  const stage = await stageAt(engine, run, findStage(run, row.stage), row.revision ?? run.revision);
  const made = await listMade(engine, stage, row.place);
  if (row.attempt === null) return { stage, claimed: undefined, made };
  const inputs: Record<string, readonly InputItemRow[]> = {};
  for (const [index, input] of stage.compiled.inputs.entries()) {
    inputs[input.name] = await listInputs(engine.pool, stage.shape, index, [task]);
  }
  const surroundings = await readSurroundings(engine, run, stage, [inputs]);
  const { memory } = stage.compiled.tool.resources;
  const claimed = { attempt: row.attempt, task, run, stage, place: row.place, memory, inputs, surroundings };
  return { stage, claimed, made };
}

async function listMade(engine: Engine, stage: StagePlan, place: readonly number[]): Promise<MadeItem[]> {
  const made: MadeItem[] = [];
  for (const [index, { name: output, type, axes }] of stage.compiled.outputs.entries()) {
    const dataset = stage.shape.outputs[index]?.dataset;
    if (dataset === undefined) throw new Error(`output ${stage.name}.${output} has no dataset`);
    // Items of one-to-many outputs follow their task's place in the index.
    const { rows } = await engine.pool.query<
      Omit<MadeItem, 'output' | 'type' | 'dataset' | 'place'> & { place: number[] }
    >(
      `SELECT place, name, path, size, revision FROM item
       WHERE dataset = $1 AND place >= $2 AND place < place_after($2) ORDER BY place LIMIT 1000`,
      [dataset, place],
    );
    made.push(...rows.map((row) => ({ ...row, output, type, dataset, place: placeAt(axes, row.place) })));
  }
  return made;
}
