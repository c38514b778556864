/**
 * Reads the plan of a run from the database and works out what follows from it: bounds and axes of every dataset.
 */
import type { InputShape, Pool, StageShape, Transaction } from '@gantry/database';
import {
  backoffOf,
  GantryError,
  intersectBounds,
  offsetVectors,
  restrictBounds,
  unbounded,
  usualLostLimit,
  type CompiledInput,
  type CompiledStage,
  type LatticeBounds,
  type Retry,
} from '@gantry/model';
import type { RunPlan, SourcePlan, StagePlan } from './run-plan.ts';

interface StageRow {
  readonly id: number;
  readonly name: string;
  readonly spec: CompiledStage | null;
  readonly tool_digest: string | null;
  readonly tool_folder: string | null;
  readonly dataset: number | null;
  readonly axes: string[] | null;
  readonly bounds: LatticeBounds | null;
  readonly outputs: number[];
}

/** A dataset as the stages below see it. */
interface PlannedDataset {
  readonly producer: number;
  readonly output: number;
  readonly dataset: number;
  readonly axes: readonly string[];
  readonly unitAxes: readonly string[];
  readonly bounds: LatticeBounds;
  readonly toldTwice: boolean;
}

/** @throws GantryError `unknown-run` */
export async function loadPlan(pool: Pool | Transaction, run: number): Promise<RunPlan> {
  const runs = await pool.query<{ id: number; project: number; name: string }>(
    'SELECT id, project, name FROM run WHERE id = $1',
    [run],
  );
  const [row] = runs.rows;
  if (row === undefined) {
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  }
  const { rows } = await pool.query<StageRow>(
    `SELECT s.id, s.name, s.spec, s.tool_digest, s.tool_folder, s.dataset, s.bounds, d.axes,
       ARRAY(SELECT o.dataset FROM stage_output o WHERE o.stage = s.id ORDER BY o.ordinal) AS outputs
     FROM stage s LEFT JOIN dataset d ON d.id = s.dataset
     WHERE s.run = $1 ORDER BY s.ordinal`,
    [run],
  );
  const sources: SourcePlan[] = [];
  const stages: StagePlan[] = [];
  const datasets = new Map<string, PlannedDataset>();
  for (const stage of rows) {
    if (stage.spec === null) {
      const source = sourcePlan(stage);
      sources.push(source);
      datasets.set(source.name, {
        producer: source.id,
        output: 0,
        dataset: source.dataset,
        axes: source.axes,
        unitAxes: source.axes,
        bounds: source.bounds,
        toldTwice: Object.keys(source.bounds.extents).length > 0,
      });
    } else {
      const shape = stageShape(stage, stage.spec, datasets, rows);
      stages.push({
        id: stage.id,
        name: stage.name,
        compiled: stage.spec,
        toolDigest: stage.tool_digest ?? '',
        toolFolder: stage.tool_folder ?? '',
        shape,
      });
    }
  }
  return { ...row, sources, stages };
}

function sourcePlan(stage: StageRow): SourcePlan {
  if (stage.dataset === null || stage.axes === null || stage.bounds === null) {
    throw new Error(`source ${stage.name} has no dataset`);
  }
  return { id: stage.id, name: stage.name, dataset: stage.dataset, axes: stage.axes, bounds: stage.bounds };
}

function originName(input: CompiledInput): string {
  return input.origin.kind === 'source'
    ? input.origin.source
    : `${input.origin.stage}.${input.origin.output}`;
}

function stageShape(
  row: StageRow,
  compiled: CompiledStage,
  datasets: Map<string, PlannedDataset>,
  rows: readonly StageRow[],
): StageShape {
  const { over } = compiled;
  const inputs = compiled.inputs.map((input): InputShape => {
    const dataset = datasets.get(originName(input));
    if (dataset === undefined)
      throw new Error(`${compiled.name} reads ${originName(input)}, which comes later`);
    const walks =
      over.kind === 'neighbors' && Object.keys(over.offsets).every((axis) => dataset.axes.includes(axis));
    return {
      ...dataset,
      many: input.many,
      required: input.required,
      covering: input.covering,
      offsets: walks ? offsetVectors(over.offsets) : undefined,
    };
  });
  const bounds = inputs
    .filter((input) => input.covering)
    .map((input) => restrictBounds(input.bounds, compiled.axes))
    .reduce(intersectBounds, unbounded);
  const read = new Set(rows.flatMap(({ spec }) => (spec?.inputs ?? []).map(originName)));
  const outputs = compiled.outputs.map((output, index) => {
    const dataset = row.outputs[index];
    if (dataset === undefined) throw new Error(`output ${compiled.name}.${output.name} has no dataset`);
    datasets.set(`${compiled.name}.${output.name}`, {
      producer: row.id,
      output: index,
      dataset,
      axes: output.axes,
      unitAxes: compiled.axes,
      bounds,
      toldTwice: false,
    });
    return {
      name: output.name,
      dataset,
      extra: output.extraAxes.length,
      required: output.min > 0,
      consumed: read.has(`${compiled.name}.${output.name}`),
    };
  });
  return {
    id: row.id,
    axes: compiled.axes,
    inputs,
    outputs,
    tolerate: compiled.tolerate,
    drop: over.kind === 'neighbors' && over.edges === 'drop',
    tries: compiled.tool.retry.attempts,
    losses: compiled.tool.retry.lost ?? usualLostLimit,
    backoff: waitsOf(compiled.tool.retry),
    raisesMemory: compiled.tool.retry.memory !== undefined,
  };
}

/** The waits between tries; undefined where there are none. */
function waitsOf(retry: Retry): StageShape['backoff'] {
  const backoff = backoffOf(retry);
  return retry.attempts > 1 && backoff.first > 0 ? backoff : undefined;
}
