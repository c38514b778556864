/**
 * How many tasks a run will have, from the places of its sources: the arithmetic of the lattice without the tasks
 * themselves. What becomes of them is left to `reference-model.ts` and the engine.
 */
import { isWithin, offsetVectors, step, unbounded, type LatticeBounds } from './lattice.ts';
import type { CompiledInput, CompiledPipeline, CompiledStage } from './pipeline-graph.ts';

/** What a source will hold. */
export interface ExpectedSource {
  /** Coordinates in the order of the source's axes; those outside `bounds` are passed over. */
  readonly places: readonly (readonly number[])[];
  readonly bounds?: LatticeBounds;
  /** True where more may come. */
  readonly open?: boolean;
}

export interface ExpectedStage {
  readonly name: string;
  /** Undefined where tools decide, by the number of files that they make. */
  readonly tasks: number | undefined;
  /** True where there may be more, since a source is open. */
  readonly open: boolean;
}

/** Places along axes; undefined where they are not known before the run. */
interface Known {
  readonly axes: readonly string[];
  readonly rows: readonly (readonly number[])[] | undefined;
  readonly open: boolean;
  readonly skip: LatticeBounds['skip'];
}

/** @param sources by name; of one that is missing nothing is known */
export function expectTasks(
  pipeline: CompiledPipeline,
  sources: Readonly<Record<string, ExpectedSource>>,
): ExpectedStage[] {
  const known = new Map<string, Known>();
  for (const { name, axes } of pipeline.sources) {
    const source = sources[name];
    const { bounds = unbounded, open = source === undefined } = source ?? {};
    known.set(name, {
      axes,
      rows: source === undefined ? undefined : inside(source.places, axes, bounds),
      open,
      skip: bounds.skip,
    });
  }
  return pipeline.stages.map((stage) => {
    const rows = placesOf(stage, known);
    // The one task of a stage over everything comes to be whatever else comes.
    const open = stage.axes.length > 0 && coveringOf(stage, known).some((one) => one.open);
    for (const output of stage.outputs) {
      known.set(`${stage.name}.${output.name}`, {
        axes: output.axes,
        rows: output.extraAxes.length > 0 ? undefined : rows,
        open: open || rows === undefined,
        skip: Object.assign({}, ...coveringOf(stage, known).map(({ skip }) => skip)) as Known['skip'],
      });
    }
    return { name: stage.name, tasks: rows?.length, open };
  });
}

function originName({ origin }: CompiledInput): string {
  return origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`;
}

function coveringOf(stage: CompiledStage, known: ReadonlyMap<string, Known>): Known[] {
  return stage.inputs.flatMap((input) => {
    const read = input.covering ? known.get(originName(input)) : undefined;
    return read === undefined ? [] : [read];
  });
}

function placesOf(stage: CompiledStage, known: ReadonlyMap<string, Known>): Known['rows'] {
  let joined: { axes: readonly string[]; rows: Known['rows'] } = { axes: [], rows: [[]] };
  for (const { axes, rows } of coveringOf(stage, known)) {
    const own = axes.filter((axis) => stage.axes.includes(axis));
    if (rows === undefined || joined.rows === undefined) return undefined;
    joined = join(joined.axes, joined.rows, own, project(axes, rows, own));
  }
  const rows = reorder(joined.axes, joined.rows, stage.axes);
  const { over } = stage;
  if (rows === undefined || over.kind !== 'neighbors' || over.edges === 'clip') return rows;
  const tests = stage.inputs.map((input) =>
    neighborTest(over.offsets, stage.axes, known.get(originName(input))),
  );
  return rows.filter((row) => tests.every((hasAll) => hasAll(row)));
}

function reorder(axes: readonly string[], rows: Known['rows'], wanted: readonly string[]): Known['rows'] {
  if (rows === undefined || axes.join() === wanted.join()) return rows;
  const indexes = wanted.map((axis) => axes.indexOf(axis));
  return rows.map((row) => indexes.map((index) => row[index] ?? 0));
}

/** Whether all places at the offsets from a row are there, in a dataset that has the axes of the offsets. */
function neighborTest(
  offsets: Readonly<Record<string, readonly number[]>>,
  axes: readonly string[],
  read: Known | undefined,
): (row: readonly number[]) => boolean {
  if (read?.rows === undefined || !Object.keys(offsets).every((axis) => read.axes.includes(axis)))
    return () => true;
  const keys = new Set(read.rows.map((row) => row.join()));
  const columns = read.axes.map((axis) => ({ at: axes.indexOf(axis), skipped: read.skip[axis] ?? [] }));
  const vectors = offsetVectors(offsets).map((offset) => read.axes.map((axis) => offset[axis] ?? 0));
  return (row) =>
    vectors.every((vector) =>
      keys.has(
        columns
          .map(({ at, skipped }, index) => step(row[at] ?? 0, vector[index] ?? 0, skipped))
          .join(),
      ),
    );
}

function project(
  axes: readonly string[],
  rows: readonly (readonly number[])[],
  own: readonly string[],
): readonly (readonly number[])[] {
  if (own.length === axes.length) return rows;
  const indexes = own.map((axis) => axes.indexOf(axis));
  const parts = new Map<string, number[]>();
  for (const row of rows) {
    const part = indexes.map((index) => row[index] ?? 0);
    parts.set(part.join(','), part);
  }
  return [...parts.values()];
}

/** The natural join, along the axes of the left side and then those that the right side adds. */
function join(
  leftAxes: readonly string[],
  left: readonly (readonly number[])[],
  rightAxes: readonly string[],
  right: readonly (readonly number[])[],
): { axes: readonly string[]; rows: readonly (readonly number[])[] } {
  if (leftAxes.length === 0 && left.length === 1) return { axes: rightAxes, rows: right };
  const shared = rightAxes.filter((axis) => leftAxes.includes(axis));
  const added = rightAxes.filter((axis) => !leftAxes.includes(axis));
  const keyOf = (axes: readonly string[], row: readonly number[]): string =>
    shared.map((axis) => row[axes.indexOf(axis)]).join(',');
  const bySharing = new Map<string, number[][]>();
  for (const row of right) {
    const rest = added.map((axis) => row[rightAxes.indexOf(axis)] ?? 0);
    const key = keyOf(rightAxes, row);
    const others = bySharing.get(key);
    if (others === undefined) bySharing.set(key, [rest]);
    else others.push(rest);
  }
  return {
    axes: [...leftAxes, ...added],
    rows: left.flatMap((row) =>
      (bySharing.get(keyOf(leftAxes, row)) ?? []).map((rest) => [...row, ...rest]),
    ),
  };
}

function inside(
  places: readonly (readonly number[])[],
  axes: readonly string[],
  bounds: LatticeBounds,
): readonly (readonly number[])[] {
  const bounded = axes.flatMap((axis, index) =>
    [bounds.extents, bounds.skip, bounds.region].some((limits) => limits[axis] !== undefined)
      ? [{ axis, index }]
      : [],
  );
  if (bounded.length === 0) return places;
  return places.filter((row) =>
    bounded.every(({ axis, index }) => isWithin(bounds, { [axis]: row[index] ?? 0 })),
  );
}
