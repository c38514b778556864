/**
 * Adds stages to the text of a pipeline and removes some, leaving the rest of it, with its comments, as a person wrote
 * it. What reads a stage that is removed reads what that had read, where the types allow. Whether the whole is in order is
 * left to `compile-pipeline.ts`.
 */
import { isMap, parseDocument } from 'yaml';
import { FileErrors, type FileProblem } from './file-problem.ts';
import { suggestName } from './near-names.ts';
import type { CompiledStage } from './pipeline-graph.ts';
import { problemAt, readYaml } from './read-yaml.ts';

export interface TextEdit {
  /** By name, as a pipeline file has them. */
  readonly add?: Readonly<Record<string, unknown>> | undefined;
  readonly remove?: readonly string[] | undefined;
}

/**
 * @param stages those of the text, compiled, for the types of what they read and make
 * @throws FileErrors `unknown-stage`, `stage-exists`; `child-cannot-move` where nothing that a removed stage had read is
 *   of the type that a child of it takes
 */
export function editPipelineText(
  text: string,
  file: string,
  stages: readonly CompiledStage[],
  { add = {}, remove = [] }: TextEdit,
): string {
  if (remove.length === 0 && Object.keys(add).length === 0) return text;
  const yaml = readYaml(text, file);
  const problems: FileProblem[] = [];
  const document = parseDocument(text, { version: '1.2' });
  const written = document.get('stages');
  const names = (): string[] => (isMap(written) ? written.items.map(({ key }) => String(key)) : []);
  const gone = new Set(remove);
  // Those that stay go first to where the removed ones read, one after the other: a parent may be removed itself.
  const inputs = new Map(stages.map((stage) => [stage.name, inputTexts(stage)]));
  for (const name of remove) {
    const stage = stages.find((one) => one.name === name);
    if (!names().includes(name) || stage === undefined) {
      problems.push(
        problemAt(
          yaml,
          ['stages'],
          'unknown-stage',
          `there is no stage \`${name}\``,
          suggestName(name, names()),
        ),
      );
      continue;
    }
    for (const child of stages) {
      if (child.name === name) continue;
      const reads = inputs.get(child.name) ?? new Map<string, string>();
      for (const [input, read] of reads) {
        if (!read.startsWith(`${name}.`)) continue;
        const wanted = child.tool.inputs[input]?.type ?? 'file';
        const parent = stage.inputs.find(({ type }) => wanted === 'file' || type === wanted);
        const moved = parent === undefined ? undefined : inputs.get(name)?.get(parent.name);
        if (moved !== undefined) {
          reads.set(input, moved);
          if (!gone.has(child.name)) document.setIn(['stages', child.name, 'inputs', input], moved);
        } else if (!gone.has(child.name)) {
          problems.push(
            problemAt(
              yaml,
              ['stages', child.name, 'inputs', input],
              'child-cannot-move',
              `\`${child.name}\` reads \`${read}\`, and \`${name}\`, which is removed, reads nothing of the type ${wanted}`,
              `Remove \`${child.name}\`, too, or let its \`${input}\` read something else.`,
            ),
          );
        }
      }
    }
    document.deleteIn(['stages', name]);
  }
  for (const [name, stage] of Object.entries(add)) {
    if (names().includes(name)) {
      problems.push(
        problemAt(
          yaml,
          ['stages', name],
          'stage-exists',
          `there is a stage \`${name}\` already`,
          'Give the new one another name.',
        ),
      );
      continue;
    }
    document.setIn(['stages', name], document.createNode(stage));
  }
  if (problems.length > 0) throw new FileErrors(problems);
  return document.toString({ lineWidth: 0 });
}

function inputTexts(stage: CompiledStage): Map<string, string> {
  return new Map(
    stage.inputs.map(({ name, origin }) => [
      name,
      origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`,
    ]),
  );
}
