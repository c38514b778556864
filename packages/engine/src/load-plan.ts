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
  readonly added: number;
  readonly removed: number | null;
  readonly recipe: number;
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

/** All in one statement, so that an edit comes before or after all of it. @throws GantryError `unknown-run` */
export async function loadPlan(pool: Pool | Transaction, run: number): Promise<RunPlan> {
  const { rows } = await pool.query<{
    id: number;
    project: number;
    name: string;
    revision: number;
    cache: boolean;
    pool: string | null;
    stages: StageRow[] | null;
  }>(
    `SELECT r.id, r.project, r.name, r.revision, r.cache, r.pool, (
       SELECT jsonb_agg(to_jsonb(g) ORDER BY g.ordinal) FROM (
         SELECT s.id, s.ordinal, s.name, s.spec, s.tool_digest, s.tool_folder, s.dataset, s.bounds, d.axes, s.added,
           s.removed, s.recipe, ARRAY(SELECT o.dataset FROM stage_output o WHERE o.stage = s.id ORDER BY o.ordinal) AS outputs
         FROM stage s LEFT JOIN dataset d ON d.id = s.dataset WHERE s.run = r.id
       ) g) AS stages
     FROM run r WHERE r.id = $1`,
    [run],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  }
  const { id, project, name, revision, cache } = row;
  const all = row.stages ?? [];
  const now = planStages(all.filter(({ removed }) => removed === null));
  const before = [...new Set(all.flatMap(({ removed }) => removed ?? []))];
  return {
    ...{
      id,
      project,
      name,
      revision,
      cache,
      pool: row.pool ?? undefined,
      sources: now.sources,
      stages: now.stages,
    },
    removed: before.flatMap((end) => planRemoved(all, end)),
  };
}

function planStages(rows: readonly StageRow[]): { sources: SourcePlan[]; stages: StagePlan[] } {
  const sources: SourcePlan[] = [];
  const stages: StagePlan[] = [];
  const datasets = new Map<string, PlannedDataset>();
  for (const stage of rows) {
    if (stage.spec === null) {
      const source = sourcePlan(stage);
      sources.push(source);
      datasets.set(source.name, plannedSource(source));
    } else {
      stages.push(stagePlan(stage, stage.spec, stageShape(stage, stage.spec, datasets, rows)));
    }
  }
  return { sources, stages };
}

/**
 * The stages that a revision removed, over what there was then. What they read may have been changed since: its axes
 * and datasets are the same, and of its bounds nothing is asked any more.
 */
function planRemoved(rows: readonly StageRow[], end: number): StagePlan[] {
  const then = rows.filter(({ added, removed }) => added < end && (removed === null || removed >= end));
  const datasets = new Map<string, PlannedDataset>();
  for (const stage of then) {
    if (stage.spec === null) datasets.set(stage.name, plannedSource(sourcePlan(stage)));
    else {
      for (const [name, planned] of plannedOutputs(stage, stage.spec, unbounded)) datasets.set(name, planned);
    }
  }
  return then.flatMap((stage) =>
    stage.removed === end && stage.spec !== null
      ? [stagePlan(stage, stage.spec, stageShape(stage, stage.spec, new Map(datasets), then))]
      : [],
  );
}

function stagePlan(row: StageRow, compiled: CompiledStage, shape: StageShape): StagePlan {
  const { id, name, added } = row;
  return {
    id,
    name,
    added,
    compiled,
    toolDigest: row.tool_digest ?? '',
    toolFolder: row.tool_folder ?? '',
    shape,
  };
}

function plannedSource({ id, dataset, axes, bounds }: SourcePlan): PlannedDataset {
  return {
    ...{ producer: id, output: 0, dataset, axes, unitAxes: axes, bounds },
    toldTwice: Object.keys(bounds.extents).length > 0,
  };
}

/** What the stages below see of the outputs of one, by the names that inputs have for them. */
function plannedOutputs(
  row: StageRow,
  compiled: CompiledStage,
  bounds: LatticeBounds,
): [string, PlannedDataset][] {
  return compiled.outputs.map((output, index) => {
    const dataset = row.outputs[index];
    if (dataset === undefined) throw new Error(`output ${compiled.name}.${output.name} has no dataset`);
    return [
      `${compiled.name}.${output.name}`,
      {
        ...{ producer: row.id, output: index, dataset, axes: output.axes, unitAxes: compiled.axes, bounds },
        toldTwice: false,
      },
    ];
  });
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
  for (const [name, planned] of plannedOutputs(row, compiled, bounds)) datasets.set(name, planned);
  const outputs = compiled.outputs.map((output, index) => ({
    name: output.name,
    dataset: row.outputs[index] ?? 0,
    extra: output.extraAxes.length,
    required: output.min > 0,
    consumed: read.has(`${compiled.name}.${output.name}`),
  }));
  return {
    id: row.id,
    recipe: row.recipe,
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
