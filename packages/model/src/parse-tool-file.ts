/**
 * From the text of a `tool.yaml` to a manifest, or to all that is wrong with it. Finding the file is left to callers.
 */
import { FileErrors } from './file-problem.ts';
import { readYaml } from './read-yaml.ts';
import { schemaProblems } from './schema-problems.ts';
import { toolManifestSchema, type ToolManifest } from './tool-manifest.ts';

/**
 * @param file name for messages.
 * @throws FileErrors with every problem: YAML, unknown keys, values, templates that name nothing.
 */
export function parseToolFile(text: string, file: string): ToolManifest {
  const yaml = readYaml(text, file);
  const parsed = toolManifestSchema.safeParse(yaml.value);
  if (parsed.success) return parsed.data;
  throw new FileErrors(schemaProblems(parsed.error, yaml, [], yaml.value));
}
