/**
 * What a dataset came from and what was made from it, drawn from left to right, from dataset to dataset. The stages
 * between them are said in words below it, with their tools.
 */
import type { DatasetDetail, DatasetLineage as Lineage } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { memo, useMemo } from 'react';
import { lineageQuery } from '../api/dataset-queries.ts';
import { formatThings } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { StateIcon } from '../parts/state-badge.tsx';
import { lookOf } from '../parts/state-looks.tsx';
import { TypeIcon } from '../parts/type-icon.tsx';
import { GraphFrame, type DrawnNode } from '../stage-graph/graph-frame.tsx';
import type { GraphSizes } from '../stage-graph/lay-out-graph.ts';
import classes from './dataset-lineage.module.css';
import { graphOfLineage } from './graph-of-lineage.ts';

type Entry = Lineage['datasets'][number];
type DatasetNode = Node<{ readonly dataset: Entry; readonly current: boolean }, 'dataset'>;

const kinds = { dataset: memo(DatasetNodeView) };

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

/** Datasets have longer names than stages. */
const sizes: GraphSizes = { width: 166, stageHeight: 54, sourceHeight: 54, columnGap: 28 };

function LineageGraph({ lineage, current }: { readonly lineage: Lineage; readonly current: number }) {
  const graph = useMemo(() => graphOfLineage(lineage), [lineage]);
  const nodeOf = (name: string): DrawnNode | undefined => {
    const dataset = lineage.datasets.find(({ id }) => String(id) === name);
    if (dataset === undefined) return undefined;
    return { type: 'dataset', data: { dataset, current: dataset.id === current }, height: sizes.stageHeight };
  };
  const shared = { graph, nodeTypes: kinds, nodeOf, sizes };
  return <GraphFrame {...shared} seen={String(current)} label="Lineage" />;
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
