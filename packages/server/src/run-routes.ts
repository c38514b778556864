/**
 * Runs: starting, watching, resuming and cancelling them, and what they made.
 */
import {
  archiveRun,
  cancelRun,
  listOutputs,
  listRuns,
  listTasks,
  pauseRun,
  pauseStage,
  readTools,
  resubmitTasks,
  resumeRun,
  setPriority,
  startRun,
  unarchiveRun,
} from '@gantry/engine';
import {
  createdAnswerSchema,
  newRunBodySchema,
  priorityBodySchema,
  resubmitBodySchema,
  resubmittedSchema,
  resumeBodySchema,
  resumedAnswerSchema,
  runDetailSchema,
  runOutputSchema,
  runSummarySchema,
  taskQuerySchema,
  taskSummarySchema,
  userApiPath,
  type Resubmitted,
  type RunDetail,
  type RunOutput,
  type RunSummary,
  type TaskSummary,
} from '@gantry/model';
import { nothing } from './answers.ts';
import type { ServerContext } from './context.ts';
import { describeRunNow } from './describe-run-now.ts';
import { idParams, stageParams } from './path-params.ts';
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
      path: `${userApiPath}/runs/:id/resubmit`,
      who: 'owner',
      operation: 'resubmitTasks',
      summary:
        'Does tasks of a run again, whatever came of them: by their ids, or all of stages, states and places; what is below is done again where bytes change, or in any case',
      schemas: { params: idParams, body: resubmitBodySchema, answer: resubmittedSchema },
      async handle({ params, body }): Promise<Resubmitted> {
        const answer = await resubmitTasks(engine, params.id, body);
        if (!body.dryRun) await context.intakes.review();
        return answer;
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
      method: 'POST',
      path: `${userApiPath}/runs/:id/pause`,
      who: 'owner',
      operation: 'pauseRun',
      summary:
        'Pauses a run: what runs goes on, nothing more is started; `resume` with `"again": "none"` has it go on',
      schemas: { params: idParams, answer: nothing },
      handle: ({ params }): Promise<void> => pauseRun(engine, params.id),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/runs/:id/archive`,
      who: 'owner',
      operation: 'archiveRun',
      summary:
        'Puts an ended run away: it and its failures are not shown among the others; what it made stays',
      schemas: { params: idParams, answer: nothing },
      handle: ({ params }): Promise<void> => archiveRun(engine, params.id),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/runs/:id/unarchive`,
      who: 'owner',
      operation: 'unarchiveRun',
      summary: 'Takes a run out of the archive',
      schemas: { params: idParams, answer: nothing },
      handle: ({ params }): Promise<void> => unarchiveRun(engine, params.id),
    }),
    route({
      method: 'PUT',
      path: `${userApiPath}/runs/:id/priority`,
      who: 'owner',
      operation: 'setPriority',
      summary: 'Sets a run’s priority: those of a higher one are served first',
      schemas: { params: idParams, body: priorityBodySchema, answer: nothing },
      handle: ({ params, body }): Promise<void> => setPriority(engine, params.id, body.priority),
    }),
    ...([true, false] as const).map((paused) =>
      route({
        method: 'POST',
        path: `${userApiPath}/runs/:id/stages/:stage/${paused ? 'pause' : 'resume'}`,
        who: 'owner',
        operation: paused ? 'pauseStage' : 'resumeStage',
        summary: paused
          ? 'Pauses a stage of a run: its tasks become ready and are not started'
          : 'Has a paused stage go on',
        schemas: { params: stageParams, answer: nothing },
        handle: ({ params }): Promise<void> => pauseStage(engine, params.id, params.stage, paused),
      }),
    ),
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
