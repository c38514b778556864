/** The graph of a pipeline that is not a run yet: its stages, with what each would come to. */
import type { PlannedRun, RunGraph } from '@gantry/model';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { formatThings } from '../parts/numbers.ts';
import { GraphFrame, type DrawnNode } from './graph-frame.tsx';
import { nodeHeight, sourceHeight } from './lay-out-graph.ts';
import classes from './stage-graph.module.css';

type StageNode = Node<{
  readonly stage: RunGraph['stages'][number];
  readonly planned: PlannedRun['stages'][number] | undefined;
}>;
type SourceNode = Node<{
  readonly source: RunGraph['sources'][number];
  readonly planned: PlannedRun['sources'][number] | undefined;
}>;

const kinds = { stage: memo(StageView), source: memo(SourceView) };

interface PipelineGraphProps {
  readonly graph: RunGraph;
  readonly plan: PlannedRun | undefined;
}

export function PipelineGraph({ graph, plan }: PipelineGraphProps) {
  const nodeOf = (name: string): DrawnNode | undefined => {
    const stage = graph.stages.find((one) => one.name === name);
    if (stage !== undefined) {
      const planned = plan?.stages.find((one) => one.name === name);
      return { type: 'stage', data: { stage, planned }, height: nodeHeight };
    }
    const source = graph.sources.find((one) => one.name === name);
    const planned = plan?.sources.find((one) => one.name === name);
    return source && { type: 'source', data: { source, planned }, height: sourceHeight };
  };
  return <GraphFrame graph={graph} nodeTypes={kinds} nodeOf={nodeOf} label="The pipeline's stages" />;
}

function StageView({ data: { stage, planned } }: NodeProps<StageNode>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className={classes['node']} title={stage.title}>
        <span className={classes['name']}>
          <span className="cut">{stage.name}</span>
          <small className="cut">{stage.tool}</small>
        </span>
        <span className="cut quiet">{stage.title}</span>
        <span className={`${classes['foot']} figures`}>
          <span className="cut">
            {stage.axes.length === 0 ? 'once' : `for each ${stage.axes.join(', ')}`}
          </span>
        </span>
        <span className={`${classes['foot']} figures`}>
          <span>{planned === undefined ? '' : describeTasks(planned)}</span>
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function SourceView({ data: { source, planned } }: NodeProps<SourceNode>) {
  return (
    <>
      <div className={`${classes['node']} ${classes['source']}`}>
        <span className={classes['name']}>
          <span className="cut">{source.name}</span>
          <small>{source.type}</small>
        </span>
        <span className={`${classes['foot']} figures`}>
          <span className="cut">{source.axes.length === 0 ? 'one file' : source.axes.join(', ')}</span>
          <span>{planned === undefined ? '' : formatThings(planned.items, 'file')}</span>
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** `16 tasks`, `16 tasks or more`, `as many as files come` */
export function describeTasks({ tasks, open }: PlannedRun['stages'][number]): string {
  if (tasks === null) return open ? 'as images come' : 'known when it runs';
  return `${formatThings(tasks, 'task')}${open ? ' or more' : ''}`;
}
