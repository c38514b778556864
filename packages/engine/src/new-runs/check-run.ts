/**
 * A run before it is started: everything that is wrong with it, and what would be made. Starting it is left to
 * `start-run.ts`, which checks in the same way.
 */
import {
  compilePipeline,
  expectTasks,
  FileErrors,
  parsePipelineFile,
  plural,
  suggestName,
  type CompiledPipeline,
  type CompiledSource,
  type ExpectedSource,
  type FieldProblem,
  type NewRunRequest,
  type PlannedRun,
} from '@gantry/model';
import type { NewFolder } from '../create-run.ts';
import type { Engine } from '../engine.ts';
import type { FolderListings } from '../folders/folder-listings.ts';
import type { InstalledTool } from '../read-tools.ts';
import { datasetProblems, findDataset, readPlaces } from './check-dataset.ts';
import { checkFolder } from './check-folder.ts';

export interface RunChecks {
  readonly engine: Engine;
  readonly listings: FolderListings;
  readonly dataDirectory: string;
}

export interface CheckedRun {
  /** Undefined where the pipeline is not in order. */
  readonly pipeline: CompiledPipeline | undefined;
  /** What is wrong with the pipeline's file and its parameters; among the plan's problems, too. */
  readonly fileProblems: readonly FieldProblem[];
  /** Those that are in order. */
  readonly sources: Readonly<Record<string, number | NewFolder>>;
  readonly plan: PlannedRun;
}

/** Items of a dataset beyond which tasks are not counted. */
const mostCounted = 2_000_000;

/** @param purpose `start` leaves out what is only told to people */
export async function checkRun(
  { engine, listings, dataDirectory }: RunChecks,
  request: NewRunRequest,
  tools: readonly InstalledTool[],
  purpose: 'plan' | 'start',
): Promise<CheckedRun> {
  const { pipeline, sources: declared, problems: fileProblems } = compile(request, tools);
  const problems = [...fileProblems];
  const plan: PlannedRun = { problems, warnings: [], sources: [], stages: [] };
  const sources: Record<string, number | NewFolder> = {};
  const expected: Record<string, ExpectedSource> = {};
  for (const source of declared) {
    const given = request.sources[source.name];
    const field = `sources.${source.name}`;
    if (given === undefined) {
      problems.push(withoutInput(source));
    } else if (typeof given === 'number') {
      const dataset = await findDataset(engine, given);
      problems.push(...datasetProblems(source, given, dataset));
      if (dataset === undefined) continue;
      sources[source.name] = given;
      const { items, bytes, bounds } = dataset;
      const open = dataset.state === 'open';
      plan.sources.push({ name: source.name, items, bytes, open });
      if (purpose === 'plan' && items <= mostCounted)
        expected[source.name] = { places: await readPlaces(engine, given), bounds, open };
    } else {
      const checked = await checkFolder(source, given, {
        ...{ listings, dataDirectory, measure: purpose === 'plan' },
      });
      problems.push(...checked.problems);
      plan.warnings.push(...checked.warnings.map((message) => ({ field, message })));
      if (checked.folder === undefined) continue;
      sources[source.name] = checked.folder;
      const { items, bytes = null } = checked;
      plan.sources.push({ name: source.name, items, bytes, open: given.mode === 'live' });
      if (checked.expected !== undefined) expected[source.name] = checked.expected;
    }
  }
  problems.push(...unknownSources(request, declared));
  if (pipeline !== undefined && purpose === 'plan')
    plan.stages.push(
      ...expectTasks(pipeline, expected).map(({ name, tasks, open }) => ({
        ...{ name, tasks: tasks ?? null, open },
      })),
    );
  return { pipeline, fileProblems, sources, plan };
}

/** The pipeline, and its sources even where something else is wrong with it. */
function compile(
  { pipeline: { file, text }, params }: NewRunRequest,
  tools: readonly InstalledTool[],
): {
  pipeline: CompiledPipeline | undefined;
  sources: readonly CompiledSource[];
  problems: readonly FieldProblem[];
} {
  let sources: readonly CompiledSource[] = [];
  try {
    const parsed = parsePipelineFile(text, file);
    sources = [...parsed.sources].flatMap(([name, source]) =>
      source === undefined ? [] : [{ name, ...source }],
    );
    const manifests = tools.map(({ manifest }) => manifest);
    const pipeline = compilePipeline(parsed, manifests, { params });
    return { pipeline, sources: pipeline.sources, problems: [] };
  } catch (error) {
    if (!(error instanceof FileErrors)) throw error;
    return { pipeline: undefined, sources, problems: error.problems };
  }
}

function withoutInput({ name, type, axes }: CompiledSource): FieldProblem {
  return {
    code: 'source-without-input',
    message: `the source ${name} reads nothing yet`,
    file: name,
    line: 0,
    field: `sources.${name}`,
    mend: `Give it a folder${axes.length === 0 ? '' : ` whose file names tell ${axes.join(', ')}`}, or a dataset of the type ${type}.`,
  };
}

function unknownSources(request: NewRunRequest, declared: readonly CompiledSource[]): FieldProblem[] {
  if (declared.length === 0) return [];
  const names = declared.map(({ name }) => name);
  return Object.keys(request.sources)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      code: 'unknown-source',
      message: `the pipeline has no source ${name}; it has ${plural(names.length, 'source')}`,
      file: name,
      line: 0,
      field: `sources.${name}`,
      mend: suggestName(name, names),
    }));
}
