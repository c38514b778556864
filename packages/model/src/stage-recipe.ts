/**
 * What the bytes that a stage makes depend on beside the items that it reads: its tool, its parameters, and which of its
 * inputs reads which dataset. Two stages of one recipe may be taken for each other; how often a task is tried and what
 * it may use of a machine is no part of it. Hashing is left to the engine.
 */
import { canonicalJson } from './cache-key.ts';
import type { CompiledStage } from './pipeline-graph.ts';

/**
 * @param digest of the tool's folder or image; undefined where nobody knows it
 * @param datasets per input, in their order, what tells its dataset from any other
 */
export function recipeText(
  stage: CompiledStage,
  digest: string | undefined,
  datasets: readonly (string | number)[],
): string {
  return canonicalJson({
    tool: digest ?? null,
    declared: describeTool(stage),
    params: { ...stage.params },
    inputs: stage.inputs.map(({ name, many, required }, index) => ({
      ...{ name, many, required },
      dataset: datasets[index],
    })),
  });
}

/** The parts of a manifest that change what its tool does. */
export function describeTool({ tool }: CompiledStage): Record<string, unknown> {
  const { name, version, image, command, args, success, env } = tool;
  const { secrets, ports, network, batch, worker, interactive } = tool;
  return {
    ...{
      name,
      version,
      image,
      command,
      args,
      success,
      env,
      secrets,
      ports,
      network,
      batch,
      worker,
      interactive,
    },
    inputs: Object.fromEntries(
      Object.entries(tool.inputs).map(([input, { type, many, required }]) => [
        input,
        { type, many, required },
      ]),
    ),
    outputs: Object.fromEntries(
      Object.entries(tool.outputs).map(([output, { type, path, pattern, folder, min }]) => [
        output,
        { type, path, pattern, folder, min },
      ]),
    ),
  };
}
