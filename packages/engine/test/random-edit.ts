/**
 * Random edits of random pipelines: stages that come, go and change, and other bounds of the sources.
 */
import {
  isSameForm,
  type CompiledInput,
  type CompiledStage,
  type LatticeBounds,
  type Origin,
} from '@gantry/model';
import {
  datasetsOf,
  manifest,
  randomBounds,
  randomOver,
  randomStage,
  randomTolerance,
  type Chance,
  type RandomPipeline,
} from './random-pipeline.ts';

export interface RandomEdit {
  readonly to: RandomPipeline;
  readonly bounds: Record<string, LatticeBounds>;
}

/** One change or two of `from`. */
export function randomEdit(chance: Chance, from: RandomPipeline): RandomEdit {
  let edit: RandomEdit = { to: from, bounds: {} };
  for (let count = chance.oneIn(4) ? 2 : 1; count > 0; count--) edit = changeOnce(chance, edit);
  return edit;
}

function changeOnce(chance: Chance, edit: RandomEdit): RandomEdit {
  const { pipeline } = edit.to;
  const kind = chance.below(12);
  if (kind < 2) return changeBounds(chance, edit);
  if (kind < 4 && pipeline.stages.length < 6) {
    const name = ['stage0', 'stage1', 'stage2', 'stage3', 'late0', 'late1', 'late2'].find(
      (one) => !pipeline.stages.some((stage) => stage.name === one),
    );
    if (name === undefined) return edit;
    return withStages(edit, [
      ...pipeline.stages,
      randomStage(chance, name, datasetsOf(pipeline), pipeline.stages.length),
    ]);
  }
  if (pipeline.stages.length === 0) return edit;
  const stage = chance.pick(pipeline.stages);
  if (kind < 6) return removeStage(edit, stage);
  const changed = changeStage(chance, edit, stage, kind);
  return withStages(
    edit,
    pipeline.stages.map((one) => (one === stage ? changed : one)),
  );
}

function changeStage(chance: Chance, edit: RandomEdit, stage: CompiledStage, kind: number): CompiledStage {
  if (kind < 8) return { ...stage, params: { level: chance.below(2) } };
  if (kind === 8) return { ...stage, tolerate: randomTolerance(chance) };
  if (kind === 9)
    return remade({
      ...stage,
      tool: { ...stage.tool, retry: { ...stage.tool.retry, attempts: 1 + chance.below(2) } },
    });
  if (kind === 10) {
    // Another walk over the same axes is another stage of the same name.
    const over = randomOver(chance, stage.inputs[0]?.axes ?? [], stage.axes);
    const walks = (one: typeof over): boolean => one.kind === 'each' || one.kind === 'neighbors';
    const walked = walks(over) && walks(stage.over) ? { ...stage, over } : stage;
    const inputs = walked.inputs.map((input) => ({ ...input, many: true }));
    return isSameForm(walked, stage) ? stage : remade({ ...walked, inputs });
  }
  return readElsewhere(chance, edit, stage);
}

/** Reads another dataset of the same axes, reads one more, or one less. */
function readElsewhere(chance: Chance, edit: RandomEdit, stage: CompiledStage): CompiledStage {
  const { pipeline } = edit.to;
  const before = datasetsOf({
    ...pipeline,
    stages: pipeline.stages.slice(0, pipeline.stages.indexOf(stage)),
  });
  const [first, second] = stage.inputs;
  if (first === undefined) return stage;
  if (second !== undefined && !second.covering && chance.oneIn(2))
    return remade({ ...stage, inputs: [first] });
  if (second === undefined && chance.oneIn(2)) {
    const fits = before.filter(({ axes }) => axes.every((axis) => stage.axes.includes(axis)));
    if (fits.length === 0 || stage.over.kind === 'neighbors') return stage;
    const { origin, axes } = chance.pick(fits);
    const more: CompiledInput = {
      ...{ name: 'in1', origin, type: 'image', axes, many: false, covering: false },
      required: !chance.oneIn(3),
    };
    return remade({ ...stage, inputs: [first, more] });
  }
  const input = chance.pick(stage.inputs);
  const others = before.filter(({ axes }) => axes.join() === input.axes.join());
  if (others.length === 0) return stage;
  const { origin } = chance.pick(others);
  return { ...stage, inputs: stage.inputs.map((one) => (one === input ? { ...one, origin } : one)) };
}

/** Its children read what it reads where that has the same axes, and go with it otherwise. */
function removeStage(edit: RandomEdit, stage: CompiledStage): RandomEdit {
  const reads = (one: CompiledStage, name: string): boolean =>
    one.inputs.some(({ origin }) => origin.kind === 'output' && origin.stage === name);
  const parents: { origin: Origin; axes: readonly string[] }[] = [...stage.inputs];
  const gone = new Set([stage.name]);
  const stages = edit.to.pipeline.stages.flatMap((one) => {
    if (gone.has(one.name)) return [];
    const inputs = one.inputs.map((input) => {
      if (input.origin.kind === 'source' || input.origin.stage !== stage.name) return input;
      const parent = parents.find(({ axes }) => axes.join() === input.axes.join());
      return parent === undefined ? input : { ...input, origin: parent.origin };
    });
    const moved = { ...one, inputs };
    if ([...gone].some((name) => reads(moved, name))) {
      gone.add(one.name);
      return [];
    }
    return [moved];
  });
  return stages.length === 0 ? edit : withStages(edit, stages);
}

function changeBounds(chance: Chance, edit: RandomEdit): RandomEdit {
  const { name, axes } = chance.pick(edit.to.pipeline.sources);
  const bounds = randomBounds(chance, axes);
  // Most people narrow the region and skip planes; the extents stay.
  const kept = chance.oneIn(3) ? bounds : { ...bounds, extents: edit.to.bounds[name]?.extents ?? {} };
  return {
    to: { ...edit.to, bounds: { ...edit.to.bounds, [name]: kept } },
    bounds: { ...edit.bounds, [name]: kept },
  };
}

function withStages(edit: RandomEdit, stages: readonly CompiledStage[]): RandomEdit {
  return { ...edit, to: { ...edit.to, pipeline: { ...edit.to.pipeline, stages } } };
}

/** With a tool that has its inputs. */
function remade(stage: CompiledStage): CompiledStage {
  const { retry } = stage.tool;
  return { ...stage, tool: manifest(stage.inputs, stage.outputs, { ...retry, lost: retry.lost ?? 2 }) };
}
