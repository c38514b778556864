/**
 * Where the nodes of a stage graph lie: left to right by the longest way from a source, and within a column near what
 * they read; lines that pass a column have a lane of their own in it, so that none runs behind a node (Sugiyama et al.
 * 1981: layers, dummy nodes, the barycentre step). Pure; in pixels.
 */
import type { RunGraph } from '@gantry/model';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface NodePosition extends Point {
  readonly name: string;
}

export interface GraphLayout {
  /** The upper left corners. */
  readonly nodes: readonly NodePosition[];
  /** By `lineId`: what a line passes between its two nodes, from left to right. */
  readonly bends: ReadonlyMap<string, readonly Point[]>;
}

export interface GraphSizes {
  /** Of all nodes. */
  readonly width: number;
  /** Of stages, and of sources. */
  readonly stageHeight: number;
  readonly sourceHeight: number;
  /** Between two columns. */
  readonly columnGap: number;
}

/** With counts, rates and bars; and with a few words only. */
export const stageSizes: GraphSizes = { width: 130, stageHeight: 100, sourceHeight: 58, columnGap: 46 };
export const smallSizes: GraphSizes = { width: 132, stageHeight: 62, sourceHeight: 62, columnGap: 40 };
const laneHeight = 10;
const rowGap = 18;
const passes = 4;

/** What lies in a column: a node, or the lane of a line that passes. */
interface Slot {
  readonly key: string;
  readonly name: string | undefined;
  readonly height: number;
  /** Keys of the slots in the columns beside it that it hangs together with. */
  readonly before: string[];
  readonly after: string[];
}

export function lineId(from: string, to: string): string {
  return `${from} → ${to}`;
}

export function layOutGraph(graph: RunGraph, sizes: GraphSizes = stageSizes): GraphLayout {
  const columnOf = assignColumns(graph);
  const { columns, lanes } = fillColumns(graph, columnOf, sizes);
  orderSlots(columns);
  const middles = placeSlots(columns);
  const left = (column: number): number => column * (sizes.width + sizes.columnGap);
  const nodes = columns.flatMap((slots, column) =>
    slots.flatMap(({ key, name, height }) =>
      name === undefined ? [] : [{ name, x: left(column), y: middles.get(key)! - height / 2 }],
    ),
  );
  const bends = new Map(
    [...lanes].map(([line, keys]) => [
      line,
      keys.flatMap(({ key, column }) => {
        const y = middles.get(key)!;
        return [
          { x: left(column), y },
          { x: left(column) + sizes.width, y },
        ];
      }),
    ]),
  );
  return { nodes, bends };
}

function assignColumns(graph: RunGraph): Map<string, number> {
  const column = new Map<string, number>();
  const names = [...graph.sources, ...graph.stages].map(({ name }) => name);
  // Stages come in topological order, so what they read has its column already.
  for (const name of names) {
    const read = graph.edges.filter(({ to }) => to === name).map(({ from }) => column.get(from) ?? 0);
    column.set(name, Math.max(-1, ...read) + 1);
  }
  // A source lies next to its first reader, not at the far left.
  for (const { name } of graph.sources) {
    const readers = graph.edges.filter(({ from }) => from === name).map(({ to }) => column.get(to) ?? 1);
    const nearest = Math.min(...readers);
    if (Number.isFinite(nearest)) column.set(name, nearest - 1);
  }
  return column;
}

function fillColumns(graph: RunGraph, columnOf: ReadonlyMap<string, number>, sizes: GraphSizes) {
  const columns: Slot[][] = [];
  const slots = new Map<string, Slot>();
  const add = (column: number, key: string, name: string | undefined, height: number): Slot => {
    const slot: Slot = { key, name, height, before: [], after: [] };
    (columns[column] ??= []).push(slot);
    slots.set(key, slot);
    return slot;
  };
  for (const { name } of graph.sources) add(columnOf.get(name) ?? 0, name, name, sizes.sourceHeight);
  for (const { name } of graph.stages) add(columnOf.get(name) ?? 0, name, name, sizes.stageHeight);
  const lanes = new Map<string, { key: string; column: number }[]>();
  for (const { from, to } of graph.edges) {
    const line = lineId(from, to);
    if (lanes.has(line)) continue;
    const lane: { key: string; column: number }[] = [];
    lanes.set(line, lane);
    let last = slots.get(from);
    for (let column = (columnOf.get(from) ?? 0) + 1; column < (columnOf.get(to) ?? 0); column++) {
      const slot = add(column, `${line} ${column}`, undefined, laneHeight);
      lane.push({ key: slot.key, column });
      join(last, slot);
      last = slot;
    }
    join(last, slots.get(to));
  }
  return { columns, lanes };
}

function join(one: Slot | undefined, other: Slot | undefined): void {
  if (one === undefined || other === undefined) return;
  one.after.push(other.key);
  other.before.push(one.key);
}

/** Sorts each column by the mean rank of what its slots hang together with, from the left and from the right in turn. */
function orderSlots(columns: readonly Slot[][]): void {
  const rank = new Map<string, number>();
  const number = (slots: readonly Slot[]): void =>
    slots.forEach(({ key }, index) => rank.set(key, index - (slots.length - 1) / 2));
  columns.forEach(number);
  for (let pass = 0; pass < passes; pass++) {
    const beside = (slot: Slot): string[] => (pass % 2 === 0 ? slot.before : slot.after);
    for (const slots of pass % 2 === 0 ? columns : columns.toReversed()) {
      const wish = new Map(
        slots.map((slot) => [
          slot.key,
          mean(beside(slot).map((key) => rank.get(key)!)) ?? rank.get(slot.key)!,
        ]),
      );
      slots.sort((a, b) => wish.get(a.key)! - wish.get(b.key)!);
      number(slots);
    }
  }
}

/** The vertical middle of every slot: stacked in its column, which lies as near as it can to what it reads. */
function placeSlots(columns: readonly (readonly Slot[])[]): Map<string, number> {
  const middles = new Map<string, number>();
  for (const slots of columns) {
    const height = slots.reduce((sum, slot) => sum + slot.height, 0) + rowGap * (slots.length - 1);
    let top = -height / 2;
    const stacked = slots.map((slot) => {
      const middle = top + slot.height / 2;
      top += slot.height + rowGap;
      return { slot, middle };
    });
    const shifts = stacked.flatMap(({ slot, middle }) => {
      const wish = mean(slot.before.map((key) => middles.get(key)!));
      return wish === undefined ? [] : [wish - middle];
    });
    const shift = Math.round(mean(shifts) ?? 0);
    for (const { slot, middle } of stacked) middles.set(slot.key, middle + shift);
  }
  return middles;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
