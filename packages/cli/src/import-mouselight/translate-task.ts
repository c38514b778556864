/**
 * A task definition as a tool that runs its script as it is: `$1` the folder that the tile lies in, with its neighbour;
 * `$2` the folder that results go to; `$3` the tile's path below both; `$4` its name; then the arguments. An item of
 * such a stage is the tile's folder, with whatever the script writes there. Writing files is left to
 * `import-definitions.ts`.
 */
import { escapeTemplate, type ToolFile } from '@gantry/model';
import type { FunctionType, ScriptArgument, TaskDefinition } from './definitions.ts';

/** Names of inputs and outputs of every imported tool. */
export const tileInput = 'tile';
export const acquiredInput = 'acquired';
export const resultOutput = 'result';
const logOutput = 'log';

export interface TranslatedTask {
  readonly tool: ToolFile;
  /** Whether the tool reads the acquisition's own tile, too, for its step. */
  readonly readsAcquired: boolean;
  readonly warnings: readonly string[];
}

/** No script was ever ended for taking long. */
const time = '7d';

/** @param script the script's path as the command names it, a template */
export function translateTask(
  task: TaskDefinition,
  functionType: FunctionType,
  name: string,
  script: string,
): TranslatedTask {
  const many = functionType !== 'map';
  const tile = many ? `inputs.${tileInput}.0` : `inputs.${tileInput}`;
  const names = builtIns(many);
  const warnings: string[] = [];
  const used = new Set<string>();
  const args = task.scriptArgs.map((argument) => {
    const { template, note } = translateArgument(argument, names);
    if (argument.kind === 'parameter') used.add(argument.value.toLowerCase());
    if (note !== undefined) warnings.push(`The task ${task.name}: ${note}`);
    return template;
  });
  if (hasContent(task.clusterArgs))
    warnings.push(
      `The task ${task.name} has arguments for a cluster, which are left out: ${JSON.stringify(task.clusterArgs)}`,
    );
  const readsAcquired = ['step_x', 'step_y', 'step_z'].some((step) => used.has(step));
  const interpreter = (task.interpreter ?? '').split(/\s+/).filter((word) => word !== '');
  const units = [task.localWorkUnits, task.clusterWorkUnits].find((each) => (each ?? 0) > 0) ?? 1;
  const item = { type: 'file' as const, ...(many ? { many: true } : {}) };
  return {
    readsAcquired,
    warnings,
    tool: {
      gantry: 'tool/v1',
      name,
      version: '1.0.0',
      title: task.name,
      ...(task.description ? { description: task.description } : {}),
      command: [
        ...interpreter.map(escapeTemplate),
        script,
        `\${${tile}.root}`,
        `\${outputs.${resultOutput}.root}`,
        `\${${tile}.relative}`,
        `\${${tile}.name}`,
        ...args,
      ],
      inputs: {
        [tileInput]: { ...item, layout: 'tree' },
        ...(readsAcquired ? { [acquiredInput]: item } : {}),
      },
      ...(used.has('expected_exit_code')
        ? {
            params: { expected_exit_code: { type: 'integer' as const, default: task.expectedExitCode ?? 0 } },
          }
        : {}),
      outputs: {
        [resultOutput]: { type: 'file', path: `\${${tile}.relative}`, folder: true },
        ...(used.has('log_file')
          ? {
              [logOutput]: {
                type: 'file' as const,
                path: `\${${tile}.relative}/${escapeTemplate(fileName(task.logPrefix))}\${${tile}.name}.log`,
                min: 0,
              },
            }
          : {}),
      },
      resources: { cpu: units, time },
      success: { exitCodes: [task.expectedExitCode ?? 0] },
    },
  };
}

/** The parameters that every script may name, in lower case, and the references that stand for them. */
function builtIns(many: boolean): ReadonlyMap<string, string | undefined> {
  const acquired = many ? `inputs.${acquiredInput}.0` : `inputs.${acquiredInput}`;
  return new Map([
    ['project_name', 'project.name'],
    ['project_root', 'project.root'],
    ['log_file', `outputs.${logOutput}.path`],
    ['x', 'at.x'],
    ['y', 'at.y'],
    ['z', 'at.z'],
    ['step_x', `${acquired}.meta.step_x`],
    ['step_y', `${acquired}.meta.step_y`],
    ['step_z', `${acquired}.meta.step_z`],
    ['expected_exit_code', 'params.expected_exit_code'],
    ['is_cluster_job', 'task.cluster'],
    ['task_id', 'task.id'],
    ['adjacent_tile_relative_path', many ? `inputs.${tileInput}.1.relative` : undefined],
    ['adjacent_tile_name', many ? `inputs.${tileInput}.1.name` : undefined],
  ]);
}

/** A parameter that the project's people have set goes over the one that every script has. */
function translateArgument(
  { kind, value }: ScriptArgument,
  names: ReadonlyMap<string, string | undefined>,
): { template: string; note?: string } {
  if (kind === 'literal') return { template: escapeTemplate(value) };
  const name = value.trim().toLowerCase();
  if (!/^[a-z0-9_-]+$/.test(name))
    return {
      template: escapeTemplate(value),
      note: `\`${value}\` cannot be the name of a parameter; it is handed over as a text.`,
    };
  if (!names.has(name)) return { template: `\${project.${name}}` };
  const builtIn = names.get(name);
  return builtIn === undefined
    ? { template: '', note: `\`${value}\` is for stages with neighbours; an empty text stands for it.` }
    : { template: `\${project.${name}|${builtIn}}` };
}

function hasContent(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    !['""', '[]', '{}', '{"arguments":[]}'].includes(JSON.stringify(value))
  );
}

/** What of a log's prefix can be part of a file's name. */
function fileName(prefix: string | null | undefined): string {
  const name = (prefix ?? '').replace(/[^\w.-]+/g, '-');
  return name === '' ? '' : `${name}-`;
}
