/**
 * From what somebody asks for, an edit of a run's text, parameters and bounds, to the compiled pipeline that the run is to
 * have, or to all that is wrong with it. Carrying it out is left to `edit-run.ts`.
 */
import {
  compilePipeline,
  editPipelineText,
  FileErrors,
  GantryError,
  parsePipelineFile,
  suggestName,
  type BoundsChange,
  type CompiledPipeline,
  type CompiledSource,
  type EditablePipeline,
  type EditRunRequest,
  type FieldProblem,
  type LatticeBounds,
} from '@gantry/model';
import type { Engine } from '../engine.ts';
import { checkPipeline } from '../new-runs/check-pipeline.ts';
import { identifyTools } from '../new-runs/identify-tools.ts';
import { summarizeTool } from '../new-runs/summarize-tool.ts';
import { readTools } from '../read-tools.ts';
import type { RunPlan } from '../run-plan.ts';
import type { PipelineSource, RunEdit } from './run-edit.ts';

/** The most places that declared extents may promise. */
const mostDeclaredPlaces = 100_000_000;

/** What an edit of the run's pipeline begins with. @throws GantryError `unknown-run`, `pipeline-not-kept` */
export async function readEditable(
  engine: Engine,
  run: number,
  toolFolders: readonly string[],
): Promise<EditablePipeline> {
  const plan = await engine.plan(run);
  const { source } = await readRevision(engine, plan);
  if (source === null) throw notKept(run);
  const tools = await readTools([...toolFolders, ...source.tools]);
  return {
    revision: plan.revision,
    pipeline: copySource(source),
    checked: checkPipeline(
      source.text,
      source.file,
      tools.map(({ manifest }) => manifest),
    ),
    tools: tools.map(summarizeTool),
    bounds: Object.fromEntries(
      plan.sources.map(({ name, axes, bounds }) => [name, { axes: [...axes], ...copyBounds(bounds) }]),
    ),
  };
}

/**
 * @throws FileErrors with all that is wrong; GantryError `unknown-run`, `pipeline-not-kept`
 */
export async function checkEdit(
  engine: Engine,
  run: number,
  request: EditRunRequest,
  toolFolders: readonly string[],
): Promise<RunEdit> {
  const plan = await engine.plan(run);
  const before = await readRevision(engine, plan);
  const given = request.pipeline ?? before.source ?? undefined;
  if (given === undefined) throw notKept(run);
  const { base, by, note } = request;
  const folders = [...(request.tools ?? before.source?.tools ?? [])];
  const tools = await readTools([...toolFolders, ...folders]);
  const manifests = tools.map(({ manifest }) => manifest);

  const stages = (): CompiledPipeline['stages'] =>
    request.pipeline === undefined
      ? plan.stages.map(({ compiled }) => compiled)
      : compilePipeline(parsePipelineFile(given.text, given.file), manifests).stages;
  const edited =
    request.add === undefined && request.remove === undefined
      ? given.text
      : editPipelineText(given.text, given.file, stages(), request);
  const parsed = parsePipelineFile(edited, given.file);
  const params = mergeParams(
    request.pipeline === undefined ? (before.source?.params ?? {}) : {},
    request.params ?? {},
    new Set(parsed.stages.keys()),
  );
  const pipeline = compilePipeline(parsed, manifests, { params });
  const problems: FieldProblem[] = [];
  const bounds = mergeBounds(plan, before.pipeline.sources, pipeline.sources, request.bounds ?? {}, problems);
  if (problems.length > 0) throw new FileErrors(problems);
  const source: PipelineSource = { file: given.file, text: edited, tools: folders, params };
  return {
    ...{ base, pipeline, bounds, source },
    tools: await identifyTools(pipeline, tools),
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  };
}

async function readRevision(
  engine: Engine,
  { id, revision }: RunPlan,
): Promise<{ source: PipelineSource | null; pipeline: CompiledPipeline }> {
  const { rows } = await engine.pool.query<{ source: PipelineSource | null; pipeline: CompiledPipeline }>(
    `SELECT v.source, p.file AS pipeline FROM run_revision v JOIN pipeline p ON p.id = v.pipeline
     WHERE v.run = $1 AND v.revision = $2`,
    [id, revision],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`revision ${revision} of run ${id} is not there`);
  return row;
}

function notKept(run: number): GantryError {
  return new GantryError('pipeline-not-kept', `The text of the pipeline of run ${run} was not kept.`, {
    mend: `Hand over a whole pipeline: \`gantry edit ${run} --pipeline FILE\`.`,
  });
}

/** Those of stages that there are no more go. */
function mergeParams(
  before: PipelineSource['params'],
  changes: NonNullable<EditRunRequest['params']>,
  stages: ReadonlySet<string>,
): Record<string, Record<string, string>> {
  const merged: Record<string, Record<string, string>> = {};
  for (const [stage, values] of Object.entries(before))
    if (stages.has(stage) && Object.keys(values).length > 0) merged[stage] = { ...values };
  for (const [stage, values] of Object.entries(changes)) {
    const own = { ...merged[stage] };
    for (const [name, value] of Object.entries(values)) {
      if (value === null) Reflect.deleteProperty(own, name);
      else own[name] = value;
    }
    if (Object.keys(own).length > 0) merged[stage] = own;
    else Reflect.deleteProperty(merged, stage);
  }
  return merged;
}

