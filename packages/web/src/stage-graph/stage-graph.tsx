/** The graph of a run's stages, left to right, with what each is at. Choosing one shows its lattice and its tasks. */
import type { RunDetail, RunGraph, StageSummary } from '@gantry/model';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { countAll, countFinished, countTroubled, rateOf } from '../live/rates.ts';
import { CountBar } from '../parts/count-bar.tsx';
import { formatCount, formatPace, formatRough, formatThings } from '../parts/numbers.ts';
import { useNow } from '../parts/relative-time.tsx';
import type { RunSearch } from '../run-search.ts';
import { GraphFrame, type DrawnNode } from './graph-frame.tsx';
import { stageSizes } from './lay-out-graph.ts';
import classes from './stage-graph.module.css';

interface StageGraphProps {
  readonly run: RunDetail;
  readonly graph: RunGraph;
  /** The stage whose lattice is shown. */
  readonly current: string;
}

type StageNode = Node<{
  readonly run: number;
  readonly stage: StageSummary;
  readonly title: string;
  readonly current: boolean;
}>;
type SourceNode = Node<{ readonly source: RunDetail['sources'][number]; readonly type: string }>;

const kinds = { stage: memo(StageNodeView), source: memo(SourceNodeView) };

export function StageGraph({ run, graph, current }: StageGraphProps) {
  const nodeOf = (name: string): DrawnNode | undefined => {
    const stage = run.stages.find((one) => one.name === name);
    const described = graph.stages.find((one) => one.name === name);
    if (stage !== undefined && described !== undefined)
      return {
        type: 'stage',
        data: { run: run.id, stage, title: described.title, current: name === current },
        height: stageSizes.stageHeight,
      };
    const source = run.sources.find((one) => one.name === name);
    const type = graph.sources.find((one) => one.name === name)?.type ?? 'file';
    return source && { type: 'source', data: { source, type }, height: stageSizes.sourceHeight };
  };
  const shared = { graph, nodeTypes: kinds, nodeOf, sizes: stageSizes };
  return <GraphFrame {...shared} seen={current} label="Stages" />;
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
