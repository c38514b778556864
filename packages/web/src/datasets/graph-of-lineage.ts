/** A lineage as graphs of stages are drawn: its datasets are the nodes, what nothing here has made are the sources. Pure. */
import type { DatasetLineage, RunGraph } from '@gantry/model';

/** Nodes are named by the datasets' ids; what is read comes before what is made of it. */
export function graphOfLineage({ datasets, steps }: DatasetLineage): RunGraph {
  const edges = steps.flatMap(({ from, to }) =>
    from.flatMap((read) =>
      to.map((made) => ({ from: String(read), to: String(made), input: '', pattern: 'each' })),
    ),
  );
  const made = new Set(edges.map(({ to }) => to));
  const names = datasets.map(({ id }) => String(id));
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const depth = Math.max(-1, ...edges.filter(({ to }) => to === name).map(({ from }) => depthOf(from))) + 1;
    depths.set(name, depth);
    return depth;
  };
  return {
    sources: names.filter((name) => !made.has(name)).map((name) => ({ name, type: 'file', axes: [] })),
    stages: names
      .filter((name) => made.has(name))
      .sort((a, b) => depthOf(a) - depthOf(b))
      .map((name) => ({ name, tool: '', title: name, axes: [], results: [], outputs: [] })),
    edges,
  };
}
