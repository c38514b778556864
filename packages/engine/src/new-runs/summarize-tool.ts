/** A tool as forms show it. */
import type { ToolSummary } from '@gantry/model';
import type { InstalledTool } from '../read-tools.ts';

export function summarizeTool({ manifest, folder }: InstalledTool): ToolSummary {
  const { name, version, title = name, description } = manifest;
  return {
    ...{ name, version, title, description, folder },
    inputs: Object.entries(manifest.inputs).map(([input, declared]) => ({
      name: input,
      ...declared,
      title: declared.title ?? input,
    })),
    params: Object.entries(manifest.params).map(([param, declared]) => ({ name: param, declared })),
    outputs: Object.entries(manifest.outputs).map(([output, declared]) => ({
      name: output,
      type: declared.type,
      title: declared.title ?? output,
      description: declared.description,
    })),
  };
}
