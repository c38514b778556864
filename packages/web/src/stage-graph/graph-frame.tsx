/** The frame of every graph of stages: laid out, fitted, without anything to be moved. What a node shows is its users'. */
import '@xyflow/react/dist/base.css';
import type { RunGraph } from '@gantry/model';
import { Position, ReactFlow, type Edge, type Node, type NodeTypes, type ReactFlowInstance } from '@xyflow/react';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { layOutGraph, nodeHeight, nodeWidth } from './lay-out-graph.ts';
import classes from './stage-graph.module.css';

interface GraphFrameProps {
  readonly graph: RunGraph;
  readonly nodeTypes: NodeTypes;
  /** What is drawn for a source or a stage; undefined for nothing. */
  readonly nodeOf: (name: string) => DrawnNode | undefined;
  readonly label: string;
}

export interface DrawnNode {
  /** One of `nodeTypes`. */
  readonly type: string;
  readonly data: Record<string, unknown>;
  /** Pixels. */
  readonly height: number;
}

/** Text stays readable; what does not fit is reached by dragging. */
const fitting = { padding: 0.08, maxZoom: 1, minZoom: 0.75 };
const lowestHeight = 124;
const highestHeight = 340;

export function GraphFrame({ graph, nodeTypes, nodeOf, label }: GraphFrameProps) {
  const positions = useMemo(() => layOutGraph(graph), [graph]);
  const nodes = positions.flatMap(({ name, x, y }): Node[] => {
    const node = nodeOf(name);
    if (node === undefined) return [];
    const { type, data, height } = node;
    return [
      {
        ...{ id: name, position: { x, y }, draggable: false, selectable: false, focusable: false },
        ...measuresOf(height),
        ...{ type, data },
      },
    ];
  });
  const { ref, width } = useElementSize();
  const [flow, setFlow] = useState<ReactFlowInstance>();
  // A panel that opens or closes leaves another width; another graph has other corners.
  useEffect(() => {
    if (width > 0) void flow?.fitView(fitting);
  }, [flow, width, positions]);
  const edges = useMemo(() => drawEdges(graph), [graph]);
  const rows = positions.map(({ y }) => y);
  const height = Math.max(...rows) - Math.min(...rows) + nodeHeight + 40;
  return (
    <section
      ref={ref}
      className={`panel ${classes['graph']}`}
      style={{ height: Math.min(highestHeight, Math.max(lowestHeight, height)) }}
      aria-label={label}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={fitting}
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
function measuresOf(height: number) {
  const [width, size] = [nodeWidth, { width: 1, height: 1 }];
  return {
    ...{ width, height, measured: { width, height } },
    handles: [
      { type: 'target' as const, position: Position.Left, x: 0, y: height / 2, ...size },
      { type: 'source' as const, position: Position.Right, x: width, y: height / 2, ...size },
    ],
  };
}

/** One line between two nodes, whatever number of inputs it stands for. */
function drawEdges(graph: RunGraph): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { from, to, pattern } of graph.edges) {
    const id = `${from} → ${to}`;
    edges.set(id, { id, source: from, target: to, ...(pattern === 'each' ? {} : { label: pattern }) });
  }
  return [...edges.values()];
}
