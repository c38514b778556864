/**
 * Stages as a pipeline: each is a tool over the tiles of the stage before it, or of the acquisition. A task that stages
 * of several kinds use becomes a tool for each kind.
 */
import { FileErrors, type FileProblem, type PipelineFile, type ToolFile } from '@gantry/model';
import { problem, type Definitions, type StageDefinition, type TaskDefinition } from './definitions.ts';
import { acquiredInput, resultOutput, tileInput, translateTask } from './translate-task.ts';

/** The source of every imported pipeline. */
const source = 'tiles';

export interface TranslatedTool {
  readonly tool: ToolFile;
  readonly task: TaskDefinition;
}

export interface TranslatedPipeline {
  readonly pipeline: PipelineFile;
  readonly tools: readonly TranslatedTool[];
  readonly warnings: readonly string[];
}

/**
 * @param file for messages
 * @param scriptOf the script as a tool's command names it
 * @throws FileErrors `unknown-task`, `unknown-stage`, `stages-in-circle`, `no-stages`
 */
export function translateStages(
  definitions: Definitions,
  file: string,
  scriptOf: (task: TaskDefinition) => string,
): TranslatedPipeline {
  const { pipelineStages, taskDefinitions, project } = definitions;
  checkStages(definitions, file);
  const tools = new Map<string, TranslatedTool & { readsAcquired: boolean }>();
  const toolNames = new Names();
  const stageNames = new Names();
  const stageOf = new Map<string, string>();
  const warnings: string[] = [];
  const stages: Record<string, PipelineFile['stages'][string]> = {};
  for (const stage of inOrder(pipelineStages, file)) {
    const task = taskDefinitions.find(({ id }) => id === stage.taskId);
    if (task === undefined) throw new Error(`the stage ${stage.name} was checked, and has no task`);
    const { functionType } = stage;
    const key = `${task.id} ${functionType === 'map' ? 'map' : 'neighbours'}`;
    let known = tools.get(key);
    if (known === undefined) {
      const translated = translateTask(task, functionType, toolNames.take(task.name), scriptOf(task));
      known = { ...translated, task };
      tools.set(key, known);
      warnings.push(...translated.warnings);
    }
    const name = stageNames.take(stage.name);
    stageOf.set(stage.id, name);
    const before = stage.previousStageId === null || stage.previousStageId === undefined;
    const from = before ? source : `${stageOf.get(stage.previousStageId ?? '') ?? ''}.${resultOutput}`;
    stages[name] = {
      tool: `${known.tool.name}@1`,
      title: stage.name,
      ...(stage.description ? { description: stage.description } : {}),
      over:
        functionType === 'map'
          ? 'each'
          : { neighbors: { [functionType.slice(0, 1)]: [0, 1] }, edges: 'drop' },
      inputs: { [tileInput]: from, ...(known.readsAcquired ? { [acquiredInput]: source } : {}) },
    };
  }
  const pipeline: PipelineFile = {
    gantry: 'pipeline/v1',
    name: slug(project?.name ?? '') || 'mouselight',
    ...(project?.name ? { title: project.name } : {}),
    ...(project?.description ? { description: project.description } : {}),
    sources: { [source]: { type: 'file', axes: ['x', 'y', 'z'], title: 'Tiles' } },
    stages,
  };
  return { pipeline, tools: [...tools.values()], warnings };
}

function checkStages({ pipelineStages, taskDefinitions }: Definitions, file: string): void {
  const problems: FileProblem[] = [];
  if (pipelineStages.length === 0)
    problems.push(
      problem(
        file,
        'pipelineStages',
        'no-stages',
        'there are no stages',
        'Ask the API for the stages of the project, too.',
      ),
    );
  const ids = new Set(pipelineStages.map(({ id }) => id));
  for (const [index, stage] of pipelineStages.entries()) {
    if (!taskDefinitions.some(({ id }) => id === stage.taskId))
      problems.push(
        problem(
          file,
          `pipelineStages.${index}.taskId`,
          'unknown-task',
          `the stage ${stage.name} is of the task ${stage.taskId}, which is not there`,
          'Ask the API for all task definitions.',
        ),
      );
    const previous = stage.previousStageId;
    if (previous !== null && previous !== undefined && !ids.has(previous))
      problems.push(
        problem(
          file,
          `pipelineStages.${index}.previousStageId`,
          'unknown-stage',
          `the stage ${stage.name} follows the stage ${previous}, which is not there`,
          'Ask the API for all stages of the project.',
        ),
      );
  }
  if (problems.length > 0) throw new FileErrors(problems);
}

/** Each behind the one that it follows. @throws FileErrors `stages-in-circle` */
function inOrder(stages: readonly StageDefinition[], file: string): StageDefinition[] {
  const ordered: StageDefinition[] = [];
  const placed = new Set<string>();
  let left = [...stages];
  while (left.length > 0) {
    const next = left.filter(
      ({ previousStageId }) =>
        previousStageId === null || previousStageId === undefined || placed.has(previousStageId),
    );
    if (next.length === 0)
      throw new FileErrors([
        problem(
          file,
          'pipelineStages',
          'stages-in-circle',
          `the stages ${left.map(({ name }) => name).join(', ')} follow each other in a circle`,
          'Correct `previousStageId` of one of them.',
        ),
      ]);
    for (const stage of next) placed.add(stage.id);
    ordered.push(...next);
    left = left.filter(({ id }) => !placed.has(id));
  }
  return ordered;
}

/** Names that are taken once: `line-fix`, `line-fix-2`, … */
class Names {
  readonly #taken = new Set<string>();

  take(text: string): string {
    const base = slug(text) || 'unnamed';
    let name = base;
    for (let number = 2; this.#taken.has(name); number++) name = `${base}-${number}`;
    this.#taken.add(name);
    return name;
  }
}

function slug(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const name = words.join('-').slice(0, 90).replace(/-+$/, '');
  return /^[a-z]/.test(name) || name === '' ? name : `t-${name}`;
}
