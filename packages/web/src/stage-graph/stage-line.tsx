/** A line of the stage graph: smooth, through the lanes that the layout keeps free for it, with its pattern on it. */
import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import type { Point } from './lay-out-graph.ts';

export type StageLineEdge = Edge<{ readonly bends: readonly Point[] }, 'line'>;

export function StageLine({ sourceX, sourceY, targetX, targetY, data, label }: EdgeProps<StageLineEdge>) {
  const points = [{ x: sourceX, y: sourceY }, ...(data?.bends ?? []), { x: targetX, y: targetY }];
  const end = points.at(-1)!;
  const last = points.at(-2)!;
  return (
    <BaseEdge
      path={drawLine(points)}
      // Where it comes to whoever reads.
      labelX={(last.x + end.x) / 2}
      labelY={(last.y + end.y) / 2}
      label={label}
      labelBgPadding={[3, 1]}
    />
  );
}

/** Level at every point, with a curve between two that lie at different heights. */
function drawLine(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${x},${y}`;
      if (before.y === y) return `L${x},${y}`;
      const middle = (before.x + x) / 2;
      return `C${middle},${before.y} ${middle},${y} ${x},${y}`;
    })
    .join(' ');
}
