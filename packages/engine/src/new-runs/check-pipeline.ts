/**
 * A pipeline's text before there is a run: all that is wrong with it, or its graph and the parameters of its stages.
 */
import {
  compilePipeline,
  drawGraph,
  FileErrors,
  parsePipelineFile,
  type CheckedPipeline,
  type CompileOptions,
  type FileProblem,
  type ParsedPipeline,
  type ToolManifest,
  type ToolParam,
} from '@gantry/model';

/** @param file its name, for messages */
export function checkPipeline(text: string, file: string, tools: readonly ToolManifest[]): CheckedPipeline {
  const problems: FileProblem[] = [];
  const parsed = collect(problems, () => parsePipelineFile(text, file));
  if (parsed === undefined)
    return { problems, name: '', title: '', description: '', sources: [], stages: [] };
  // A required parameter that the file does not give is one that the form asks for.
  const params = standIns(parsed, tools);
  const compiled = collect(problems, () => compilePipeline(parsed, tools, { params }));
  return {
    problems,
    name: parsed.name,
    title: parsed.title ?? parsed.name,
    description: parsed.description,
    ...(compiled === undefined ? {} : { graph: drawGraph(compiled) }),
    sources: [...parsed.sources].flatMap(([name, source]) =>
      source === undefined
        ? []
        : [
            {
              name,
              type: source.type,
              axes: [...source.axes],
              extents: { ...source.extents },
              title: source.title ?? '',
              description: source.description,
            },
          ],
    ),
    stages: (compiled?.stages ?? []).map((stage) => {
      const written = parsed.stages.get(stage.name);
      return {
        name: stage.name,
        title: written?.title ?? '',
        description: written?.description ?? '',
        tool: `${stage.tool.name}@${stage.tool.version}`,
        toolTitle: stage.tool.title ?? stage.tool.name,
        toolDescription: stage.tool.description,
        params: Object.entries(stage.tool.params).map(([name, declared]) => {
          const set = written?.params[name];
          return { name, declared, ...(set === undefined ? {} : { set }) };
        }),
      };
    }),
  };
}

/** What `work` throws about a file is collected. */
function collect<T>(problems: FileProblem[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FileErrors)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** Some allowed value for every required parameter that is not given. */
function standIns(
  parsed: ParsedPipeline,
  tools: readonly ToolManifest[],
): NonNullable<CompileOptions['params']> {
  const params: Record<string, Record<string, string>> = {};
  for (const [name, stage] of parsed.stages) {
    for (const tool of tools.filter((one) => one.name === stage?.tool.name)) {
      for (const [param, declared] of Object.entries(tool.params)) {
        if (declared.required && declared.default === undefined && stage?.params[param] === undefined)
          (params[name] ??= {})[param] = standInFor(declared);
      }
    }
  }
  return params;
}

function standInFor(param: ToolParam): string {
  switch (param.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'false';
    case 'integer':
    case 'number':
      return String(param.min ?? param.max ?? 0);
    case 'enum':
      return String(param.values[0]);
    case 'array': {
      const { items } = param;
      const one = items.type === 'enum' ? String(items.values[0]) : items.type === 'string' ? 'text' : '0';
      return Array.from({ length: param.minItems ?? 1 }, () => one).join(',');
    }
  }
}
