/**
 * Where the nodes of a stage graph lie: left to right by the longest way from a source, and within a column near what
 * they read (Sugiyama et al. 1981, its barycentre step). Pure; in pixels.
 */
import type { RunGraph } from '@gantry/model';

export interface NodePosition {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const rowGap = 22;
const passes = 4;

/** How large nodes are, and how far apart. */
export interface GraphSizes {
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  readonly sourceHeight: number;
  readonly columnGap: number;
}

/** With counts, rates and bars; and with a few words only. */
export const fullSizes: GraphSizes = { nodeWidth: 196, nodeHeight: 88, sourceHeight: 56, columnGap: 72 };
export const { nodeWidth, nodeHeight, sourceHeight } = fullSizes;
export const smallSizes: GraphSizes = { nodeWidth: 132, nodeHeight: 62, sourceHeight: 62, columnGap: 40 };

export function layOutGraph(graph: RunGraph, sizes: GraphSizes = fullSizes): NodePosition[] {
  const names = [...graph.sources, ...graph.stages].map(({ name }) => name);
  const readBy = (name: string): string[] =>
    graph.edges.filter(({ to }) => to === name).map(({ from }) => from);
  const readersOf = (name: string): string[] =>
    graph.edges.filter(({ from }) => from === name).map(({ to }) => to);
  const column = new Map<string, number>();
  // Stages come in topological order, so what they read has its column already.
  for (const name of names)
    column.set(name, Math.max(-1, ...readBy(name).map((from) => column.get(from) ?? 0)) + 1);
  // A source lies next to its first reader, not at the far left.
  for (const { name } of graph.sources) {
    const nearest = Math.min(...readersOf(name).map((to) => column.get(to) ?? 1));
    if (Number.isFinite(nearest)) column.set(name, nearest - 1);
  }
  const columns: string[][] = [];
  for (const name of names) (columns[column.get(name) ?? 0] ??= []).push(name);

  const order = new Map<string, number>();
  const number = (): void => {
    for (const one of columns) one.forEach((name, index) => order.set(name, index - (one.length - 1) / 2));
  };
  number();
  for (let pass = 0; pass < passes; pass++) {
    const neighbours = pass % 2 === 0 ? readBy : readersOf;
    for (const one of columns) {
      const middle = new Map(
        one.map((name) => {
          const near = neighbours(name).map((other) => order.get(other) ?? 0);
          return [
            name,
            near.length === 0 ? (order.get(name) ?? 0) : near.reduce((a, b) => a + b, 0) / near.length,
          ];
        }),
      );
      one.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      number();
    }
  }
  return columns.flatMap((one, index) =>
    one.map((name) => {
      const height = graph.sources.some((source) => source.name === name)
        ? sizes.sourceHeight
        : sizes.nodeHeight;
      const middle = (order.get(name) ?? 0) * (sizes.nodeHeight + rowGap);
      return { name, x: index * (sizes.nodeWidth + sizes.columnGap), y: middle - height / 2 };
    }),
  );
}
