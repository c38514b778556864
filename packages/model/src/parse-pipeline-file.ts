/**
 * From the text of a pipeline file to its sources and stages, each checked by itself, so that a fault in one hides
 * no fault in another. What needs the tools is left to `compile-pipeline.ts`.
 */
import type { z } from 'zod';
import { nameSchema } from './closed-object.ts';
import { FileErrors, type FileProblem } from './file-problem.ts';
import {
  pipelineHeadSchema,
  sourceFileSchema,
  stageFileSchema,
  type SourceFile,
  type StageFile,
} from './pipeline-file.ts';
import { problemAt, readYaml, type KeyPath, type YamlFile } from './read-yaml.ts';
import { schemaProblems } from './schema-problems.ts';

/** A pipeline file whose parts may be broken: what is wrong is in `problems`, and `compilePipeline` throws it. */
export interface ParsedPipeline {
  readonly yaml: YamlFile;
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string;
  /** In the order of the file; undefined for one that is broken. */
  readonly sources: ReadonlyMap<string, SourceFile | undefined>;
  readonly stages: ReadonlyMap<string, StageFile | undefined>;
  readonly problems: readonly FileProblem[];
}

/**
 * @param file name for messages.
 * @throws FileErrors where the text is not YAML, or not a mapping with `stages`. All other problems are collected.
 */
export function parsePipelineFile(text: string, file: string): ParsedPipeline {
  const yaml = readYaml(text, file);
  const problems: FileProblem[] = [];
  const head = pipelineHeadSchema.safeParse(yaml.value);
  if (!head.success) problems.push(...schemaProblems(head.error, yaml, [], yaml.value));
  const value = recordOf(yaml.value);
  const stageValues = recordOf(value?.['stages']);
  if (value === undefined || stageValues === undefined) throw new FileErrors(problems);

  const single = value['source'] !== undefined;
  if (single && value['sources'] !== undefined)
    problems.push(
      problemAt(
        yaml,
        ['source'],
        'source-and-sources',
        'there are both `source` and `sources`',
        'Move the one of `source` into `sources`, under the name `source`.',
      ),
    );
  const several = recordOf(value['sources']) ?? {};
  const sourceValues = single ? { source: value['source'], ...several } : several;
  const sourcePath = (name: string): KeyPath =>
    Object.hasOwn(several, name) ? ['sources', name] : ['source'];
  const sources = parseParts(sourceValues, sourceFileSchema, yaml, sourcePath, problems);
  const stages = parseParts(stageValues, stageFileSchema, yaml, (name) => ['stages', name], problems);

  if (sources.size === 0 && !problems.some((problem) => problem.field.startsWith('source')))
    problems.push(
      problemAt(
        yaml,
        [],
        'pipeline-without-source',
        'the pipeline has no source',
        'Add `sources: { tiles: { type: image, axes: [row, col] } }`.',
      ),
    );
  if (stages.size === 0)
    problems.push(
      problemAt(
        yaml,
        ['stages'],
        'pipeline-without-stages',
        'the pipeline has no stage',
        'Add a stage, such as `fix: { tool: line-fix@1, over: each, inputs: { tile: tiles } }`.',
      ),
    );
  for (const name of stages.keys()) {
    if (sources.has(name))
      problems.push(
        problemAt(
          yaml,
          ['stages', name],
          'same-name',
          `\`${name}\` is a source and a stage`,
          'Rename one of them.',
        ),
      );
  }
  return {
    yaml,
    name: textOf(value['name']) ?? '',
    title: textOf(value['title']),
    description: textOf(value['description']) ?? '',
    sources,
    stages,
    problems,
  };
}

function parseParts<Part>(
  values: Readonly<Record<string, unknown>>,
  schema: z.ZodType<Part>,
  yaml: YamlFile,
  pathOf: (name: string) => KeyPath,
  problems: FileProblem[],
): Map<string, Part | undefined> {
  const parts = new Map<string, Part | undefined>();
  for (const [name, value] of Object.entries(values)) {
    const path = pathOf(name);
    const named = nameSchema.safeParse(name);
    if (!named.success) {
      const rule = named.error.issues[0]?.message ?? 'is not allowed';
      problems.push(problemAt(yaml, path, 'bad-name', `the name \`${name}\` cannot be used`, `It ${rule}.`));
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) problems.push(...schemaProblems(parsed.error, yaml, path, value));
    parts.set(name, parsed.success ? parsed.data : undefined);
  }
  return parts;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
