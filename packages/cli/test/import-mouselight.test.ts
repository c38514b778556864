import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileErrors, parseToolFile, type ToolManifest } from '@gantry/model';
import { parseDefinitions } from '../src/import-mouselight/definitions.ts';
import { translateStages } from '../src/import-mouselight/translate-stages.ts';
import { gantry, makeFolder } from './gantry-process.ts';

const task = { id: 't', name: 'Point Match', script: 'match.sh', interpreter: 'sh' };
const stage = { id: 's', name: 'Point Match', functionType: 'z-adjacent', taskId: 't' };

function translate(changes: object, stages: object[] = [stage]) {
  const definitions = { taskDefinitions: [{ ...task, ...changes }], pipelineStages: stages };
  const parsed = parseDefinitions(JSON.stringify(definitions), 'definitions.json');
  return translateStages(parsed, 'definitions.json', () => '/scripts/match.sh');
}

/** The tool as Gantry reads it, which checks every template. */
function onlyTool(translated: ReturnType<typeof translate>): ToolManifest {
  const [only, ...others] = translated.tools;
  if (only === undefined || others.length > 0) throw new Error('it is not one tool');
  return parseToolFile(JSON.stringify(only.tool), 'tool.yaml');
}

function problemsOf(definitions: object): [field: string, code: string][] {
  try {
    const parsed = parseDefinitions(JSON.stringify(definitions), 'definitions.json');
    translateStages(parsed, 'definitions.json', () => 'x');
  } catch (error) {
    if (error instanceof FileErrors) return error.problems.map(({ field, code }) => [field, code]);
    throw error;
  }
  return [];
}

describe('a task definition of MouseLight', () => {
  it('hands over every parameter by its name in any case, with those of the project before', () => {
    const names = [
      ...['PROJECT_NAME', 'project_root', 'log_file', 'X', 'y', 'z', 'step_x', 'step_y', 'Step_Z'],
      ...[
        'expected_exit_code',
        'is_cluster_job',
        'task_id',
        'adjacent_tile_relative_path',
        'adjacent_tile_name',
      ],
      'mySetting',
    ];
    const tool = onlyTool(
      translate({
        scriptArgs: names.map((parameter) => ({ parameter })),
        expectedExitCode: 3,
        localWorkUnits: 2,
        logPrefix: 'pm',
      }),
    );
    expect(tool.command).toEqual([
      'sh',
      '/scripts/match.sh',
      '${inputs.tile.0.root}',
      '${outputs.result.root}',
      '${inputs.tile.0.relative}',
      '${inputs.tile.0.name}',
      '${project.project_name|project.name}',
      '${project.project_root|project.root}',
      '${project.log_file|outputs.log.path}',
      '${project.x|at.x}',
      '${project.y|at.y}',
      '${project.z|at.z}',
      '${project.step_x|inputs.acquired.0.meta.step_x}',
      '${project.step_y|inputs.acquired.0.meta.step_y}',
      '${project.step_z|inputs.acquired.0.meta.step_z}',
      '${project.expected_exit_code|params.expected_exit_code}',
      '${project.is_cluster_job|task.cluster}',
      '${project.task_id|task.id}',
      '${project.adjacent_tile_relative_path|inputs.tile.1.relative}',
      '${project.adjacent_tile_name|inputs.tile.1.name}',
      '${project.mysetting}',
    ]);
    expect(tool.success.exitCodes).toEqual([3]);
    expect(tool.resources.cpu).toBe(2);
    expect(tool.outputs['log']?.path).toBe('${inputs.tile.0.relative}/pm-${inputs.tile.0.name}.log');
    expect(tool.inputs['tile']).toMatchObject({ many: true, layout: 'tree' });
  });

  it('keeps literal arguments as they are, with spaces and what looks like a template', () => {
    const { command } = onlyTool(
      translate({ scriptArgs: { arguments: [{ value: 'two words', type: 0 }, '${HOME}', ''] } }),
    );
    expect(command.slice(-3)).toEqual(['two words', '$${HOME}', '']);
  });

  it('becomes a tool per kind of stage that uses it, and says what a stage without neighbours cannot give', () => {
    const { tools, pipeline, warnings } = translate({ scriptArgs: [{ parameter: 'adjacent_tile_name' }] }, [
      { ...stage, id: 'a', name: 'One', functionType: 2 },
      { ...stage, id: 'b', name: 'Two', functionType: 4, previousStageId: 'a' },
      { ...stage, id: 'c', name: 'Two', functionType: 3, previousStageId: 'a' },
    ]);
    expect(tools.map(({ tool }) => tool.name)).toEqual(['point-match', 'point-match-2']);
    expect(warnings).toHaveLength(1);
    expect(pipeline.stages).toMatchObject({
      one: { tool: 'point-match@1', over: 'each', inputs: { tile: 'tiles' } },
      two: { tool: 'point-match-2@1', over: { neighbors: { y: [0, 1] }, edges: 'drop' } },
      'two-2': { over: { neighbors: { x: [0, 1] } }, inputs: { tile: 'one.result' } },
    });
  });

  it('names each field that is not as it has to be', () => {
    expect(problemsOf({ taskDefinitions: [{ ...task, script: 3 }], pipelineStages: [stage] })).toEqual([
      ['taskDefinitions.0.script', 'bad-value'],
    ]);
    expect(problemsOf({ taskDefinitions: [task] })).toEqual([['pipelineStages', 'bad-value']]);
    const stages = (...pipelineStages: object[]) => problemsOf({ taskDefinitions: [task], pipelineStages });
    expect(stages()).toEqual([['pipelineStages', 'no-stages']]);
    expect(stages({ ...stage, functionType: 1 })).toEqual([['pipelineStages.0.functionType', 'bad-value']]);
    expect(stages({ ...stage, taskId: 'other', previousStageId: 'none' })).toEqual([
      ['pipelineStages.0.taskId', 'unknown-task'],
      ['pipelineStages.0.previousStageId', 'unknown-stage'],
    ]);
    expect(stages({ ...stage, id: 1, previousStageId: 2 }, { ...stage, id: 2, previousStageId: 1 })).toEqual([
      ['pipelineStages', 'stages-in-circle'],
    ]);
  });
});

