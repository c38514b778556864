/**
 * What a run looks like: the graph of its stages, the heat map of one of them, how its measures are spread, and its timeline.
 */
import { readMap, readStageHistogram, readTimeline, type StagePlan } from '@gantry/engine';
import {
  drawGraph,
  histogramQuerySchema,
  histogramSchema,
  mapQuerySchema,
  runGraphSchema,
  userApiPath,
  runTimelineSchema,
  timelineQuerySchema,
  type Histogram,
  type RunGraph,
  type RunTimeline,
} from '@gantry/model';
import { media } from './answers.ts';
import type { ServerContext } from './context.ts';
import { readPlace } from './read-place.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

type DrawnStage = RunGraph['stages'][number];

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
        const graph = drawGraph({ sources, stages: stages.map(({ compiled }) => compiled) });
        return { ...graph, stages: graph.stages.map((drawn, index) => withDatasets(drawn, stages[index]!)) };
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/histogram`,
      who: 'owner',
      operation: 'readHistogram',
      summary: 'Counts how a measure of a stage’s tasks is spread',
      schemas: { params: idParams, query: histogramQuerySchema, answer: histogramSchema },
      handle: ({ params, query }): Promise<Histogram> => readStageHistogram(engine, params.id, query),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/timeline`,
      who: 'owner',
      operation: 'readTimeline',
      summary: 'Tells what has happened to a run, and when its tasks ended',
      schemas: { params: idParams, query: timelineQuerySchema, answer: runTimelineSchema },
      handle: ({ params, query }): Promise<RunTimeline> => readTimeline(engine, params.id, query.bins),
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
          measure: query.measure,
        });
        return reply.type('application/octet-stream').header('cache-control', 'no-store').send(bytes);
      },
    }),
  ];
}

function withDatasets(drawn: DrawnStage, { shape }: StagePlan): DrawnStage {
  const outputs = drawn.outputs.map((output, index) => ({
    ...output,
    dataset: shape.outputs[index]!.dataset,
  }));
  return { ...drawn, outputs };
}
