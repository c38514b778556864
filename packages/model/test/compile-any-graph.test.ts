/**
 * Random pipelines, sound and broken: compiling refuses with problems that have file, line and mend, or gives a graph
 * that keeps what the engine builds on.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  compilePipeline,
  FileErrors,
  parsePipelineFile,
  parseToolFile,
  type CompiledPipeline,
  type CompiledStage,
  type FileProblem,
} from '../src/index.ts';
import { exampleTools, makeTool } from './example-tools.ts';

const tools = [
  ...exampleTools,
  makeTool('many', {
    inputs: { a: { type: 'file', many: true }, b: { type: 'file', many: true, required: false } },
    outputs: {
      out: { type: 'image', path: 'o' },
      parts: { type: 'image', path: 'p', pattern: '{part:d}.tif' },
    },
  }),
];

type Result = { readonly pipeline: CompiledPipeline } | { readonly problems: readonly FileProblem[] };

function compile(text: string): Result {
  try {
    return { pipeline: compilePipeline(parsePipelineFile(text, 'p.yaml'), tools) };
  } catch (error) {
    // Anything else is a fault of ours, and fails the test.
    if (error instanceof FileErrors) return { problems: error.problems };
    throw error;
  }
}

function checkProblems(problems: readonly FileProblem[], text: string): void {
  expect(problems.length).toBeGreaterThan(0);
  for (const problem of problems) {
    expect(problem.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(problem.file).toBe('p.yaml');
    expect(problem.line).toBeGreaterThanOrEqual(1);
    expect(problem.line).toBeLessThanOrEqual(text.split('\n').length);
    expect(problem.message).not.toMatch(/undefined|\[object/);
    expect(problem.mend).toMatch(/[.?"]$/);
  }
}

/** Axes that stages' outputs have, by `stage.output`, or sources'. */
function checkGraph(pipeline: CompiledPipeline): void {
  const known = new Map(pipeline.sources.map((source) => [source.name, source.axes]));
  for (const stage of pipeline.stages) {
    for (const input of stage.inputs) {
      const { origin } = input;
      const name = origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`;
      expect(known.get(name)).toEqual(input.axes);
    }
    checkStage(stage);
    for (const output of stage.outputs) known.set(`${stage.name}.${output.name}`, output.axes);
  }
}

function checkStage(stage: CompiledStage): void {
  expect(stage.inputs.length).toBeGreaterThan(0);
  expect(new Set(stage.axes).size).toBe(stage.axes.length);
  const covering = stage.inputs.filter((input) => input.covering);
  const covered = new Set(covering.flatMap((input) => input.axes));
  expect(stage.axes.every((axis) => covered.has(axis))).toBe(true);
  covering.forEach((input, index) => {
    const before = new Set(covering.slice(0, index).flatMap((one) => one.axes));
    expect(input.axes.some((axis) => stage.axes.includes(axis) && !before.has(axis))).toBe(true);
  });
  for (const input of stage.inputs) {
    if (!input.many) expect(input.axes.every((axis) => stage.axes.includes(axis))).toBe(true);
  }
  for (const output of stage.outputs) {
    expect(output.axes).toEqual([...stage.axes, ...output.extraAxes]);
    expect(new Set(output.axes).size).toBe(output.axes.length);
  }
}

const axis = fc.constantFrom('row', 'col', 'z');
const stageNames = ['p', 'q', 'r', 's'];
const over = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>('each', 'all', undefined) },
  { weight: 2, arbitrary: fc.uniqueArray(axis, { minLength: 1, maxLength: 2 }).map((group) => ({ group })) },
  { weight: 1, arbitrary: axis.map((one) => ({ neighbors: { [one]: [0, 1] }, edges: 'drop' })) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('none', { group: [] }, { neighbors: {} }, 3) },
);
const reads = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('images', 'plain') },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...stageNames), fc.constantFrom('mask', 'out', 'parts', 'vector', 'mosaic'))
      .map((pair) => pair.join('.')),
  },
  { weight: 1, arbitrary: fc.constantFrom('nothing', 'p', 'p.', '.x', '', 'images.out') },
);
const stage = fc.oneof(
  fc.record({ tool: fc.constant('threshold@1'), over, inputs: fc.record({ image: reads }) }),
  fc.record({
    tool: fc.constant('many@1'),
    over,
    inputs: fc.record({ a: reads, b: reads }, { requiredKeys: ['a'] }),
  }),
  fc.record({ tool: fc.constant('split@1'), over, inputs: fc.record({ image: reads }) }),
  fc.record({
    tool: fc.constantFrom('assemble@1', 'stitch@9', 'nothing@1', 'bad'),
    over,
    inputs: fc.dictionary(fc.constantFrom('tiles', 'vector'), reads),
  }),
);
const pipelines = fc.record({
  gantry: fc.constant('pipeline/v1'),
  name: fc.constant('random'),
  sources: fc.record({
    images: fc.record({ type: fc.constant('image'), axes: fc.uniqueArray(axis) }),
    plain: fc.record({ type: fc.constant('image') }),
  }),
  stages: fc.oneof(
    fc.dictionary(fc.constantFrom(...stageNames), stage, { minKeys: 1, maxKeys: 4 }),
    mostlySound(),
  ),
});

/** Stages of one tool that takes everything, each reading sources and those before it. */
function mostlySound() {
  const walk = fc.oneof(
    fc.constantFrom<unknown>('each', 'all'),
    axis.map((one) => ({ group: [one] })),
  );
  const named = stageNames.map((name, index) => {
    const before = stageNames.slice(0, index).flatMap((earlier) => [`${earlier}.out`, `${earlier}.parts`]);
    const read = fc.constantFrom('images', 'plain', ...before);
    return fc
      .record({ tool: fc.constant('many@1'), over: walk, inputs: fc.record({ a: read, b: read }) })
      .map((one) => [name, one] as const);
  });
  return fc
    .tuple(...named)
    .chain((all) => fc.shuffledSubarray(all, { minLength: 4 }))
    .map((all) => Object.fromEntries(all));
}

describe('any pipeline', () => {
  it('compiles to a sound graph, or is refused with problems', () => {
    let sound = 0;
    fc.assert(
      fc.property(pipelines, (file) => {
        const text = stringify(file);
        const result = compile(text);
        if ('problems' in result) {
          checkProblems(result.problems, text);
        } else {
          sound += 1;
          checkGraph(result.pipeline);
        }
      }),
      { numRuns: 500 },
    );
    expect(sound).toBeGreaterThan(25);
  });

  it('is refused with problems, and not with a fault of ours, where its text is damaged', () => {
    const text = stringify({
      gantry: 'pipeline/v1',
      name: 'x',
      sources: { images: { type: 'image', axes: ['row', 'z'], extents: { row: [1, 2] } } },
      stages: {
        p: { tool: 'many@1', over: { neighbors: { z: [0, 1] } }, inputs: { a: 'images' }, tolerate: '2%' },
      },
    });
    const scrap = fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ':',
      '- ',
      '\n',
      '  ',
      '*a',
      '&a ',
      '!!set ',
      '"',
      '#',
      '\t',
      '? ',
      '__proto__',
      'null',
      '0',
      '~',
      '|',
      '<<: ',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), scrap, (from, length, put) => {
        const damaged = text.slice(0, from) + put + text.slice(from + length);
        const result = compile(damaged);
        if ('problems' in result) checkProblems(result.problems, damaged);
        else checkGraph(result.pipeline);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused whatever value stands anywhere', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(value, value, (some, other) => {
        for (const file of [
          some,
          { stages: some, sources: other },
          {
            gantry: 'pipeline/v1',
            name: 'x',
            source: { type: 'image', axes: some },
            stages: { p: other, q: { tool: 'many@1', inputs: { a: 'p.out' }, over: some, params: other } },
          },
        ]) {
          const text = JSON.stringify(file);
          const result = compile(text);
          if ('problems' in result) checkProblems(result.problems, text);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('any tool file', () => {
  it('is a manifest or is refused with problems', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const template = fc.string({
      unit: fc.constantFrom('${', '}', 'inputs', '.', 'a', 'params', 'p', 'at', '$', '0', 'stem'),
    });
    const file = fc.record(
      {
        gantry: fc.constant('tool/v1'),
        name: fc.constant('t'),
        version: fc.constant('1.0.0'),
        command: fc.oneof(fc.array(template, { minLength: 1 }), value),
        inputs: fc.oneof(fc.constant({ a: { type: 'image' } }), value),
        params: fc.oneof(fc.constant({ p: { type: 'array', items: { type: 'integer' } } }), value),
        outputs: fc.oneof(
          template.map((path) => ({ o: { type: 'image', path } })),
          value,
        ),
        resources: value,
        batch: value,
      },
      { requiredKeys: ['gantry', 'name', 'version', 'command'] },
    );
    fc.assert(
      fc.property(file, (tool) => {
        const text = JSON.stringify(tool);
        try {
          expect(parseToolFile(text, 'p.yaml').name).toBe('t');
        } catch (error) {
          if (!(error instanceof FileErrors)) throw error;
          checkProblems(error.problems, text);
        }
      }),
      { numRuns: 400 },
    );
  });
});
