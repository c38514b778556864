import { describe, expect, it } from 'vitest';
import type { DatasetLineage } from '@gantry/model';
import { graphOfLineage } from '../../src/datasets/graph-of-lineage.ts';
import { layOutGraph } from '../../src/stage-graph/lay-out-graph.ts';

/** `stage: 1,2>3` is a stage that makes dataset 3 of 1 and 2. */
function lineageOf(...steps: readonly string[]): DatasetLineage {
  const parsed = steps.map((step) => {
    const [stage = '', rest = ''] = step.split(': ');
    const [from = [], to = []] = rest.split('>').map((part) => part.split(',').map(Number));
    return { run: 1, runName: 'run', stage, tool: `${stage}@1`, from, to };
  });
  const ids = [...new Set(parsed.flatMap(({ from, to }) => [...from, ...to]))].sort((a, b) => a - b);
  return {
    datasets: ids.map((id) => ({ id, name: `d${id}`, type: 'image', state: 'closed', items: 1 })),
    steps: parsed,
    cut: false,
  };
}

describe('a lineage', () => {
  // Tiles (9) become a vector, both a mosaic; mosaic and labels become a table and its units.
  const graph = graphOfLineage(
    lineageOf('features: 3,5>6,7', 'label: 4>5', 'threshold: 3>4', 'assemble: 9,2>3', 'stitch: 9>2'),
  );

  it('has a line from all that a stage read to all that it made', () => {
    expect(graph.edges.map(({ from, to }) => `${from}>${to}`).sort()).toEqual(
      ['3>4', '3>6', '3>7', '4>5', '5>6', '5>7', '9>2', '9>3', '2>3'].sort(),
    );
  });

  it('names what nothing has made as sources, and the rest in the order of its making', () => {
    expect(graph.sources.map(({ name }) => name)).toEqual(['9']);
    const order = graph.stages.map(({ name }) => name);
    for (const { from, to } of graph.edges) {
      if (from !== '9') expect(order.indexOf(from), `${from} ${to}`).toBeLessThan(order.indexOf(to));
    }
  });

  it('is drawn from left to right', () => {
    const at = new Map(layOutGraph(graph).nodes.map((node) => [node.name, node]));
    for (const { from, to } of graph.edges) expect(at.get(from)!.x).toBeLessThan(at.get(to)!.x);
  });

  it('may be of one dataset alone', () => {
    const alone = graphOfLineage({
      datasets: [{ id: 9, name: 'd9', type: 'image', state: 'open', items: 0 }],
      steps: [],
      cut: false,
    });
    expect(alone).toEqual({ sources: [{ name: '9', type: 'file', axes: [] }], stages: [], edges: [] });
  });
});
