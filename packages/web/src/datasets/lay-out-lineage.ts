/**
 * A lineage as the layout of stage graphs takes it: datasets are its nodes, and a line that passes by other columns
 * gets a place in each of them, so that it is not hidden behind a node. Pure.
 */
import type { DatasetLineage, RunGraph } from '@gantry/model';
import { layOutGraph, type NodePosition } from '../stage-graph/lay-out-graph.ts';

export interface LineageLine {
  readonly from: string;
  readonly to: string;
}

export interface LineageLayout {
  /** Of datasets, by their ids, and of the places that lines pass, whose names begin with `via`. */
  readonly positions: readonly NodePosition[];
  /** Names of datasets that nothing has made. */
  readonly sources: ReadonlySet<string>;
  readonly lines: readonly LineageLine[];
}

export function layOutLineage({ datasets, steps }: DatasetLineage): LineageLayout {
  const whole = steps.flatMap(({ run, stage, from, to }) =>
    from.flatMap((read) =>
      to.map((made) => ({ from: String(read), to: String(made), step: `${run} ${stage}` })),
    ),
  );
  const column = findColumns(
    datasets.map(({ id }) => String(id)),
    whole,
  );
  const made = new Set(whole.map(({ to }) => to));
  const passing = new Set<string>();
  const segments = new Map<string, LineageLine>();
  for (const { from, to, step } of whole) {
    let start = from;
    const passTo = (end: string): void => {
      segments.set(`${start} > ${end}`, { from: start, to: end });
      start = end;
    };
    for (let at = (column.get(from) ?? 0) + 1; at < (column.get(to) ?? 0); at++) {
      // What goes to several outputs of a stage goes together as far as it can.
      const stop = `via ${from}, ${step}, ${at}`;
      column.set(stop, at);
      passing.add(stop);
      passTo(stop);
    }
    passTo(to);
  }
  const nodes = [...datasets.map(({ id }) => String(id)), ...passing];
  const graph: RunGraph = {
    sources: nodes
      .filter((name) => !made.has(name) && !passing.has(name))
      .map((name) => ({ name, type: 'file', axes: [] })),
    stages: nodes
      .filter((name) => made.has(name) || passing.has(name))
      // What is read comes before what reads it.
      .sort((a, b) => (column.get(a) ?? 0) - (column.get(b) ?? 0))
      .map((name) => ({ name, tool: '', title: name, axes: [], outputs: [] })),
    edges: [...segments.values()].map(({ from, to }) => ({ from, to, input: '', pattern: '' })),
  };
  return {
    positions: layOutGraph(graph),
    sources: new Set(graph.sources.map(({ name }) => name)),
    lines: [...segments.values()],
  };
}

/** The longest way from a source; a source lies beside the nearest of what was made of it. */
function findColumns(names: readonly string[], lines: readonly LineageLine[]): Map<string, number> {
  const column = new Map<string, number>();
  const columnOf = (name: string): number => {
    const known = column.get(name);
    if (known !== undefined) return known;
    const before = lines.filter(({ to }) => to === name).map(({ from }) => columnOf(from));
    const found = Math.max(-1, ...before) + 1;
    column.set(name, found);
    return found;
  };
  for (const name of names) columnOf(name);
  for (const name of names) {
    if (lines.some(({ to }) => to === name)) continue;
    const nearest = Math.min(...lines.filter(({ from }) => from === name).map(({ to }) => columnOf(to)));
    if (Number.isFinite(nearest)) column.set(name, nearest - 1);
  }
  return column;
}
