/** The graph of a pipeline that is not a run yet: its stages, with what each would come to. */
import type { PlannedRun, RunGraph } from '@gantry/model';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { formatThings } from '../parts/numbers.ts';
import { GraphFrame, type DrawnNode } from './graph-frame.tsx';
import { smallSizes } from './lay-out-graph.ts';
import classes from './stage-graph.module.css';

type StageNode = Node<{
  readonly stage: RunGraph['stages'][number];
  readonly planned: PlannedRun['stages'][number] | undefined;
  /** What happens to it; in place of what it would come to. */
  readonly note: string | undefined;
}>;
type SourceNode = Node<{
  readonly source: RunGraph['sources'][number];
  readonly planned: PlannedRun['sources'][number] | undefined;
}>;

const kinds = { stage: memo(StageView), source: memo(SourceView) };

interface PipelineGraphProps {
  readonly graph: RunGraph;
  readonly plan: PlannedRun | undefined;
  /** By stage, what an edit does to it: it is marked. */
  readonly notes?: ReadonlyMap<string, string>;
}

export function PipelineGraph({ graph, plan, notes }: PipelineGraphProps) {
  const nodeOf = (name: string): DrawnNode | undefined => {
    const stage = graph.stages.find((one) => one.name === name);
    if (stage !== undefined) {
      const planned = plan?.stages.find((one) => one.name === name);
      return {
        type: 'stage',
        data: { stage, planned, note: notes?.get(name) },
        height: smallSizes.stageHeight,
      };
    }
    const source = graph.sources.find((one) => one.name === name);
    const planned = plan?.sources.find((one) => one.name === name);
    return source && { type: 'source', data: { source, planned }, height: smallSizes.sourceHeight };
  };
  const shared = { graph, nodeTypes: kinds, nodeOf, sizes: smallSizes };
  return <GraphFrame {...shared} label="The pipeline's stages" />;
}

function StageView({ data: { stage, planned, note } }: NodeProps<StageNode>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div
        className={`${classes['node']} ${classes['small']}`}
        title={`${stage.title} (${stage.tool})`}
        data-changed={note === undefined ? undefined : true}
      >
        <span className={`${classes['name']} cut`}>{stage.name}</span>
        <span className="cut quiet">
          {stage.axes.length === 0 ? 'once' : `for each ${stage.axes.join(', ')}`}
        </span>
        <span className="cut quiet figures" title={note}>
          {note ?? (planned === undefined ? '' : describeTasks(planned))}
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function SourceView({ data: { source, planned } }: NodeProps<SourceNode>) {
  return (
    <>
      <div className={`${classes['node']} ${classes['small']} ${classes['source']}`}>
        <span className={`${classes['name']} cut`}>{source.name}</span>
        <span className="cut quiet">
          {source.axes.length === 0 ? `one ${source.type}` : `${source.type}s by ${source.axes.join(', ')}`}
        </span>
        <span className="cut quiet figures">
          {planned === undefined ? '' : formatThings(planned.items, 'file')}
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** `16 tasks`, `16 tasks or more`, `as images come` */
export function describeTasks({ tasks, open }: PlannedRun['stages'][number]): string {
  if (tasks === null) return open ? 'as images come' : 'known when it runs';
  return `${formatThings(tasks, 'task')}${open ? ' or more' : ''}`;
}
