/**
 * Random pipelines over small lattices, of every form that the model knows, for the property tests.
 */
import {
  toolManifestSchema,
  type CompiledInput,
  type CompiledOutput,
  type CompiledPipeline,
  type CompiledSource,
  type CompiledStage,
  type LatticeBounds,
  type Origin,
  type Over,
  type Tolerance,
} from '@gantry/model';

/** A seeded generator of numbers in [0, 1): mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomFrom(seed);
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  some<T>(values: readonly T[], atLeast = 0): T[] {
    const picked = values.filter(() => this.oneIn(2));
    return picked.length >= atLeast || values.length < atLeast ? picked : [this.pick(values)];
  }

  shuffle<T>(values: readonly T[]): T[] {
    return values
      .map((value) => ({ value, key: this.#next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }
}

export interface RandomPipeline {
  readonly pipeline: CompiledPipeline;
  readonly bounds: Record<string, LatticeBounds>;
}

export interface Dataset {
  readonly origin: Origin;
  readonly axes: readonly string[];
}

const axisNames = ['x', 'y', 'z'];

export function randomPipeline(chance: Chance): RandomPipeline {
  const sources: CompiledSource[] = [];
  const bounds: Record<string, LatticeBounds> = {};
  const datasets: Dataset[] = [];
  for (let index = 0; index < 1 + chance.below(2); index++) {
    const axes = index === 0 ? chance.some(axisNames, 1) : chance.some(axisNames);
    const name = `source${index}`;
    sources.push({ name, type: 'image', axes });
    bounds[name] = randomBounds(chance, axes);
    datasets.push({ origin: { kind: 'source', source: name }, axes });
  }
  const stages: CompiledStage[] = [];
  for (let index = 0; index < 1 + chance.below(4); index++) {
    const stage = randomStage(chance, `stage${index}`, datasets, index);
    stages.push(stage);
    for (const output of stage.outputs) {
      datasets.push({
        origin: { kind: 'output', stage: stage.name, output: output.name },
        axes: output.axes,
      });
    }
  }
  return { pipeline: { name: 'random', sources, stages }, bounds };
}

/** What stages behind those of the pipeline could read. */
export function datasetsOf({ sources, stages }: CompiledPipeline): Dataset[] {
  return [
    ...sources.map(({ name, axes }): Dataset => ({ origin: { kind: 'source', source: name }, axes })),
    ...stages.flatMap((stage) =>
      stage.outputs.map((output): Dataset => ({
        origin: { kind: 'output', stage: stage.name, output: output.name },
        axes: output.axes,
      })),
    ),
  ];
}

export function randomBounds(chance: Chance, axes: readonly string[]): LatticeBounds {
  const extents: Record<string, [number, number]> = {};
  const skip: Record<string, number[]> = {};
  const region: Record<string, [number, number]> = {};
  for (const axis of axes) {
    if (chance.oneIn(2)) extents[axis] = [0, chance.below(3)];
    if (chance.oneIn(4)) skip[axis] = [chance.below(3)];
    if (chance.oneIn(6)) region[axis] = [0, chance.below(3)];
  }
  return { extents, skip, region };
}

export function randomStage(
  chance: Chance,
  name: string,
  datasets: readonly Dataset[],
  stagesBefore: number,
): CompiledStage {
  const first = chance.oneIn(2) ? (datasets.at(-1) ?? chance.pick(datasets)) : chance.pick(datasets);
  const read = [first, ...(chance.oneIn(3) ? [chance.pick(datasets)] : [])];
  const union = [...new Set(read.flatMap(({ axes }) => axes))];
  const over = randomOver(chance, first.axes, union);
  const axes = over.kind === 'all' ? [] : over.kind === 'group' ? [...over.axes] : union;
  const covered = new Set<string>();
  const inputs = read.map((dataset, index): CompiledInput => {
    const adds = dataset.axes.filter((axis) => axes.includes(axis) && !covered.has(axis));
    for (const axis of adds) covered.add(axis);
    const walks =
      over.kind === 'neighbors' && Object.keys(over.offsets).every((axis) => dataset.axes.includes(axis));
    const several = walks || dataset.axes.some((axis) => !axes.includes(axis));
    return {
      name: `in${index}`,
      origin: dataset.origin,
      type: 'image',
      axes: dataset.axes,
      many: several || chance.oneIn(4),
      required: !chance.oneIn(5),
      covering: adds.length > 0,
    };
  });
  const outputs = Array.from({ length: chance.oneIn(4) ? 2 : 1 }, (_, index): CompiledOutput => {
    const extraAxes = chance.oneIn(4) ? [`${name}k${index}`] : [];
    return {
      name: `out${index}`,
      type: 'image',
      axes: [...axes, ...extraAxes],
      extraAxes,
      min: chance.oneIn(4) ? 0 : 1,
    };
  });
  return {
    name,
    tool: manifest(inputs, outputs, {
      attempts: chance.oneIn(4) ? 3 : 1,
      lost: 2 + (stagesBefore % 2),
      // So long that a wait is over when the history says so, and not before.
      backoff: chance.oneIn(2) ? '10h' : 0,
      ...(chance.oneIn(3) ? { on: ['failed'] } : {}),
    }),
    over,
    axes,
    inputs,
    outputs,
    params: {},
    tolerate: randomTolerance(chance),
  };
}

export function randomOver(chance: Chance, primary: readonly string[], union: readonly string[]): Over {
  const kind = chance.below(6);
  if (kind === 0) return { kind: 'all' };
  if (kind === 1 && union.length > 0) return { kind: 'group', axes: chance.some(union, 1) };
  if (kind <= 3 && primary.length > 0) {
    const offsets: Record<string, number[]> = {
      [chance.pick(primary)]: chance.pick([[0, 1], [1], [-1, 0, 1], [0, 2]]),
    };
    if (chance.oneIn(4)) offsets[chance.pick(primary)] = [0, 1];
    return { kind: 'neighbors', offsets, edges: chance.pick(['clip', 'drop']) };
  }
  return { kind: 'each' };
}

export function randomTolerance(chance: Chance): Tolerance {
  if (!chance.oneIn(3)) return { places: 0 };
  return chance.pick<Tolerance>([{ places: 1 }, { fraction: 0.5 }, { fraction: 0.34 }]);
}

export function manifest(
  inputs: readonly CompiledInput[],
  outputs: readonly CompiledOutput[],
  retry: object,
) {
  return toolManifestSchema.parse({
    gantry: 'tool/v1',
    name: 'anything',
    version: '1.0.0',
    command: ['true'],
    inputs: Object.fromEntries(
      inputs.map(({ name, many, required }) => [name, { type: 'image', many, required }]),
    ),
    outputs: Object.fromEntries(outputs.map(({ name }) => [name, { type: 'image', path: `${name}.tif` }])),
    retry,
  });
}
