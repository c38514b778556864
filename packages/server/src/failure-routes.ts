/**
 * What has failed, across runs: counted, listed, and tried again.
 */
import { groupFailures, listFailedTasks, retryFailures, summarizeFailures } from '@gantry/engine';
import {
  failedTasksQuerySchema,
  failedTasksSchema,
  failureGroupsQuerySchema,
  failureGroupsSchema,
  failureSummarySchema,
  retryAnswerSchema,
  retryBodySchema,
  userApiPath,
  type FailedTasks,
  type FailureGroups,
  type FailureSummary,
  type RetryAnswer,
} from '@gantry/model';
import type { ServerContext } from './context.ts';
import { route, type Route } from './routes.ts';

export function failureRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/failures`,
      who: 'owner',
      operation: 'groupFailures',
      summary: 'Counts what has failed by cause, stage, agent or host, newest first',
      schemas: { query: failureGroupsQuerySchema, answer: failureGroupsSchema },
      handle: ({ query }): Promise<FailureGroups> => groupFailures(engine, context.project, query),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/failures/summary`,
      who: 'owner',
      operation: 'summarizeFailures',
      summary: 'Tells how much has failed, and where',
      schemas: { answer: failureSummarySchema },
      handle: (): Promise<FailureSummary> => summarizeFailures(engine, context.project),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/failures/tasks`,
      who: 'owner',
      operation: 'listFailedTasks',
      summary: 'Lists failed tasks, newest first',
      schemas: { query: failedTasksQuerySchema, answer: failedTasksSchema },
      handle: ({ query }): Promise<FailedTasks> => listFailedTasks(engine, context.project, query),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/failures/retry`,
      who: 'owner',
      operation: 'retryFailures',
      summary: 'Tries failed tasks again, of however many runs; ended runs go on',
      schemas: { body: retryBodySchema, answer: retryAnswerSchema },
      handle: ({ body }): Promise<RetryAnswer> => retryFailures(engine, context.project, body),
    }),
  ];
}
