/**
 * Two compiled pipelines of one run, the one that it has and the one that it is to have: which stages are added, removed
 * and changed, and what of their work is to be done again. Carrying it out is left to the engine and to the reference
 * model.
 *
 * A stage of another form (axes, `over`, outputs) is another stage under the same name: it is *replaced*, which is to be
 * removed and added; its old data stay as they are.
 */
import { canonicalJson } from './cache-key.ts';
import type { LatticeBounds } from './lattice.ts';
import type { CompiledPipeline, CompiledStage, Origin } from './pipeline-graph.ts';
import { describeTool } from './stage-recipe.ts';

/** A part that differs, as people read it; a missing side is undefined. */
export interface PartChange {
  /** Such as `params.sigma`, `tool`, `inputs.tile`, `retry`, `resources.memory`, `region.x`. */
  readonly field: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface StageEdit {
  readonly stage: string;
  readonly kind: 'added' | 'removed' | 'replaced' | 'changed';
  readonly parts: readonly PartChange[];
  /**
   * What becomes of its tasks: all are to run again (`redo`), each is looked at with the new rule (`judge`), or nothing
   * (`keep`), as what they may use of a machine says nothing of what they make. `redo` for those that are added and
   * replaced.
   */
  readonly effect: 'redo' | 'judge' | 'keep';
}

export interface PipelineSide {
  readonly pipeline: Pick<CompiledPipeline, 'stages'>;
  /** By stage, the digest of its tool, so far as it is known. */
  readonly digests?: Readonly<Record<string, string | undefined>>;
}

/** Every stage that differs, in the order of the new pipeline; those that are removed come last. */
export function comparePipelines(before: PipelineSide, after: PipelineSide): StageEdit[] {
  const old = new Map(before.pipeline.stages.map((stage) => [stage.name, stage]));
  const edits: StageEdit[] = [];
  const remade = new Set<string>();
  for (const stage of after.pipeline.stages) {
    const was = old.get(stage.name);
    if (was === undefined) {
      edits.push({ stage: stage.name, kind: 'added', parts: [], effect: 'redo' });
      remade.add(stage.name);
      continue;
    }
    const parts = compareStages(was, stage, remade);
    if (before.digests?.[stage.name] !== after.digests?.[stage.name] && !parts.some(isOfTool)) {
      parts.unshift({ field: 'tool', from: toolOf(was), to: `${toolOf(stage)} (its files have changed)` });
    }
    if (!isSameForm(was, stage)) {
      edits.push({ stage: stage.name, kind: 'replaced', parts, effect: 'redo' });
      remade.add(stage.name);
    } else if (parts.length > 0) {
      edits.push({ stage: stage.name, kind: 'changed', parts, effect: effectOf(parts) });
    }
  }
  const kept = new Set(after.pipeline.stages.map(({ name }) => name));
  for (const { name } of before.pipeline.stages) {
    if (!kept.has(name)) edits.push({ stage: name, kind: 'removed', parts: [], effect: 'keep' });
  }
  return edits;
}

/** Whether the tasks and data of one can be those of the other: same axes, same walk, same outputs. */
export function isSameForm(one: CompiledStage, other: CompiledStage): boolean {
  const form = ({ axes, over, outputs }: CompiledStage): string =>
    canonicalJson({ axes, over, outputs: outputs.map((output) => ({ ...output })) });
  return form(one) === form(other);
}

/** What differs between the bounds of a source. */
export function compareBounds(before: LatticeBounds, after: LatticeBounds): PartChange[] {
  return (['extents', 'region', 'skip'] as const).flatMap((field) => {
    const axes = new Set([...Object.keys(before[field]), ...Object.keys(after[field])]);
    return [...axes].flatMap((axis) =>
      difference(`${field}.${axis}`, rangeText(before, field, axis), rangeText(after, field, axis)),
    );
  });
}

function rangeText(
  bounds: LatticeBounds,
  field: 'extents' | 'region' | 'skip',
  axis: string,
): string | undefined {
  if (field === 'skip') {
    const planes = bounds.skip[axis] ?? [];
    return planes.length === 0 ? undefined : planes.join(', ');
  }
  const range = bounds[field][axis];
  return range === undefined ? undefined : `${range[0]}..${range[1]}`;
}

/** @param remade stages whose outputs are other datasets than before */
function compareStages(was: CompiledStage, is: CompiledStage, remade: ReadonlySet<string>): PartChange[] {
  const parts = [...difference('tool', toolOf(was), toolOf(is))];
  if (parts.length === 0 && canonicalJson(describeTool(was)) !== canonicalJson(describeTool(is)))
    parts.push({ field: 'tool', from: toolOf(was), to: `${toolOf(is)} (its declaration has changed)` });
  for (const name of keysOf(was.params, is.params))
    parts.push(...difference(`params.${name}`, textOf(was.params[name]), textOf(is.params[name])));
  const before = new Map(was.inputs.map(({ name, origin }) => [name, originText(origin)]));
  const after = new Map(
    is.inputs.map(({ name, origin }) => [
      name,
      origin.kind === 'output' && remade.has(origin.stage)
        ? `${originText(origin)} (made anew)`
        : originText(origin),
    ]),
  );
  for (const name of new Set([...before.keys(), ...after.keys()]))
    parts.push(...difference(`inputs.${name}`, before.get(name), after.get(name)));
  if (parts.every(({ field }) => !field.startsWith('inputs.'))) {
    const order = (stage: CompiledStage): string => stage.inputs.map(({ name }) => name).join(', ');
    parts.push(...difference('inputs', order(was), order(is)));
  }
  parts.push(
    ...difference('over', textOf(was.over), textOf(is.over)),
    ...difference('axes', was.axes.join(', '), is.axes.join(', ')),
    ...difference('tolerate', textOf(was.tolerate), textOf(is.tolerate)),
    ...difference('labels', textOf(was.labels), textOf(is.labels)),
    ...difference('pool', was.pool, is.pool),
    ...difference('limit', textOf(was.limit), textOf(is.limit)),
    ...difference('cache', textOf(was.cache), textOf(is.cache)),
    ...difference('retry', textOf(was.tool.retry), textOf(is.tool.retry)),
  );
  for (const name of keysOf(was.tool.resources, is.tool.resources))
    parts.push(
      ...difference(
        `resources.${name}`,
        textOf(Reflect.get(was.tool.resources, name)),
        textOf(Reflect.get(is.tool.resources, name)),
      ),
    );
  return parts;
}

function effectOf(parts: readonly PartChange[]): StageEdit['effect'] {
  if (parts.some((part) => isOfTool(part) || /^(?:params\.|inputs)/.test(part.field))) return 'redo';
  return parts.some(({ field }) => field === 'tolerate') ? 'judge' : 'keep';
}

function isOfTool({ field }: PartChange): boolean {
  return field === 'tool';
}

function toolOf({ tool }: CompiledStage): string {
  return `${tool.name}@${tool.version}`;
}

function originText(origin: Origin): string {
  return origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : canonicalJson(value);
}

function difference(field: string, from: string | undefined, to: string | undefined): PartChange[] {
  return from === to ? [] : [{ field, from, to }];
}

function keysOf(a: object, b: object): Set<string> {
  return new Set([...Object.keys(a), ...Object.keys(b)]);
}
