/** `gantry import mouselight`: task definitions and stages of MouseLight as tools and a pipeline. */
import { constants } from 'node:fs';
import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { escapeTemplate, FileErrors, GantryError, quoteWord } from '@gantry/model';
import { notReadable } from '@gantry/storage';
import { stringify } from 'yaml';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../numbers.ts';
import { readPipeline } from '../pipeline-file.ts';
import { paint } from '../terminal.ts';
import { parseDefinitions, problem, type Definitions, type TaskDefinition } from './definitions.ts';
import { translateStages } from './translate-stages.ts';

export interface ImportOptions {
  /** Where the files are written. */
  readonly out: string;
  /** Scripts are called where they are, and not copied. */
  readonly inPlace: boolean;
}

/** @throws FileErrors, GantryError `input-not-readable`, `file-exists`; scripts that are not there are named first */
export async function importDefinitions(
  context: CommandContext,
  file: string,
  options: ImportOptions,
): Promise<number> {
  const { out, err } = context.terminal;
  const path = resolve(context.folder, file);
  const definitions = parseDefinitions(await readText(path), file);
  const scripts = await findScripts(definitions, file, dirname(path));
  const scriptOf = ({ id }: TaskDefinition): string => {
    const script = scripts.get(id) ?? '';
    return options.inPlace ? escapeTemplate(script) : `\${tool.folder}/${escapeTemplate(basename(script))}`;
  };
  const { pipeline, tools, warnings } = translateStages(definitions, file, scriptOf);
  const folder = resolve(context.folder, options.out);
  const pipelineFile = join(folder, 'pipeline.yaml');
  await refuseToReplace([
    pipelineFile,
    ...tools.map(({ tool }) => join(folder, 'tools', tool.name, 'tool.yaml')),
  ]);
  for (const { tool, task } of tools) {
    const home = join(folder, 'tools', tool.name);
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'tool.yaml'), toYaml(tool));
    const script = scripts.get(task.id) ?? '';
    // With its mode: without an interpreter it is started by itself.
    if (!options.inPlace) await copyFile(script, join(home, basename(script)));
  }
  await writeFile(pipelineFile, toYaml(pipeline));
  // What was written is read again, as a run would.
  const { compiled } = await readPipeline(pipelineFile, context.folder, [join(folder, 'tools')]);
  for (const warning of warnings) err.line(`${paint(err, 'yellow', 'warning:')} ${warning}`);
  if (context.json) {
    writeJson(context, {
      pipeline: pipelineFile,
      tools: tools.map(({ tool }) => join(folder, 'tools', tool.name)),
      stages: compiled.stages.map(({ name }) => name),
      warnings,
    });
    return exitCodes.done;
  }
  const shown = (target: string): string => quoteWord(relative(context.folder, target) || '.');
  out.line(
    `${plural(tools.length, 'tool')} and a pipeline of ${plural(compiled.stages.length, 'stage')} are in ${folder}.`,
  );
  out.line(
    `The next step: gantry run ${shown(pipelineFile)} --tools ${shown(join(folder, 'tools'))} --input ACQUISITION`,
  );
  return exitCodes.done;
}

function toYaml(value: object): string {
  return stringify(value, { lineWidth: 110 });
}

/** Each task's script, absolute; a path that is not is below its repository, or below the file's folder. */
async function findScripts(
  { taskDefinitions, taskRepositories, pipelineStages }: Definitions,
  file: string,
  folder: string,
): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  const problems = [];
  for (const [index, task] of taskDefinitions.entries()) {
    if (!pipelineStages.some(({ taskId }) => taskId === task.id)) continue;
    const repository = taskRepositories.find(({ id }) => id === task.taskRepositoryId);
    const script = isAbsolute(task.script)
      ? task.script
      : resolve(folder, repository?.location ?? '', task.script);
    scripts.set(task.id, script);
    try {
      await access(script, constants.R_OK);
    } catch {
      problems.push(
        problem(
          file,
          `taskDefinitions.${index}.script`,
          'script-missing',
          `the task ${task.name} has the script ${script}, which cannot be read`,
          'Import where the scripts are, or correct `location` of the repository.',
        ),
      );
    }
  }
  if (problems.length > 0) throw new FileErrors(problems);
  return scripts;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw notReadable(path, (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}

async function refuseToReplace(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      await access(path);
    } catch {
      continue;
    }
    throw new GantryError('file-exists', `${path} is there already.`, {
      file: path,
      mend: 'Choose another folder with --out, or take it away.',
    });
  }
}
