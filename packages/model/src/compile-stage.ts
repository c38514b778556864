/**
 * One stage of a pipeline against its tool: inputs, types, axes, parameters. The order of stages and the file around
 * them are left to `compile-pipeline.ts`.
 */
import { checkExtraAxes, stageAxes } from './check-axes.ts';
import { parsePattern } from './file-pattern.ts';
import { listNames, suggestName } from './near-names.ts';
import type { StageFile } from './pipeline-file.ts';
import type { CompiledInput, CompiledOutput, CompiledStage, DatasetType, Origin } from './pipeline-graph.ts';
import { mergeRetry } from './retry.ts';
import { templateUses } from './template.ts';
import type { ToolManifest } from './tool-manifest.ts';
import { checkParamValue } from './tool-param.ts';

/** A dataset that stages can read; without axes where what makes it is broken. */
export interface KnownDataset {
  readonly origin: Origin;
  readonly type: DatasetType;
  readonly axes: readonly string[] | undefined;
}

/** Reports a fault at a path of keys below the stage. */
export type ReportFault = (key: readonly string[], code: string, message: string, mend: string) => void;

/**
 * @param datasets what the stage's `inputs` mean, by the tool's input; those that are not known are left out.
 * @returns undefined where a fault was reported, or an earlier one hides the axes.
 */
export function compileStage(
  name: string,
  stage: StageFile,
  tool: ToolManifest,
  datasets: ReadonlyMap<string, KnownDataset>,
  report: ReportFault,
): CompiledStage | undefined {
  let found = 0;
  const fault: ReportFault = (...details) => {
    found += 1;
    report(...details);
  };
  checkInputs(stage, tool, datasets, fault);
  const params = fillParams(stage.params, tool, fault);
  const read = [...datasets].flatMap(([input, dataset]) => {
    const declared = Object.hasOwn(tool.inputs, input) ? tool.inputs[input] : undefined;
    return declared === undefined || dataset.axes === undefined
      ? []
      : [{ ...dataset, ...declared, name: input, axes: dataset.axes }];
  });
  if (read.length < Object.keys(stage.inputs).length || read.length === 0) return undefined;

  const { axes, covering, faults } = stageAxes(stage.over, read);
  for (const one of faults) fault(one.key, one.code, one.message, one.mend);
  const inputs = read.map((input): CompiledInput => ({
    name: input.name,
    origin: input.origin,
    type: datasets.get(input.name)?.type ?? input.type,
    axes: input.axes,
    many: input.many,
    required: input.required,
    covering: covering.has(input.name),
  }));
  const outputs = Object.entries(tool.outputs).map(([output, { type, pattern, min }]): CompiledOutput => {
    const extraAxes = pattern === undefined ? [] : parsePattern(pattern).axes;
    for (const one of checkExtraAxes(output, extraAxes, axes))
      fault(one.key, one.code, one.message, one.mend);
    return { name: output, type, axes: [...axes, ...extraAxes], extraAxes, min };
  });
  checkTemplateAxes(tool, axes, read, fault);
  if (found > 0) return undefined;
  return {
    name,
    tool: {
      ...tool,
      resources: { ...tool.resources, ...definedOf(stage.resources) },
      retry: mergeRetry(tool.retry, stage.retry),
    },
    over: stage.over,
    axes,
    inputs,
    outputs,
    params,
    tolerate: stage.tolerate,
    ...(stage.limit === undefined ? {} : { limit: stage.limit }),
    ...(stage.cache === undefined ? {} : { cache: stage.cache }),
    ...(stage.labels === undefined ? {} : { labels: stage.labels }),
    ...(stage.pool === undefined ? {} : { pool: stage.pool }),
  };
}

