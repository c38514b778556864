/**
 * What a run looks like: the graph of its stages, and the heat map of one of them.
 */
import { readMap } from '@gantry/engine';
import { drawGraph, mapQuerySchema, runGraphSchema, userApiPath, type RunGraph } from '@gantry/model';
import { media } from './answers.ts';
import type { ServerContext } from './context.ts';
import { readPlace } from './read-place.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function mapRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/graph`,
      who: 'owner',
      operation: 'readGraph',
      summary: 'Draws the stages of a run',
      schemas: { params: idParams, answer: runGraphSchema },
      async handle({ params }): Promise<RunGraph> {
        const { sources, stages } = await engine.plan(params.id);
        return drawGraph({ sources, stages: stages.map(({ compiled }) => compiled) });
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/map`,
      who: 'owner',
      operation: 'readMap',
      summary: 'Hands over the places of a stage in one plane, as binary columns',
      schemas: { params: idParams, query: mapQuerySchema, answer: media('application/octet-stream') },
      async handle({ params, query, reply }): Promise<unknown> {
        const { stage, x, y, since } = query;
        const bytes = await readMap(engine, params.id, {
          ...{ stage, x, y, since },
          at: readPlace(query.at),
          durations: query.durations === 'true',
        });
        return reply.type('application/octet-stream').header('cache-control', 'no-store').send(bytes);
      },
    }),
  ];
}
