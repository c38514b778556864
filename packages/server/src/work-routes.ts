/**
 * What a task did: its command and what it made, and the bytes of that.
 */
import { readWork } from '@gantry/engine';
import { formatPlace, GantryError, taskWorkSchema, userApiPath, type TaskWork } from '@gantry/model';
import { resolveInStore } from '@gantry/storage';
import { z } from 'zod';
import { media } from './answers.ts';
import { buildAssignment } from './build-assignment.ts';
import type { ServerContext } from './context.ts';
import { seeAll } from './hosts/storage-view.ts';
import { readPlace } from './read-place.ts';
import { taskParams } from './path-params.ts';
import { route, type Route } from './routes.ts';
import { sendFile } from './send-file.ts';

const workQuery = z.object({ attempt: z.coerce.number().int().positive().optional() });
const fileQuery = z.object({ output: z.string().min(1), place: z.string().default('') });

export function workRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  const { store } = context.data;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/tasks/:id/work`,
      who: 'owner',
      operation: 'readWork',
      summary: 'Tells what a task did: its command, and what it made',
      schemas: { params: taskParams, query: workQuery, answer: taskWorkSchema },
      async handle({ params, query }): Promise<TaskWork> {
        const { stage, claimed, made } = await readWork(engine, params.id, query.attempt);
        const { tool } = stage.compiled;
        return {
          command:
            claimed === undefined
              ? undefined
              : fillCommand(() => buildAssignment(claimed, store, seeAll(store)).command),
          persistent: tool.worker !== undefined || tool.batch !== undefined,
          params: { ...stage.compiled.params },
          outputs: made.map((item) => ({ ...item, path: resolveInStore(store, item.path) })),
        };
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/tasks/:id/file`,
      who: 'owner',
      operation: 'readFile',
      summary: 'Hands over a file that a task made',
      schemas: { params: taskParams, query: fileQuery, answer: media('application/octet-stream') },
      async handle({ params, query, reply }): Promise<unknown> {
        const place = readPlace(query.place);
        const { made } = await readWork(engine, params.id, undefined);
        const item = made.find(
          (one) => one.output === query.output && formatPlace(one.place) === formatPlace(place),
        );
        if (item === undefined)
          throw new GantryError(
            'not-found',
            `The task ${params.id} has made no ${query.output} at ${formatPlace(place)}.`,
          );
        return sendFile(
          reply,
          { path: resolveInStore(store, item.path), name: item.name },
          'Use `gantry run --resume RUN --out DIR` to have it in a folder of yours.',
        );
      },
    }),
  ];
}

/** What it read may be gone by now; then there is no command to show. */
function fillCommand(fill: () => readonly string[]): string[] | undefined {
  try {
    return [...fill()];
  } catch (error) {
    if (error instanceof GantryError) return undefined;
    throw error;
  }
}