describe('gantry import mouselight', () => {
  it('copies scripts as they are, and replaces nothing', async () => {
    const folder = await makeFolder();
    await mkdir(join(folder, 'scripts'));
    const script = '#!/bin/sh\nexit 0\n';
    await writeFile(join(folder, 'scripts', 'match.sh'), script);
    await chmod(join(folder, 'scripts', 'match.sh'), 0o755);
    await writeFile(
      join(folder, 'definitions.json'),
      JSON.stringify({
        data: {
          task_repositories: [{ id: 9, location: 'scripts' }],
          task_definitions: [{ ...task, interpreter: null, task_repository_id: 9 }],
          pipeline_stages: [{ ...stage, functionType: undefined, function_type: 2, task_id: 't' }],
        },
      }),
    );
    const words = ['import', 'mouselight', 'definitions.json', '--out', 'imported', '--json'];
    const { code, stdout } = await gantry(words, { folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stages: ['point-match'], warnings: [] });
    const home = join(folder, 'imported', 'tools', 'point-match');
    expect(await readFile(join(home, 'match.sh'), 'utf8')).toBe(script);
    const tool = parseToolFile(await readFile(join(home, 'tool.yaml'), 'utf8'), 'tool.yaml');
    expect(tool.command[0]).toBe('${tool.folder}/match.sh');

    const again = await gantry(words, { folder });
    expect(again.code).toBe(2);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'file-exists' } });
  });

  it('says which script is not there before it writes anything', async () => {
    const folder = await makeFolder();
    await writeFile(
      join(folder, 'definitions.json'),
      JSON.stringify({ taskDefinitions: [task], pipelineStages: [stage] }),
    );
    const { code, stderr } = await gantry(['import', 'mouselight', 'definitions.json', '--out', 'imported'], {
      folder,
    });
    expect(code).toBe(2);
    expect(stderr).toContain(join(folder, 'match.sh'));
  });
});
