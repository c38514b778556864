/** The frame of every graph of stages: laid out, fitted, without anything to be moved. What a node shows is its users'. */
import '@xyflow/react/dist/base.css';
import type { RunGraph } from '@gantry/model';
import { Position, ReactFlow, type Node, type NodeTypes, type ReactFlowInstance } from '@xyflow/react';
import { useElementSize } from '@mantine/hooks';
import { memo, useEffect, useMemo, useState } from 'react';
import { layOutGraph, lineId, type GraphLayout, type GraphSizes } from './lay-out-graph.ts';
import { StageLine, type StageLineEdge } from './stage-line.tsx';
import classes from './stage-graph.module.css';

interface GraphFrameProps {
  readonly graph: RunGraph;
  readonly nodeTypes: NodeTypes;
  /** What is drawn for a source or a stage; undefined for nothing. */
  readonly nodeOf: (name: string) => DrawnNode | undefined;
  readonly label: string;
  readonly sizes: GraphSizes;
  /** The node that is seen where not all of them fit. */
  readonly seen?: string | undefined;
}

export interface DrawnNode {
  /** One of `nodeTypes`. */
  readonly type: string;
  readonly data: Record<string, unknown>;
  /** Pixels. */
  readonly height: number;
}

const lines = { line: memo(StageLine) };
/** Around the graph, and below it, where the library is named; in pixels. */
const inset = 14;
const below = 26;
/** Text stays readable; what does not fit is reached by dragging. */
const [leastZoom, mostZoom] = [0.75, 1];
const lowestHeight = 124;
const highestHeight = 360;

export function GraphFrame({ graph, nodeTypes, nodeOf, label, sizes, seen }: GraphFrameProps) {
  const layout = useMemo(() => layOutGraph(graph, sizes), [graph, sizes]);
  const nodes = layout.nodes.flatMap(({ name, x, y }): Node[] => {
    const node = nodeOf(name);
    if (node === undefined) return [];
    const { type, data, height } = node;
    return [
      {
        ...{ id: name, position: { x, y }, draggable: false, selectable: false, focusable: false },
        ...measuresOf(sizes.width, height),
        ...{ type, data },
      },
    ];
  });
  const { ref, width } = useElementSize();
  const [flow, setFlow] = useState<ReactFlowInstance<Node, StageLineEdge>>();
  const edges = useMemo(() => drawLines(graph, layout), [graph, layout]);
  const size = sizeOf(layout, sizes);
  const zoom = Math.max(leastZoom, Math.min(mostZoom, (width - 2 * inset) / size.width));
  const needed = size.height * zoom + inset + below;
  const height = Math.min(highestHeight, Math.max(lowestHeight, needed));
  /** Where what does not fit begins: at the left, where the sources are, or as little further as shows the node. */
  const keepSeen = (): number => {
    const node = layout.nodes.find(({ name }) => name === seen);
    const start = node === undefined ? 0 : (node.x - size.left) * zoom;
    const before = Math.max(
      width - size.width * zoom - inset,
      (flow?.getViewport().x ?? 0) + size.left * zoom,
    );
    return Math.max(inset - start, Math.min(before, width - inset - start - sizes.width * zoom, inset));
  };
  // A panel that opens or closes leaves another width; another graph has other corners.
  useEffect(() => {
    if (width === 0) return;
    const room = width - size.width * zoom;
    const left = room > 2 * inset ? room / 2 : keepSeen();
    const x = left - size.left * zoom;
    const y = inset + Math.max(0, (height - needed) / 2) - size.top * zoom;
    void flow?.setViewport({ x, y, zoom });
  }, [flow, width, height, layout, seen]);
  return (
    <section ref={ref} className={`panel ${classes['graph']}`} style={{ height }} aria-label={label}>
      <ReactFlow<Node, StageLineEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={lines}
        onInit={setFlow}
        minZoom={0.25}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        // The page scrolls under the wheel; the graph moves when it is dragged.
        zoomOnScroll={false}
        preventScrolling={false}
        disableKeyboardA11y
      />
    </section>
  );
}

/** Said, not looked up on the page: a node that has changed would be hidden for a moment, with its lines. */
function measuresOf(width: number, height: number) {
  const size = { width: 1, height: 1 };
  return {
    ...{ width, height, measured: { width, height } },
    handles: [
      { type: 'target' as const, position: Position.Left, x: 0, y: height / 2, ...size },
      { type: 'source' as const, position: Position.Right, x: width, y: height / 2, ...size },
    ],
  };
}

/** One line between two nodes, whatever number of inputs it stands for. */
function drawLines(graph: RunGraph, { bends }: GraphLayout): StageLineEdge[] {
  const edges = new Map<string, StageLineEdge>();
  for (const { from, to, pattern } of graph.edges) {
    const id = lineId(from, to);
    edges.set(id, {
      ...{ id, source: from, target: to, type: 'line', data: { bends: bends.get(id) ?? [] } },
      ...(pattern === 'each' ? {} : { label: pattern }),
    });
  }
  return [...edges.values()];
}

function sizeOf({ nodes, bends }: GraphLayout, sizes: GraphSizes) {
  const lanes = [...bends.values()].flat().map(({ y }) => y);
  const top = Math.min(...lanes, ...nodes.map(({ y }) => y));
  const bottom = Math.max(...lanes, ...nodes.map(({ y }) => y + sizes.stageHeight));
  const xs = nodes.map(({ x }) => x);
  const left = Math.min(...xs);
  return { left, top, width: Math.max(...xs) + sizes.width - left, height: bottom - top };
}
