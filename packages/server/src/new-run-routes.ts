/**
 * What is asked before a run is started: pipelines and tools that there are, a pipeline's faults, what a run would come
 * to; and what an earlier one was started with.
 */
import {
  checkPipeline,
  checkRun,
  listPipelines,
  readChoices,
  readTools,
  summarizeTool,
} from '@gantry/engine';
import {
  checkedPipelineSchema,
  checkPipelineBodySchema,
  newRunBodySchema,
  pipelineChoiceSchema,
  plannedRunSchema,
  runChoicesSchema,
  toolSummarySchema,
  userApiPath,
  type CheckedPipeline,
  type PipelineChoice,
  type PlannedRun,
  type RunChoices,
  type ToolSummary,
} from '@gantry/model';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function newRunRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/pipelines`,
      who: 'owner',
      operation: 'listPipelines',
      summary: 'Lists pipelines that a run can be started with: examples, and those of earlier runs',
      schemas: { answer: pipelineChoiceSchema.array() },
      handle: (): Promise<PipelineChoice[]> =>
        listPipelines(engine, {
          project: context.project,
          exampleFolder: context.exampleFolder,
          log: context.log,
        }),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/pipelines/check`,
      who: 'owner',
      operation: 'checkPipeline',
      summary: 'Tells all that is wrong with the text of a pipeline, or its graph and parameters',
      schemas: { body: checkPipelineBodySchema, answer: checkedPipelineSchema },
      async handle({ body }): Promise<CheckedPipeline> {
        const tools = await readTools([...context.toolFolders, ...body.tools]);
        return checkPipeline(
          body.text,
          body.file,
          tools.map(({ manifest }) => manifest),
        );
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/tools`,
      who: 'owner',
      operation: 'listTools',
      summary: 'Lists the tools that pipelines can use',
      schemas: { answer: toolSummarySchema.array() },
      async handle(): Promise<ToolSummary[]> {
        const tools = await readTools(context.toolFolders);
        return tools.map(summarizeTool);
      },
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/runs/plan`,
      who: 'owner',
      operation: 'planRun',
      summary: 'Tells what is wrong with a run before it is started, and what it would come to',
      schemas: { body: newRunBodySchema, answer: plannedRunSchema },
      async handle({ body }): Promise<PlannedRun> {
        const tools = await readTools([...context.toolFolders, ...body.tools]);
        const checks = { engine, listings: context.listings, dataDirectory: context.data.path };
        const { plan } = await checkRun(checks, body, tools, 'plan');
        return plan;
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/choices`,
      who: 'owner',
      operation: 'readChoices',
      summary: 'Tells what a run was started with, as the body that starts another one',
      schemas: { params: idParams, answer: runChoicesSchema },
      handle: ({ params }): Promise<RunChoices> => readChoices(engine, params.id),
    }),
  ];
}