function checkInputs(
  stage: StageFile,
  tool: ToolManifest,
  datasets: ReadonlyMap<string, KnownDataset>,
  fault: ReportFault,
): void {
  const known = Object.keys(tool.inputs);
  for (const input of Object.keys(stage.inputs)) {
    if (!known.includes(input))
      fault(
        ['inputs', input],
        'unknown-input',
        `the tool \`${tool.name}\` has no input \`${input}\``,
        suggestName(input, known),
      );
  }
  for (const [input, { required, type }] of Object.entries(tool.inputs)) {
    if (required && !Object.hasOwn(stage.inputs, input))
      fault(
        ['inputs'],
        'missing-input',
        `the input \`${input}\` (${type}) of the tool \`${tool.name}\` is not given`,
        `Add \`${input}: \` and a source, or \`stage.output\`, to \`inputs\`.`,
      );
    const dataset = datasets.get(input);
    if (dataset !== undefined && type !== 'file' && dataset.type !== type)
      fault(
        ['inputs', input],
        'type-mismatch',
        `the input \`${input}\` of the tool \`${tool.name}\` takes the type ${type}, but \`${stage.inputs[input] ?? ''}\` is of the type ${dataset.type}`,
        `Read a dataset of the type ${type}, or use a tool that takes ${dataset.type}.`,
      );
  }
  if (Object.keys(stage.inputs).length === 0 && !Object.values(tool.inputs).some((input) => input.required))
    fault(
      [],
      'stage-without-input',
      'the stage reads nothing, so nothing says when it runs',
      known.length === 0
        ? `Use a tool that has an input: \`${tool.name}\` has none.`
        : `Give at least one of ${listNames(known, 'and')}.`,
    );
}

function fillParams(
  given: Readonly<Record<string, unknown>>,
  tool: ToolManifest,
  fault: ReportFault,
): Record<string, unknown> {
  const known = Object.keys(tool.params);
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      fault(
        ['params', name],
        'unknown-param',
        `the tool \`${tool.name}\` has no parameter \`${name}\``,
        suggestName(name, known),
      );
  }
  const params: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(tool.params)) {
    const value = Object.hasOwn(given, name) ? given[name] : param.default;
    if (value === undefined) {
      if (param.required)
        fault(
          ['params'],
          'missing-param',
          `the parameter \`${name}\` (${param.type}) of the tool \`${tool.name}\` is not given`,
          `Add \`${name}: \` and its value to \`params\`.`,
        );
      continue;
    }
    const wrong = checkParamValue(param, value);
    if (wrong !== undefined)
      fault(
        ['params', name],
        'bad-param',
        `the parameter \`${name}\` of the tool \`${tool.name}\` cannot be ${value === null ? 'empty' : JSON.stringify(value)}`,
        value === null ? `It ${wrong}; or remove the key.` : `It ${wrong}.`,
      );
    params[name] = value;
  }
  return params;
}

/** `${at.z}` needs tasks with the axis z, `${inputs.tile.at.z}` a dataset with it. */
function checkTemplateAxes(
  tool: ToolManifest,
  axes: readonly string[],
  inputs: readonly { readonly name: string; readonly axes: readonly string[] }[],
  fault: ReportFault,
): void {
  const templates = [
    ...tool.command,
    ...tool.args,
    ...Object.values(tool.env),
    ...Object.values(tool.outputs).map((output) => output.path),
  ];
  const told = new Set<string>();
  for (const { path } of templates.flatMap((template) => templateUses(template))) {
    const reference = `\${${path.join('.')}}`;
    const input = path[0] === 'inputs' ? inputs.find((one) => one.name === path[1]) : undefined;
    const at = path[0] === 'at' ? 0 : path.indexOf('at', 2);
    if ((path[0] !== 'at' && (input === undefined || at < 0)) || told.has(reference)) continue;
    const axis = path[at + 1] ?? '';
    const known = input?.axes ?? axes;
    told.add(reference);
    if (known.includes(axis)) continue;
    const owner = input === undefined ? "the stage's tasks" : `the input \`${input.name}\``;
    fault(
      input === undefined ? ['over'] : ['inputs', input.name],
      'template-axis-absent',
      `the tool \`${tool.name}\` uses \`${reference}\`, but ${owner} ${input === undefined ? 'have' : 'has'} no axis \`${axis}\`${known.length === 0 ? '' : ` (only ${known.join(', ')})`}`,
      `Use the tool where there is an axis \`${axis}\`.`,
    );
  }
}

function definedOf<T extends object>(record: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
