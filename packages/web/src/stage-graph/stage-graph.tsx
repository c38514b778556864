/** The graph of a run's stages, left to right, with what each is at. Choosing one shows its lattice and its tasks. */
import '@xyflow/react/dist/base.css';
import type { RunDetail, RunGraph, StageSummary } from '@gantry/model';
import {
  Handle,
  Position,
  ReactFlow,
  type Node,
  type NodeProps,
  type ReactFlowInstance,
} from '@xyflow/react';
import { useElementSize } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { memo, useEffect, useMemo, useState } from 'react';
import { countAll, countFinished, countTroubled, rateOf } from '../live/rates.ts';
import { CountBar } from '../parts/count-bar.tsx';
import { formatCount, formatPace, formatRough, formatThings } from '../parts/numbers.ts';
import { useNow } from '../parts/relative-time.tsx';
import type { RunSearch } from '../run-search.ts';
import {
  layOutGraph,
  lineId,
  nodeHeight,
  nodeWidth,
  sourceHeight,
  type GraphLayout,
} from './lay-out-graph.ts';
import { StageLine, type StageLineEdge } from './stage-line.tsx';
import classes from './stage-graph.module.css';

interface StageGraphProps {
  readonly run: RunDetail;
  readonly graph: RunGraph;
  /** The stage whose lattice is shown. */
  readonly current: string;
}

type StageNodeData = {
  readonly run: number;
  readonly stage: StageSummary;
  readonly title: string;
  readonly current: boolean;
};
type SourceNodeData = { readonly source: RunDetail['sources'][number]; readonly type: string };
type StageNode = Node<StageNodeData, 'stage'>;
type SourceNode = Node<SourceNodeData, 'source'>;

const kinds = { stage: memo(StageNodeView), source: memo(SourceNodeView) };
const lines = { line: memo(StageLine) };
/** Around the graph, in pixels. */
const inset = 14;
/** Text stays readable; what does not fit is reached by dragging. */
const fitting = { padding: `${inset}px`, maxZoom: 1, minZoom: 0.75 } as const;
const lowestHeight = 124;
const highestHeight = 360;

export function StageGraph({ run, graph, current }: StageGraphProps) {
  const layout = useMemo(() => layOutGraph(graph), [graph]);
  const nodes = layout.nodes.flatMap(({ name, x, y }): (StageNode | SourceNode)[] => {
    const shared = { id: name, position: { x, y }, draggable: false, selectable: false, focusable: false };
    const stage = run.stages.find((one) => one.name === name);
    const source = run.sources.find((one) => one.name === name);
    const described = graph.stages.find((one) => one.name === name);
    if (stage !== undefined && described !== undefined)
      return [
        {
          ...shared,
          ...measuresOf(nodeHeight),
          type: 'stage',
          data: { run: run.id, stage, title: described.title, current: name === current },
        },
      ];
    const type = graph.sources.find((one) => one.name === name)?.type ?? 'file';
    return source === undefined
      ? []
      : [{ ...shared, ...measuresOf(sourceHeight), type: 'source', data: { source, type } }];
  });
  const { ref, width } = useElementSize();
  const [flow, setFlow] = useState<ReactFlowInstance<StageNode | SourceNode, StageLineEdge>>();
  const edges = useMemo(() => drawLines(graph, layout), [graph, layout]);
  const size = sizeOf(layout);
  const zoom = Math.max(fitting.minZoom, Math.min(fitting.maxZoom, (width - 2 * inset) / size.width));
  const height = size.height * zoom + 2 * inset;
  // A panel that opens or closes leaves another width.
  useEffect(() => {
    if (width > 0) void flow?.fitView(fitting);
  }, [flow, width, height]);
  return (
    <section
      ref={ref}
      className={`panel ${classes['graph']}`}
      style={{ height: Math.min(highestHeight, Math.max(lowestHeight, height)) }}
      aria-label="Stages"
    >
      <ReactFlow<StageNode | SourceNode, StageLineEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={kinds}
        edgeTypes={lines}
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

function sizeOf({ nodes, bends }: GraphLayout): { width: number; height: number } {
  const lanes = [...bends.values()].flat().map(({ y }) => y);
  const top = Math.min(...lanes, ...nodes.map(({ y }) => y));
  const bottom = Math.max(...lanes, ...nodes.map(({ y }) => y + nodeHeight));
  const xs = nodes.map(({ x }) => x);
  return { width: Math.max(...xs) + nodeWidth - Math.min(...xs), height: bottom - top };
}

function StageNodeView({ data }: NodeProps<StageNode>) {
  const { run, stage, title, current } = data;
  useNow();
  const [finished, all] = [countFinished(stage.tasks), countAll(stage.tasks)];
  const troubled = countTroubled(stage.tasks);
  const rate = rateOf(run, stage.name);
  const open = all - finished - (stage.tasks.blocked ?? 0);
  const left = rate !== undefined && rate > 0 && open > 0 ? `${formatRough(open / rate)} left` : undefined;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Link
        to="."
        search={(before: RunSearch) => ({ ...before, stage: stage.name, view: undefined, maps: undefined })}
        className={`${classes['node']} nodrag`}
        aria-current={current}
        data-trouble={troubled > 0 || undefined}
        title={title}
      >
        <span className={`cut ${classes['name']}`}>{stage.name}</span>
        <small className="cut">{stage.tool}</small>
        <CountBar counts={stage.tasks} />
        <span className={`${classes['foot']} figures`}>
          <span>
            {formatCount(finished)} of {formatCount(all)}
          </span>
          {troubled > 0 && <span>{describeTrouble(stage)}</span>}
        </span>
        <span className={`${classes['foot']} figures`}>
          <span>{describePace(stage, rate)}</span>
          <span>{left}</span>
        </span>
      </Link>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** Steady between one task and the next, where they come one by one. */
function describePace({ tasks }: StageSummary, rate: number | undefined): string {
  if (rate !== undefined && rate > 0 && (tasks.waiting ?? 0) + (tasks.ready ?? 0) + (tasks.running ?? 0) > 0)
    return formatPace(rate);
  return (tasks.running ?? 0) > 0 ? 'running' : ' ';
}

function describeTrouble({ tasks }: StageSummary): string {
  const [failed, blocked] = [tasks.failed ?? 0, tasks.blocked ?? 0];
  return failed > 0 ? `${formatCount(failed)} failed` : `${formatCount(blocked)} blocked`;
}

function SourceNodeView({ data: { source, type } }: NodeProps<SourceNode>) {
  return (
    <>
      <div className={`${classes['node']} ${classes['source']}`}>
        <span className={`cut ${classes['name']}`}>{source.name}</span>
        <span className={`${classes['foot']} figures`}>
          <span>{formatThings(source.items, type === 'file' ? 'file' : type)}</span>
          <span title={source.closed ? 'No more can come' : 'More may come'}>
            {source.closed ? 'closed' : 'open'}
          </span>
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}
