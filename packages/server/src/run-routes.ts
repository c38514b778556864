/**
 * Runs: starting, watching, resuming and cancelling them, and what they made.
 */
import { cancelRun, listOutputs, listRuns, listTasks, readTools, resumeRun, startRun } from '@gantry/engine';
import {
  createdAnswerSchema,
  newRunBodySchema,
  resumeBodySchema,
  resumedAnswerSchema,
  runDetailSchema,
  runOutputSchema,
  runSummarySchema,
  taskQuerySchema,
  taskSummarySchema,
  userApiPath,
  type RunDetail,
  type RunOutput,
  type RunSummary,
  type TaskSummary,
} from '@gantry/model';
import { nothing } from './answers.ts';
import type { ServerContext } from './context.ts';
import { describeRunNow } from './describe-run-now.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function runRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'POST',
      path: `${userApiPath}/runs`,
      who: 'owner',
      operation: 'createRun',
      summary: 'Starts a run of a pipeline',
      schemas: { body: newRunBodySchema, answer: createdAnswerSchema },
      async handle({ body }): Promise<{ id: number }> {
        const tools = await readTools([...context.toolFolders, ...body.tools]);
        return { id: await startRun({ ...context, dataDirectory: context.data.path }, body, tools) };
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs`,
      who: 'owner',
      operation: 'listRuns',
      summary: 'Lists the runs, newest first',
      schemas: { answer: runSummarySchema.array() },
      handle: (): Promise<RunSummary[]> => listRuns(engine, context.project),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id`,
      who: 'owner',
      operation: 'readRun',
      summary: 'Tells how a run is getting on',
      schemas: { params: idParams, answer: runDetailSchema },
      handle: ({ params }): Promise<RunDetail> => describeRunNow(context, params.id),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/runs/:id/resume`,
      who: 'owner',
      operation: 'resumeRun',
      summary: 'Tries failed and cancelled tasks of a run again',
      schemas: { params: idParams, body: resumeBodySchema, answer: resumedAnswerSchema },
      async handle({ params, body }): Promise<{ again: number }> {
        const again = await resumeRun(engine, params.id, body.again);
        await context.intakes.review();
        return { again };
      },
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/runs/:id/cancel`,
      who: 'owner',
      operation: 'cancelRun',
      summary: 'Cancels a run',
      schemas: { params: idParams, answer: nothing },
      async handle({ params }): Promise<void> {
        await cancelRun(engine, params.id);
        await context.intakes.review();
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/tasks`,
      who: 'owner',
      operation: 'listTasks',
      summary: 'Lists tasks of a run, in the order of stages and places',
      schemas: { params: idParams, query: taskQuerySchema, answer: taskSummarySchema.array() },
      handle: ({ params, query }): Promise<TaskSummary[]> => listTasks(engine, params.id, query),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/outputs`,
      who: 'owner',
      operation: 'listOutputs',
      summary: 'Lists what a run has made',
      schemas: { params: idParams, answer: runOutputSchema.array() },
      handle: ({ params }): Promise<RunOutput[]> => listOutputs(engine, params.id, context.data.store),
    }),
  ];
}
