/**
 * What a run looks like: the graph of its stages, and the heat map of one of them.
 */
import { readMap, type RunPlan, type StagePlan } from '@gantry/engine';
import {
  mapQuerySchema,
  runGraphSchema,
  userApiPath,
  type CompiledInput,
  type Over,
  type RunGraph,
} from '@gantry/model';
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
        return drawGraph(await engine.plan(params.id));
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

function drawGraph(plan: RunPlan): RunGraph {
  return {
    sources: plan.sources.map(({ name, axes }) => ({ name, type: typeOf(plan, name), axes: [...axes] })),
    stages: plan.stages.map(({ name, compiled, shape }) => ({
      name,
      tool: `${compiled.tool.name}@${compiled.tool.version}`,
      title: compiled.tool.title ?? compiled.tool.name,
      axes: [...compiled.axes],
      outputs: compiled.outputs.map((output, index) => ({
        ...{ name: output.name, type: output.type, axes: [...output.axes] },
        dataset: shape.outputs[index]!.dataset,
      })),
    })),
    edges: plan.stages.flatMap((stage) =>
      stage.compiled.inputs.map((input) => ({
        to: stage.name,
        input: input.name,
        pattern: describePattern(stage, input),
        ...(input.origin.kind === 'source'
          ? { from: input.origin.source }
          : { from: input.origin.stage, output: input.origin.output }),
      })),
    ),
  };
}

/** A source's type, as its readers see it. */
function typeOf(plan: RunPlan, source: string): string {
  const reader = plan.stages
    .flatMap(({ compiled }) => compiled.inputs)
    .find(({ origin }) => origin.kind === 'source' && origin.source === source);
  return reader?.type ?? 'file';
}

function describePattern(stage: StagePlan, input: CompiledInput): string {
  const { over } = stage.compiled;
  return over.kind === 'neighbors' && !input.many ? 'each' : describeOver(over);
}

function describeOver(over: Over): string {
  switch (over.kind) {
    case 'each':
    case 'all':
      return over.kind;
    case 'group':
      return `group ${over.axes.join(', ')}`;
    case 'neighbors':
      return Object.entries(over.offsets)
        .map(([axis, offsets]) => `${axis} ${offsets.map(signed).join(', ')}`)
        .join('; ');
  }
}

function signed(offset: number): string {
  return offset > 0 ? `+${offset}` : String(offset);
}
