/** The graph of a run's stages, left to right, with what each is at. Choosing one shows its lattice and its tasks. */
import '@xyflow/react/dist/base.css';
import type { RunDetail, RunGraph, StageSummary } from '@gantry/model';
import {
  Handle,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
  type ReactFlowInstance,
} from '@xyflow/react';
import { useElementSize } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { memo, useEffect, useMemo, useState } from 'react';
import { countAll, countFinished, countTroubled, rateOf } from '../live/rates.ts';
import { CountBar } from '../parts/count-bar.tsx';
import { formatCount, formatRate, formatSoFar, formatThings } from '../parts/numbers.ts';
import { useNow } from '../parts/relative-time.tsx';
import type { RunSearch } from '../run-search.ts';
import { layOutGraph, nodeHeight, nodeWidth, sourceHeight } from './lay-out-graph.ts';
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
/** Text stays readable; what does not fit is reached by dragging. */
const fitting = { padding: 0.08, maxZoom: 1, minZoom: 0.75 };
const lowestHeight = 124;
const highestHeight = 340;

export function StageGraph({ run, graph, current }: StageGraphProps) {
  const positions = useMemo(() => layOutGraph(graph), [graph]);
  const nodes = positions.flatMap(({ name, x, y }): (StageNode | SourceNode)[] => {
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
  const [flow, setFlow] = useState<ReactFlowInstance<StageNode | SourceNode>>();
  // A panel that opens or closes leaves another width.
  useEffect(() => {
    if (width > 0) void flow?.fitView(fitting);
  }, [flow, width]);
  const edges = useMemo(() => drawEdges(graph), [graph]);
  const rows = positions.map(({ y }) => y);
  const height = Math.max(...rows) - Math.min(...rows) + nodeHeight + 40;
  return (
    <section
      ref={ref}
      className={`panel ${classes['graph']}`}
      style={{ height: Math.min(highestHeight, Math.max(lowestHeight, height)) }}
      aria-label="Stages"
    >
      <ReactFlow<StageNode | SourceNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={kinds}
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

function StageNodeView({ data }: NodeProps<StageNode>) {
  const { run, stage, title, current } = data;
  useNow();
  const [finished, all] = [countFinished(stage.tasks), countAll(stage.tasks)];
  const troubled = countTroubled(stage.tasks);
  const rate = rateOf(run, stage.name);
  const open = all - finished - (stage.tasks.blocked ?? 0);
  const busy = (stage.tasks.running ?? 0) > 0;
  const left =
    busy && rate !== undefined && rate > 0 && open > 0 ? `${formatSoFar(open / rate)} left` : undefined;
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
        <span className={classes['name']}>
          <span className="cut">{stage.name}</span>
          <small className="cut">{stage.tool}</small>
        </span>
        <CountBar counts={stage.tasks} />
        <span className={`${classes['foot']} figures`}>
          <span>
            {formatCount(finished)} of {formatCount(all)}
          </span>
          {troubled > 0 && <span>{describeTrouble(stage)}</span>}
        </span>
        <span className={`${classes['foot']} figures`}>
          <span>{busy && rate !== undefined && rate > 0 ? formatRate(rate) : busy ? 'running' : ' '}</span>
          <span>{left}</span>
        </span>
      </Link>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function describeTrouble({ tasks }: StageSummary): string {
  const [failed, blocked] = [tasks.failed ?? 0, tasks.blocked ?? 0];
  return failed > 0 ? `${formatCount(failed)} failed` : `${formatCount(blocked)} blocked`;
}

function SourceNodeView({ data: { source, type } }: NodeProps<SourceNode>) {
  return (
    <>
      <div className={`${classes['node']} ${classes['source']}`}>
        <span className={classes['name']}>
          <span className="cut">{source.name}</span>
          <small>{type}</small>
        </span>
        <span className={`${classes['foot']} figures`}>
          <span>{formatThings(source.items, 'item')}</span>
          <span>{source.closed ? 'closed' : 'open'}</span>
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}
