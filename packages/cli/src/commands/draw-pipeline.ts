/** `gantry pipelines draw`: the graph of a pipeline, as text, for Mermaid or for Graphviz. Needs no data directory. */
import type { CompiledInput, CompiledPipeline, CompiledStage } from '@gantry/model';
import type { CommandContext } from '../command-context.ts';
import { drawLanes } from '../draw-lanes.ts';
import { exitCodes } from '../exit-codes.ts';
import { readPipeline } from '../pipeline-file.ts';
import { formatTable } from '../text-table.ts';

export const drawFormats = ['text', 'mermaid', 'dot'] as const;
export type DrawFormat = (typeof drawFormats)[number];

export async function drawPipeline(
  context: CommandContext,
  file: string,
  format: DrawFormat,
): Promise<number> {
  const { compiled } = await readPipeline(file, context.folder, context.settings.values.tools);
  for (const line of draw(compiled, format)) context.terminal.out.line(line);
  return exitCodes.done;
}

function draw(pipeline: CompiledPipeline, format: DrawFormat): string[] {
  switch (format) {
    case 'text':
      return drawText(pipeline);
    case 'mermaid':
      return drawMermaid(pipeline);
    case 'dot':
      return drawDot(pipeline);
  }
}

export function drawText(pipeline: CompiledPipeline): string[] {
  const nodes = [
    ...pipeline.sources.map((source) => ({
      name: source.name,
      reads: [] as string[],
      words: [source.name, source.type, source.axes.length === 0 ? '' : `at ${source.axes.join(', ')}`],
    })),
    ...pipeline.stages.map((stage) => ({
      name: stage.name,
      reads: stage.inputs.map(producerOf),
      words: [
        stage.name,
        `${stage.tool.name}@${stage.tool.version}`,
        describeOver(stage),
        `${stage.inputs.map(originOf).join(', ')} → ${stage.outputs.map(({ name }) => name).join(', ')}`,
      ],
    })),
  ];
  const lanes = drawLanes(nodes);
  return formatTable(nodes.map(({ words }, row) => [lanes[row] ?? '', ...words]));
}

export function drawMermaid(pipeline: CompiledPipeline): string[] {
  return [
    'flowchart LR',
    ...pipeline.sources.map(({ name, type }) => `  ${id(name)}[("${name}<br/>${type}")]`),
    ...pipeline.stages.map((stage) => `  ${id(stage.name)}["${stage.name}<br/>${stage.tool.name}"]`),
    ...edges(pipeline).map(({ from, to, label }) => `  ${id(from)} -->|"${label}"| ${id(to)}`),
  ];
}

export function drawDot(pipeline: CompiledPipeline): string[] {
  return [
    `digraph "${pipeline.name}" {`,
    '  rankdir=LR;',
    ...pipeline.sources.map(({ name, type }) => `  "${name}" [shape=cylinder, label="${name}\\n${type}"];`),
    ...pipeline.stages.map(
      (stage) => `  "${stage.name}" [shape=box, label="${stage.name}\\n${stage.tool.name}"];`,
    ),
    ...edges(pipeline).map(({ from, to, label }) => `  "${from}" -> "${to}" [label="${label}"];`),
    '}',
  ];
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

function edges(pipeline: CompiledPipeline): Edge[] {
  return pipeline.stages.flatMap((stage) =>
    stage.inputs.map((input) => ({
      from: producerOf(input),
      to: stage.name,
      label:
        input.origin.kind === 'source'
          ? describeOver(stage)
          : `${input.origin.output}, ${describeOver(stage)}`,
    })),
  );
}

/** `each`, `all`, `group z`, `neighbors z 0, +1`. */
function describeOver({ over }: CompiledStage): string {
  switch (over.kind) {
    case 'each':
    case 'all':
      return over.kind;
    case 'group':
      return `group ${over.axes.join(', ')}`;
    case 'neighbors':
      return `neighbors ${Object.entries(over.offsets)
        .map(([axis, offsets]) => `${axis} ${offsets.map((one) => (one > 0 ? `+${one}` : one)).join(', ')}`)
        .join('; ')}`;
  }
}

function producerOf({ origin }: CompiledInput): string {
  return origin.kind === 'source' ? origin.source : origin.stage;
}

function originOf({ origin }: CompiledInput): string {
  return origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`;
}

/** Mermaid's own words, such as `end`, cannot be names. */
function id(name: string): string {
  return `n_${name.replaceAll('-', '__')}`;
}
