/**
 * The axes of a stage: those of its tasks, which inputs contribute places, those of its outputs, and whether it all
 * fits. The lattice's arithmetic is left to `over.ts` and `lattice.ts`.
 */
import { listNames, suggestName } from './near-names.ts';
import type { Over } from './over.ts';

export interface AxesInput {
  readonly name: string;
  /** Axes of the dataset that is read. */
  readonly axes: readonly string[];
  readonly many: boolean;
}

/** A fault of a stage's axes; `key` is the path below the stage at which it is to be mended. */
export interface AxesFault {
  readonly code: string;
  readonly key: readonly string[];
  readonly message: string;
  readonly mend: string;
}

export interface StageAxes {
  /** Axes of the tasks. */
  readonly axes: readonly string[];
  /** Names of the inputs that contribute places. */
  readonly covering: ReadonlySet<string>;
  readonly faults: readonly AxesFault[];
}

/**
 * Axes of a stage's tasks. `each` and `neighbors`: the union of the inputs' axes in the order of first appearance;
 * `group`: those named; `all`: none. An input is covering when it has a task axis that no covering input before it
 * has; the tasks' places are the natural join of the covering inputs.
 */
export function stageAxes(over: Over, inputs: readonly AxesInput[]): StageAxes {
  const union = [...new Set(inputs.flatMap((input) => input.axes))];
  const axes = over.kind === 'all' ? [] : over.kind === 'group' ? over.axes : union;
  const faults = [...checkOver(over, inputs, union)];
  const covering = new Set<string>();
  const covered = new Set<string>();
  for (const input of inputs) {
    const own = input.axes.filter((axis) => axes.includes(axis));
    if (own.every((axis) => covered.has(axis))) continue;
    if (covered.size > 0 && !own.some((axis) => covered.has(axis)))
      faults.push({
        code: 'axes-cannot-join',
        key: ['inputs', input.name],
        message: `the input \`${input.name}\` (${own.join(', ')}) has no axis in common with the inputs before it (${[...covered].join(', ')}), so nothing says which of their places belong together`,
        mend: 'Read datasets that share an axis, or use `over: { group: […] }` with the axes of one of them.',
      });
    covering.add(input.name);
    for (const axis of own) covered.add(axis);
  }
  for (const input of inputs) faults.push(...checkMany(over, input, axes));
  return { axes, covering, faults };
}

/** Faults of an output whose file names add axes to the task's. */
export function checkExtraAxes(
  output: string,
  extra: readonly string[],
  axes: readonly string[],
): AxesFault[] {
  return extra
    .filter((axis) => axes.includes(axis))
    .map((axis) => ({
      code: 'axis-clash',
      key: ['over'],
      message: `the file names of the output \`${output}\` give the axis \`${axis}\`, which the stage's tasks have already (${axes.join(', ')})`,
      mend: `Rename the field \`{${axis}:…}\` in the tool's \`outputs.${output}.pattern\`, or use the tool over other axes.`,
    }));
}

function* checkOver(
  over: Over,
  inputs: readonly AxesInput[],
  union: readonly string[],
): Generator<AxesFault> {
  if (over.kind === 'group') {
    for (const axis of over.axes) {
      if (!union.includes(axis))
        yield {
          code: 'group-axis-unknown',
          key: ['over', 'group'],
          message: `no input of the stage has the axis \`${axis}\``,
          mend: suggestName(axis, union),
        };
    }
  }
  const [primary] = inputs;
  if (over.kind !== 'neighbors' || primary === undefined) return;
  for (const axis of Object.keys(over.offsets)) {
    if (primary.axes.includes(axis)) continue;
    const elsewhere = inputs.find((input) => input.axes.includes(axis));
    yield {
      code: 'neighbor-axis-unknown',
      key: ['over', 'neighbors', axis],
      message: `the first input, \`${primary.name}\`, has no axis \`${axis}\` to find neighbors on`,
      mend:
        elsewhere === undefined
          ? suggestName(axis, primary.axes)
          : `Write the input \`${elsewhere.name}\`, which has it, first.`,
    };
  }
}

function* checkMany(over: Over, input: AxesInput, axes: readonly string[]): Generator<AxesFault> {
  if (input.many) return;
  const key = ['inputs', input.name];
  const free = input.axes.filter((axis) => !axes.includes(axis));
  if (free.length > 0) {
    const group = [...axes, ...free].join(', ');
    yield {
      code: 'needs-many',
      key,
      message: `the input \`${input.name}\` takes one item, but each task would read all along ${listNames(free, 'and')}`,
      mend: `Use \`over: each\` or \`over: { group: [${group}] }\`, or a tool that declares the input \`many: true\`.`,
    };
  }
  if (over.kind !== 'neighbors') return;
  const offsets = Object.values(over.offsets).reduce((product, values) => product * values.length, 1);
  if (offsets > 1 && Object.keys(over.offsets).every((axis) => input.axes.includes(axis)))
    yield {
      code: 'needs-many',
      key,
      message: `the input \`${input.name}\` takes one item, but each task would read ${offsets} neighbors`,
      mend: 'Use a tool that declares the input `many: true`, or name one offset only.',
    };
}