/**
 * Bounds of the sources whose bounds are to be others: what the text says differently than before, and what is asked for
 * beside it.
 */
function mergeBounds(
  plan: RunPlan,
  before: readonly CompiledSource[],
  after: readonly CompiledSource[],
  changes: Readonly<Record<string, BoundsChange>>,
  problems: FieldProblem[],
): Record<string, LatticeBounds> {
  const merged: Record<string, LatticeBounds> = {};
  for (const { name, axes, bounds } of plan.sources) {
    const was = before.find((source) => source.name === name);
    const is = after.find((source) => source.name === name);
    const extents: Record<string, readonly [number, number] | null> = {};
    const skip: Record<string, readonly number[]> = {};
    for (const axis of axes) {
      const [then, now] = [was?.extents?.[axis], is?.extents?.[axis]];
      if (then?.join() !== now?.join()) extents[axis] = now ?? null;
      const [passed, passes] = [was?.skip?.[axis] ?? [], is?.skip?.[axis] ?? []];
      if (passed.join() !== passes.join()) skip[axis] = passes;
    }
    const asked = changes[name] ?? {};
    const result: LatticeBounds = {
      extents: mergeRanges(bounds.extents, { ...extents, ...asked.extents }),
      region: mergeRanges(bounds.region, asked.region ?? {}),
      skip: mergeSkip(bounds.skip, { ...skip, ...asked.skip }),
    };
    problems.push(...unknownAxes(name, axes, asked));
    if (placesOf(result) > mostDeclaredPlaces)
      problems.push(
        problem(
          'too-many-places',
          `bounds.${name}.extents`,
          `the extents of ${name} promise more than ${mostDeclaredPlaces} places`,
          'Declare fewer of its axes, or narrower.',
        ),
      );
    merged[name] = result;
  }
  for (const name of Object.keys(changes)) {
    if (name in merged) continue;
    problems.push(
      problem(
        'unknown-source',
        `bounds.${name}`,
        `the run has no source ${name}`,
        suggestName(name, Object.keys(merged)),
      ),
    );
  }
  return merged;
}

/** How many places the declared extents promise along all of their axes. */
function placesOf({ extents }: LatticeBounds): number {
  return Object.values(extents).reduce((product, [first, last]) => product * (last - first + 1), 1);
}

function mergeRanges(
  own: LatticeBounds['region'],
  changes: Readonly<Record<string, readonly [number, number] | null>>,
): Record<string, readonly [number, number]> {
  const merged: Record<string, readonly [number, number]> = { ...own };
  for (const [axis, range] of Object.entries(changes)) {
    if (range === null) Reflect.deleteProperty(merged, axis);
    else merged[axis] = [range[0], range[1]];
  }
  return merged;
}

function mergeSkip(
  own: LatticeBounds['skip'],
  changes: Readonly<Record<string, readonly number[]>>,
): Record<string, readonly number[]> {
  const merged: Record<string, readonly number[]> = { ...own };
  for (const [axis, planes] of Object.entries(changes)) {
    if (planes.length === 0) Reflect.deleteProperty(merged, axis);
    else merged[axis] = [...new Set(planes)].sort((a, b) => a - b);
  }
  return merged;
}

function unknownAxes(source: string, axes: readonly string[], asked: BoundsChange): FieldProblem[] {
  return (['extents', 'region', 'skip'] as const).flatMap((field) =>
    Object.keys(asked[field] ?? {})
      .filter((axis) => !axes.includes(axis))
      .map((axis) =>
        problem(
          'unknown-axis',
          `bounds.${source}.${field}.${axis}`,
          `the source ${source} has no axis ${axis}`,
          suggestName(axis, axes),
        ),
      ),
  );
}

function problem(code: string, field: string, message: string, mend: string): FieldProblem {
  return { code, message, file: field.split('.')[1] ?? '', line: 0, field, mend };
}

function copySource({ file, text, tools, params }: PipelineSource): EditablePipeline['pipeline'] {
  return {
    ...{ file, text, tools: [...tools] },
    params: Object.fromEntries(Object.entries(params).map(([stage, values]) => [stage, { ...values }])),
  };
}

function copyBounds({ extents, region, skip }: LatticeBounds): {
  extents: Record<string, [number, number]>;
  region: Record<string, [number, number]>;
  skip: Record<string, number[]>;
} {
  const ranges = (own: LatticeBounds['region']): Record<string, [number, number]> =>
    Object.fromEntries(Object.entries(own).map(([axis, [first, last]]) => [axis, [first, last]]));
  return {
    ...{ extents: ranges(extents), region: ranges(region) },
    skip: Object.fromEntries(Object.entries(skip).map(([axis, planes]) => [axis, [...planes]])),
  };
}
