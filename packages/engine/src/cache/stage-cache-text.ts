/**
 * What the results of a stage depend on, beside what each task reads and where it lies: tools, templates, parameters, the
 * form of the walk. Two stages of a project with the same text make the same of the same.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, templateUses, usesIdentity, type CompiledStage } from '@gantry/model';
import { namesSurroundings } from '../read-surroundings.ts';

/** Undefined where results are not to be taken from elsewhere, or nobody can say what they depend on. */
export function stageCacheText(
  project: number,
  stage: CompiledStage,
  toolDigest: string,
): string | undefined {
  const { tool, params, over, axes, inputs, outputs, tolerate } = stage;
  if (toolDigest === '' || !(stage.cache ?? tool.cache ?? true)) return undefined;
  if (tool.interactive !== undefined || usesIdentity(tool) || namesSurroundings(stage)) return undefined;
  return canonicalJson({
    version: 1,
    project,
    tool: toolDigest,
    ...{
      command: tool.command,
      args: tool.args,
      env: tool.env,
      outputs: tool.outputs,
      success: tool.success,
    },
    resources: namesResources(stage) ? { cpu: tool.resources.cpu, memory: tool.resources.memory } : undefined,
    ...{ params, over, axes, tolerate },
    inputs: inputs.map(({ name, type, axes: read, many, required }) => ({
      name,
      type,
      axes: read,
      many,
      required,
    })),
    made: outputs.map(({ name, type, axes: made, min }) => ({ name, type, axes: made, min })),
  });
}

/** By which stages with the same text are found. */
export function stageCacheKey(project: number, stage: CompiledStage, toolDigest: string): string | undefined {
  const text = stageCacheText(project, stage, toolDigest);
  return text === undefined ? undefined : createHash('sha256').update(text).digest('hex');
}

/** Whether a template hands cores or memory to the tool. A persistent tool is told them, and makes the same with less. */
function namesResources({ tool }: CompiledStage): boolean {
  return [...tool.command, ...tool.args, ...Object.values(tool.env)]
    .flatMap((template) => templateUses(template))
    .some(({ path }) => path[0] === 'resources');
}
