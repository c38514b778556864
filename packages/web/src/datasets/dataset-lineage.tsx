/**
 * What a dataset came from and what was made from it, drawn from left to right, from dataset to dataset. The stages
 * between them are said in words below it, with their tools.
 */
import '@xyflow/react/dist/base.css';
import type { DatasetDetail, DatasetLineage as Lineage } from '@gantry/model';
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  Handle,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
  type ReactFlowInstance,
} from '@xyflow/react';
import { memo, useEffect, useMemo, useState } from 'react';
import { lineageQuery } from '../api/dataset-queries.ts';
import { formatThings } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { StateIcon } from '../parts/state-badge.tsx';
import { lookOf } from '../parts/state-looks.tsx';
import { TypeIcon } from '../parts/type-icon.tsx';
import { nodeHeight, nodeWidth, sourceHeight } from '../stage-graph/lay-out-graph.ts';
import graphClasses from '../stage-graph/stage-graph.module.css';
import classes from './dataset-lineage.module.css';
import { layOutLineage } from './lay-out-lineage.ts';

type Entry = Lineage['datasets'][number];
type DatasetNode = Node<{ readonly dataset: Entry; readonly current: boolean }, 'dataset'>;
/** Where a line passes by a column. */
type ViaNode = Node<Record<string, never>, 'via'>;

const kinds = { dataset: memo(DatasetNodeView), via: memo(ViaNodeView) };
const fitting = { padding: 0.08, maxZoom: 1, minZoom: 0.6 };
const lowestHeight = 140;
const highestHeight = 440;

export function DatasetLineage({ dataset }: { readonly dataset: DatasetDetail }) {
  const { data: lineage, error, refetch } = useQuery(lineageQuery(dataset.id));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (lineage === undefined) return <Loading height="16rem" />;
  return (
    <div className={classes['lineage']}>
      {lineage.steps.length === 0 ? (
        <p className="panel" style={{ margin: 0, padding: '1.25rem' }}>
          <strong>It stands alone so far.</strong> It is a source, and no run reads it. What runs make of it
          shows up here.
        </p>
      ) : (
        <>
          <LineageGraph lineage={lineage} current={dataset.id} />
          <LineageList lineage={lineage} current={dataset.id} />
        </>
      )}
      {lineage.cut && (
        <p className="quiet" style={{ margin: 0 }}>
          There is more than is shown: go to one of the outermost datasets to see further.
        </p>
      )}
    </div>
  );
}

function LineageGraph({ lineage, current }: { readonly lineage: Lineage; readonly current: number }) {
  const { positions, sources, lines } = useMemo(() => layOutLineage(lineage), [lineage]);
  const nodes = positions.map(({ name, x, y }): DatasetNode | ViaNode => {
    const dataset = lineage.datasets.find(({ id }) => String(id) === name);
    const height = dataset === undefined ? 1 : sourceHeight;
    const side = { y: height / 2, width: 1, height: 1 };
    const shared = {
      id: name,
      // Nodes of stages are higher, and are laid out by their middle.
      position: { x, y: sources.has(name) ? y : y + (nodeHeight - height) / 2 },
      ...{ width: nodeWidth, height, measured: { width: nodeWidth, height } },
      ...{ draggable: false, selectable: false, focusable: false },
      handles: [
        { type: 'target' as const, position: Position.Left, x: 0, ...side },
        { type: 'source' as const, position: Position.Right, x: nodeWidth, ...side },
      ],
    };
    return dataset === undefined
      ? { ...shared, type: 'via', data: {} }
      : { ...shared, type: 'dataset', data: { dataset, current: dataset.id === current } };
  });
  const edges = useMemo(
    () => lines.map(({ from, to }): Edge => ({ id: `${from} → ${to}`, source: from, target: to })),
    [lines],
  );
  const { ref, width } = useElementSize();
  const [flow, setFlow] = useState<ReactFlowInstance<DatasetNode | ViaNode>>();
  // A panel that opens or closes leaves another width.
  useEffect(() => {
    if (width > 0) void flow?.fitView(fitting);
  }, [flow, width, nodes.length]);
  const rows = positions.map(({ y }) => y);
  const height = Math.max(...rows) - Math.min(...rows) + sourceHeight + 60;
  return (
    <section
      ref={ref}
      className={`panel ${graphClasses['graph']}`}
      style={{ height: Math.min(highestHeight, Math.max(lowestHeight, height)) }}
      aria-label="Lineage"
    >
      <ReactFlow<DatasetNode | ViaNode>
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
        zoomOnScroll={false}
        preventScrolling={false}
        disableKeyboardA11y
      />
    </section>
  );
}

function DatasetNodeView({ data: { dataset, current } }: NodeProps<DatasetNode>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Link
        to="/datasets/$dataset"
        params={{ dataset: dataset.id }}
        search={{ show: 'lineage' }}
        className={`${classes['node']} nodrag`}
        aria-current={current ? 'page' : undefined}
        title={dataset.name}
      >
        <span className={classes['icon']}>
          <TypeIcon type={dataset.type} size={20} />
        </span>
        <span className={classes['words']}>
          <span className={`${classes['name']} cut`}>{shortName(dataset)}</span>
          <span className="quiet figures">
            <StateIcon state={dataset.state} /> {formatThings(dataset.items, 'item')}
            <span className="unseen">, {lookOf(dataset.state).word}</span>
          </span>
        </span>
      </Link>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function ViaNodeView() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className={classes['via']} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** Outputs of a run bear its name before their own. */
function shortName({ name }: Entry): string {
  return name.split(' ').findLast((word) => /^[\w-]+\.[\w-]+$/.test(word)) ?? name;
}

function LineageList({ lineage, current }: { readonly lineage: Lineage; readonly current: number }) {
  const find = (id: number): Entry | undefined => lineage.datasets.find((one) => one.id === id);
  const links = (ids: readonly number[]) =>
    ids.map((id, index) => {
      const dataset = find(id);
      return (
        <span key={id}>
          {index > 0 && ', '}
          {dataset === undefined || id === current ? (
            <strong>{dataset === undefined ? `dataset ${id}` : shortName(dataset)}</strong>
          ) : (
            <Link to="/datasets/$dataset" params={{ dataset: id }} search={{ show: 'lineage' }}>
              {shortName(dataset)}
            </Link>
          )}
        </span>
      );
    });
  return (
    <div className="panel">
      <table className={classes['table']}>
        <thead>
          <tr>
            <th>Stage</th>
            <th>Run</th>
            <th>Reads</th>
            <th>Makes</th>
          </tr>
        </thead>
        <tbody>
          {lineage.steps
            .toSorted((a, b) => Math.min(...a.to) - Math.min(...b.to))
            .map((step) => (
              <tr key={`${step.run} ${step.stage}`}>
                <td>
                  <Link to="/runs/$run" params={{ run: step.run }} search={{ stage: step.stage }}>
                    {step.stage}
                  </Link>{' '}
                  <span className="quiet">{step.tool}</span>
                </td>
                <td>
                  <Link to="/runs/$run" params={{ run: step.run }}>
                    {step.run} {step.runName}
                  </Link>
                </td>
                <td>{links(step.from)}</td>
                <td>{links(step.to)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
