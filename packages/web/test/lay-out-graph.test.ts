import { describe, expect, it } from 'vitest';
import type { RunGraph } from '@gantry/model';
import { layOutGraph, lineId, stageSizes } from '../src/stage-graph/lay-out-graph.ts';

/** `a>b` is a stage `b` that reads `a`. */
function graphOf(sources: readonly string[], stages: readonly string[], edges: readonly string[]): RunGraph {
  return {
    sources: sources.map((name) => ({ name, type: 'image', axes: [] })),
    stages: stages.map((name) => ({ name, tool: 't@1', title: 't', axes: [], results: [], outputs: [] })),
    edges: edges.map((edge) => {
      const [from = '', to = ''] = edge.split('>');
      return { from, to, input: 'in', pattern: 'each' };
    }),
  };
}

describe('the graph of stages', () => {
  const graph = graphOf(
    ['tiles', 'blanks'],
    ['field', 'correct', 'stitch', 'assemble', 'label'],
    [
      'blanks>field',
      'tiles>correct',
      'field>correct',
      'correct>stitch',
      'correct>assemble',
      'stitch>assemble',
      'assemble>label',
    ],
  );
  const at = new Map(layOutGraph(graph).nodes.map((node) => [node.name, node]));

  it('goes from left to right: whatever is read lies further left', () => {
    for (const { from, to } of graph.edges)
      expect(at.get(from)!.x, `${from} ${to}`).toBeLessThan(at.get(to)!.x);
  });

  it('lets no two nodes lie on each other', () => {
    const places = [...at.values()].map(({ x, y }) => `${x} ${Math.round(y)}`);
    expect(new Set(places).size).toBe(7);
  });

  it('leads a line that passes a column past all that lies there', () => {
    const long = graphOf(['tiles'], ['a', 'b', 'c', 'd'], ['tiles>a', 'a>b', 'b>c', 'c>d', 'a>d']);
    const { nodes, bends } = layOutGraph(long);
    const line = bends.get(lineId('a', 'd'))!;
    expect(line).toHaveLength(4);
    for (const { x, y } of line)
      for (const node of nodes.filter((one) => one.x === x || one.x + stageSizes.width === x))
        expect(y < node.y || y > node.y + stageSizes.stageHeight, `${node.name} ${x} ${y}`).toBe(true);
  });

  it('puts a source beside its reader', () => {
    expect(at.get('tiles')!.x).toBe(at.get('field')!.x);
  });
});
