/** The graph of a pipeline's stages, for drawing: what is known of it without a run. */
import type { RunGraph } from './graph-api.ts';
import type { Over } from './over.ts';
import type { CompiledInput, CompiledStage } from './pipeline-graph.ts';

export interface DrawnPipeline {
  readonly sources: readonly {
    readonly name: string;
    readonly axes: readonly string[];
    /** Where it is not known: as its readers see it. */
    readonly type?: string;
  }[];
  /** In topological order. */
  readonly stages: readonly CompiledStage[];
}

export function drawGraph({ sources, stages }: DrawnPipeline): RunGraph {
  return {
    sources: sources.map(({ name, axes, type }) => ({
      name,
      type: type ?? typeOf(stages, name),
      axes: [...axes],
    })),
    stages: stages.map((stage) => ({
      name: stage.name,
      tool: `${stage.tool.name}@${stage.tool.version}`,
      title: stage.tool.title ?? stage.tool.name,
      axes: [...stage.axes],
      results: Object.entries(stage.tool.results).map(([name, { title, unit }]) => ({
        name,
        title: title ?? name,
        unit: unit ?? null,
      })),
      outputs: stage.outputs.map(({ name, type, axes }) => ({ name, type, axes: [...axes] })),
    })),
    edges: stages.flatMap((stage) =>
      stage.inputs.map((input) => ({
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

function typeOf(stages: readonly CompiledStage[], source: string): string {
  const reader = stages
    .flatMap(({ inputs }) => inputs)
    .find(({ origin }) => origin.kind === 'source' && origin.source === source);
  return reader?.type ?? 'file';
}

function describePattern({ over }: CompiledStage, input: CompiledInput): string {
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
