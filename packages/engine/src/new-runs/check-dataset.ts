/**
 * An existing dataset as the source of a run that is to be started.
 */
import type { CompiledSource, DatasetState, DatasetType, FieldProblem, LatticeBounds } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface FoundDataset {
  readonly id: number;
  readonly name: string;
  readonly type: DatasetType;
  readonly axes: readonly string[];
  readonly state: DatasetState;
  readonly bounds: LatticeBounds;
  /** The run that makes it. */
  readonly maker: number | null;
  readonly items: number;
  readonly bytes: number;
}

/** @returns undefined where there is none */
export async function findDataset(engine: Engine, dataset: number): Promise<FoundDataset | undefined> {
  const { rows } = await engine.pool.query<FoundDataset>(
    `SELECT d.id, d.name, d.type, d.axes, d.state, d.bounds,
       (SELECT s.run FROM stage_output o JOIN stage s ON s.id = o.stage WHERE o.dataset = d.id) AS maker,
       coalesce(z.items, 0)::int AS items, coalesce(z.bytes, 0)::float8 AS bytes
     FROM dataset d LEFT JOIN dataset_size z ON z.dataset = d.id WHERE d.id = $1`,
    [dataset],
  );
  return rows[0];
}

/** Places of a dataset's items. */
export async function readPlaces(engine: Engine, dataset: number): Promise<number[][]> {
  const { rows } = await engine.pool.query<{ place: number[] }>('SELECT place FROM item WHERE dataset = $1', [
    dataset,
  ]);
  return rows.map(({ place }) => place);
}

export function datasetProblems(
  source: CompiledSource,
  id: number,
  dataset: FoundDataset | undefined,
): FieldProblem[] {
  const at = { file: `dataset ${id}`, line: 0, field: `sources.${source.name}.dataset` };
  if (dataset === undefined)
    return [
      {
        ...at,
        code: 'unknown-dataset',
        message: `there is no dataset ${id}`,
        mend: 'Choose one of the list.',
      },
    ];
  const list = (axes: readonly string[]): string => axes.join(', ') || 'no axes';
  const problems: FieldProblem[] = [];
  if (dataset.axes.join() !== source.axes.join())
    problems.push({
      ...at,
      code: 'axes-differ',
      message: `the source ${source.name} has ${list(source.axes)}, and the dataset ${dataset.name} has ${list(dataset.axes)}`,
      mend: 'Choose a dataset with the same axes in the same order, or a folder.',
    });
  if (source.type !== 'file' && dataset.type !== source.type)
    problems.push({
      ...at,
      code: 'type-differs',
      message: `the source ${source.name} is of the type ${source.type}, and the dataset ${dataset.name} of the type ${dataset.type}`,
      mend: `Choose a dataset of the type ${source.type}.`,
    });
  if (dataset.maker !== null && dataset.state !== 'sealed' && dataset.state !== 'published')
    problems.push({
      ...at,
      code: 'dataset-of-run',
      message: `the dataset ${dataset.name} is made by run ${dataset.maker}, and may still change`,
      mend: 'Seal it first: then it never changes again.',
    });
  return problems;
}
