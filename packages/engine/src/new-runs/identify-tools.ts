/** The tools that a pipeline's stages resolved to, as a run remembers them. */
import type { CompiledPipeline } from '@gantry/model';
import { digestTool, type InstalledTool } from '../read-tools.ts';

/** By stage, the digest and the folder of its tool; each folder is read once. */
export async function identifyTools(
  pipeline: CompiledPipeline,
  tools: readonly InstalledTool[],
): Promise<Record<string, { digest: string; folder: string }>> {
  const digests = new Map<InstalledTool, string>();
  const code = new Map<string, Promise<string>>();
  const identified: Record<string, { digest: string; folder: string }> = {};
  for (const stage of pipeline.stages) {
    const tool = tools.find(
      ({ manifest }) => manifest.name === stage.tool.name && manifest.version === stage.tool.version,
    );
    if (tool === undefined) throw new Error(`tool ${stage.tool.name} of stage ${stage.name} is gone`);
    const digest = digests.get(tool) ?? (await digestTool(tool, code));
    digests.set(tool, digest);
    identified[stage.name] = { digest, folder: tool.folder };
  }
  return identified;
}
