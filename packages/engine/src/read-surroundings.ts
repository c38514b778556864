/**
 * What templates may name beside a task's own items: the project with its parameters, the folders of sources, and what
 * is known of items beside their bytes. It is read only for tools whose templates name it. Reads only; indexes:
 * `dataset_pkey`, `item_pkey`.
 */
import type { InputItemRow } from '@gantry/database';
import { templateUses, type CompiledStage, type ItemMeta } from '@gantry/model';
import type { Engine } from './engine.ts';
import type { RunPlan, StagePlan } from './run-plan.ts';

export interface Surroundings {
  /** The project's name, the root folder, and the parameters of the acquisitions, which go over the two. */
  readonly project: ItemMeta;
  /** The folder of each source's dataset. */
  readonly folders: ReadonlyMap<number, string>;
  /** Of an item of a source. */
  metaOf(dataset: number, place: readonly number[]): ItemMeta | undefined;
}

/** By the name of the input; of any number of tasks. */
type Inputs = Readonly<Record<string, readonly InputItemRow[]>>;

interface Needs {
  readonly project: boolean;
  readonly folders: boolean;
  /** Inputs whose items' metadata is named. */
  readonly meta: ReadonlySet<string>;
}

const needsOfStages = new WeakMap<StagePlan, Needs>();

/** Undefined where the tool's templates name nothing of it. */
export async function readSurroundings(
  engine: Engine,
  run: RunPlan,
  stage: StagePlan,
  inputs: readonly Inputs[],
): Promise<Surroundings | undefined> {
  const needs = needsOf(stage);
  if (!needs.project && !needs.folders && needs.meta.size === 0) return undefined;
  const { rows } = await engine.pool.query<{
    id: number;
    folder: string | null;
    parameters: ItemMeta | null;
    project: string;
  }>({
    name: 'surroundings',
    text: `SELECT d.id, d.folder, d.parameters, p.name AS project
           FROM dataset d, project p WHERE d.id = ANY($1::int[]) AND p.id = $2`,
    values: [run.sources.map(({ dataset }) => dataset), run.project],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const sources = run.sources.flatMap(({ dataset }) => byId.get(dataset) ?? []);
  const folders = new Map(sources.flatMap(({ id, folder }) => (folder === null ? [] : [[id, folder]])));
  const [root] = folders.values();
  const metas = new Map<string, ItemMeta>();
  for (const [index, input] of stage.compiled.inputs.entries()) {
    const dataset = stage.shape.inputs[index]?.dataset;
    if (!needs.meta.has(input.name) || dataset === undefined || !byId.has(dataset)) continue;
    const places = inputs.flatMap((each) => (each[input.name] ?? []).map(({ place }) => place));
    for (const [place, meta] of await readMeta(engine, dataset, places))
      metas.set(`${dataset} ${place}`, meta);
  }
  // Of two acquisitions the first one counts.
  const parameters = sources
    .toReversed()
    .reduce<ItemMeta>((all, source) => ({ ...all, ...source.parameters }), {});
  return {
    project: {
      ...(rows[0] === undefined ? {} : { name: rows[0].project }),
      ...(root === undefined ? {} : { root }),
      ...parameters,
    },
    folders,
    metaOf: (dataset, place) => metas.get(`${dataset} ${place.join()}`),
  };
}

/** Whether a stage's templates name something of a task's surroundings. */
export function namesSurroundings(stage: CompiledStage): boolean {
  const { project, folders, meta } = findNeeds(stage);
  return project || folders || meta.size > 0;
}

async function readMeta(
  engine: Engine,
  dataset: number,
  places: readonly (readonly number[])[],
): Promise<[place: string, meta: ItemMeta][]> {
  const { rows } = await engine.pool.query<{ place: number[]; meta: ItemMeta }>({
    name: 'item-meta',
    text: `SELECT i.place, i.meta FROM jsonb_to_recordset($2::jsonb) AS n(place int[])
           JOIN item i ON i.dataset = $1 AND i.place = n.place WHERE i.meta IS NOT NULL`,
    values: [dataset, JSON.stringify(places.map((place) => ({ place })))],
  });
  return rows.map(({ place, meta }) => [place.join(), meta]);
}

function needsOf(stage: StagePlan): Needs {
  const before = needsOfStages.get(stage);
  if (before !== undefined) return before;
  const needs = findNeeds(stage.compiled);
  needsOfStages.set(stage, needs);
  return needs;
}

function findNeeds({ tool }: CompiledStage): Needs {
  const uses = [
    ...tool.command,
    ...tool.args,
    ...Object.values(tool.env),
    ...Object.values(tool.outputs).map(({ path }) => path),
  ].flatMap((template) => templateUses(template));
  const fieldsOf = (path: readonly string[]): readonly string[] =>
    /^\d+$/.test(path[2] ?? '') ? path.slice(3) : path.slice(2);
  const ofItems = uses.filter(({ path }) => path[0] === 'inputs');
  return {
    project: uses.some(({ path }) => path[0] === 'project'),
    folders:
      Object.values(tool.inputs).some(({ layout }) => layout !== undefined) ||
      ofItems.some(({ path }) => ['root', 'relative'].includes(fieldsOf(path)[0] ?? '')),
    meta: new Set(
      ofItems.flatMap(({ path }) => (fieldsOf(path)[0] === 'meta' && path[1] !== undefined ? [path[1]] : [])),
    ),
  };
}
