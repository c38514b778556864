/**
 * From a parsed pipeline file and the tools that there are to a compiled pipeline, or to all that is wrong. One stage
 * is left to `compile-stage.ts`, axes to `check-axes.ts`, running it to the engine.
 */
import { compileStage, type KnownDataset } from './compile-stage.ts';
import { isGantryError } from './errors.ts';
import { FileErrors, type FileProblem } from './file-problem.ts';
import { listNames, suggestName } from './near-names.ts';
import { orderStages } from './order-stages.ts';
import type { ParsedPipeline } from './parse-pipeline-file.ts';
import type { CompiledPipeline, CompiledSource, CompiledStage } from './pipeline-graph.ts';
import { problemAt, type KeyPath } from './read-yaml.ts';
import { resolveTool } from './resolve-tool.ts';
import type { ToolManifest } from './tool-manifest.ts';
import { readParamText } from './tool-param.ts';

export interface CompileOptions {
  /** Values set over the file's, by stage and parameter, as texts of the command line (`--param stage.name=value`). */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Checks a pipeline against the tools and resolves all names. A fault hides only what follows from it.
 * @param tools every version of every tool.
 * @throws FileErrors with every problem, each with file, line and mend.
 */
export function compilePipeline(
  parsed: ParsedPipeline,
  tools: readonly ToolManifest[],
  options: CompileOptions = {},
): CompiledPipeline {
  const problems: FileProblem[] = [...parsed.problems];
  const report = (path: KeyPath, code: string, message: string, mend: string): void => {
    problems.push(problemAt(parsed.yaml, path, code, message, mend));
  };
  const tool = resolveTools(parsed, tools, report);
  const params = readOverrides(parsed, tool, options, problems);
  const reads = new Map(
    [...parsed.stages].map(([name, stage]) => [name, Object.values(stage?.inputs ?? {}).flatMap(stageOf)]),
  );
  const { order, cycles } = orderStages(reads);
  for (const cycle of cycles) reportCycle(cycle, parsed, report);

  const compiled = new Map<string, CompiledStage>();
  // Stages in a circle come last: their axes cannot be known, but the rest of them is checked.
  const unordered = [...parsed.stages.keys()].filter((name) => !order.includes(name));
  for (const name of [...order, ...unordered]) {
    const stage = parsed.stages.get(name);
    if (stage === undefined) continue;
    const datasets = resolveInputs(name, stage.inputs, { parsed, tool, compiled }, report);
    const manifest = tool.get(name);
    if (manifest === undefined) continue;
    const merged = { ...stage, params: { ...stage.params, ...params.get(name) } };
    const result = compileStage(name, merged, manifest, datasets, (key, ...details) => {
      const [field, param = ''] = key;
      const text = field === 'params' ? options.params?.[name]?.[param] : undefined;
      if (text === undefined) report(['stages', name, ...key], ...details);
      else problems.push(problemOfParam(name, param, text, details));
    });
    if (result !== undefined) compiled.set(name, result);
  }
  if (problems.length > 0) throw new FileErrors(problems);
  return { name: parsed.name, sources: compileSources(parsed), stages: [...compiled.values()] };
}

type Report = (path: KeyPath, code: string, message: string, mend: string) => void;

function resolveTools(
  parsed: ParsedPipeline,
  tools: readonly ToolManifest[],
  report: Report,
): Map<string, ToolManifest> {
  const resolved = new Map<string, ToolManifest>();
  for (const [name, stage] of parsed.stages) {
    if (stage === undefined) continue;
    try {
      resolved.set(name, resolveTool(stage.tool, tools));
    } catch (error) {
      if (!isGantryError(error)) throw error;
      report(['stages', name, 'tool'], error.code, error.message, error.mend ?? '');
    }
  }
  return resolved;
}

interface Known {
  readonly parsed: ParsedPipeline;
  readonly tool: ReadonlyMap<string, ToolManifest>;
  readonly compiled: ReadonlyMap<string, CompiledStage>;
}

/** What a stage's inputs mean; those that mean nothing are reported, or follow from a fault that is. */
function resolveInputs(
  stage: string,
  inputs: Readonly<Record<string, string>>,
  known: Known,
  report: Report,
): Map<string, KnownDataset> {
  const datasets = new Map<string, KnownDataset>();
  for (const [input, text] of Object.entries(inputs)) {
    const path = ['stages', stage, 'inputs', input];
    const dot = text.indexOf('.');
    const dataset =
      dot < 0
        ? findSource(text, path, known, report)
        : findOutput(text.slice(0, dot), text.slice(dot + 1), path, known, report);
    if (dataset !== undefined) datasets.set(input, dataset);
  }
  return datasets;
}

function findSource(
  name: string,
  path: KeyPath,
  { parsed, tool }: Known,
  report: Report,
): KnownDataset | undefined {
  const source = parsed.sources.get(name);
  if (source !== undefined)
    return { origin: { kind: 'source', source: name }, type: source.type, axes: source.axes };
  // Without any source, that is the fault which is reported.
  if (parsed.sources.has(name) || parsed.sources.size === 0) return undefined;
  if (parsed.stages.has(name)) {
    const outputs = Object.keys(tool.get(name)?.outputs ?? {}).map((output) => `${name}.${output}`);
    report(
      path,
      'output-not-named',
      `\`${name}\` is a stage, and an input reads one of its outputs`,
      outputs.length === 0 ? `Write \`${name}.OUTPUT\`.` : `Write ${listNames(outputs, 'or')}.`,
    );
    return undefined;
  }
  report(
    path,
    'unknown-source',
    `there is no source \`${name}\``,
    suggestName(name, [...parsed.sources.keys(), ...parsed.stages.keys()]),
  );
  return undefined;
}

function findOutput(
  stage: string,
  output: string,
  path: KeyPath,
  known: Known,
  report: Report,
): KnownDataset | undefined {
  if (!known.parsed.stages.has(stage)) {
    if (known.parsed.sources.has(stage))
      report(path, 'unknown-stage', `\`${stage}\` is a source, which has no outputs`, `Write \`${stage}\`.`);
    else
      report(
        path,
        'unknown-stage',
        `there is no stage \`${stage}\``,
        suggestName(stage, known.parsed.stages.keys()),
      );
    return undefined;
  }
  const tool = known.tool.get(stage);
  if (tool === undefined) return undefined;
  const declared = Object.hasOwn(tool.outputs, output) ? tool.outputs[output] : undefined;
  if (declared === undefined) {
    report(
      path,
      'unknown-output',
      `the stage \`${stage}\` (tool \`${tool.name}\`) has no output \`${output}\``,
      suggestName(output, Object.keys(tool.outputs)),
    );
    return undefined;
  }
  const axes = known.compiled.get(stage)?.outputs.find((one) => one.name === output)?.axes;
  return { origin: { kind: 'output', stage, output }, type: declared.type, axes };
}

/** The stage that an input's text names: none for a source. */
function stageOf(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [] : [text.slice(0, dot)];
}

function reportCycle(cycle: readonly string[], parsed: ParsedPipeline, report: Report): void {
  const [first = ''] = cycle;
  const next = cycle[1] ?? first;
  const inputs = Object.entries(parsed.stages.get(first)?.inputs ?? {});
  const input = inputs.find(([, text]) => stageOf(text)[0] === next)?.[0] ?? '';
  const walk = [...cycle, first].map((name) => `\`${name}\``).join(' reads ');
  report(
    ['stages', first, 'inputs', input],
    'cycle',
    cycle.length === 1
      ? `the stage \`${first}\` reads itself`
      : `the stages read each other in a circle: ${walk}`,
    'Let one of them read something else.',
  );
}

/** A value of the command line is wrong, not the file. */
function problemOfParam(
  stage: string,
  name: string,
  text: string,
  [code, message, mend]: readonly [code: string, message: string, mend: string],
): FileProblem {
  const field = `stages.${stage}.params.${name}`;
  return { code, message, file: `--param ${stage}.${name}=${text}`, line: 0, field, mend };
}

function readOverrides(
  parsed: ParsedPipeline,
  tool: ReadonlyMap<string, ToolManifest>,
  options: CompileOptions,
  problems: FileProblem[],
): Map<string, Record<string, unknown>> {
  const overrides = new Map<string, Record<string, unknown>>();
  for (const [stage, texts] of Object.entries(options.params ?? {})) {
    if (!parsed.stages.has(stage)) {
      const message = `the pipeline has no stage \`${stage}\``;
      const mend = suggestName(stage, parsed.stages.keys());
      for (const [name, text] of Object.entries(texts))
        problems.push(problemOfParam(stage, name, text, ['unknown-stage', message, mend]));
    }
    const declared = tool.get(stage)?.params ?? {};
    overrides.set(
      stage,
      Object.fromEntries(
        Object.entries(texts).map(([name, text]) => {
          const param = Object.hasOwn(declared, name) ? declared[name] : undefined;
          return [name, param === undefined ? text : readParamText(param, text)];
        }),
      ),
    );
  }
  return overrides;
}

function compileSources(parsed: ParsedPipeline): CompiledSource[] {
  return [...parsed.sources].flatMap(([name, source]) =>
    source === undefined
      ? []
      : [{ name, type: source.type, axes: source.axes, extents: source.extents, skip: source.skip }],
  );
}
