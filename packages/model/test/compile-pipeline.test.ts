import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  compilePipeline,
  parsePipelineFile,
  resolveTool,
  type CompiledPipeline,
  type CompiledStage,
} from '../src/index.ts';
import { exampleTools, makeTool } from './example-tools.ts';

const head = 'gantry: pipeline/v1\nname: example\n';

function compile(text: string, tools = exampleTools): CompiledPipeline {
  return compilePipeline(parsePipelineFile(head + text, 'pipeline.yaml'), tools);
}

/** One stage over sources `a`, `b`, … with the axes given, the first input first. */
function compileOne(
  over: string,
  inputs: Record<string, { axes: string; many?: boolean }>,
  more = '',
): CompiledStage {
  const tool = makeTool('one', {
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, { type: 'image', many: input.many ?? false }]),
    ),
    outputs: { out: { type: 'image', path: 'out.tif' } },
  });
  const sources = Object.entries(inputs).map(
    ([name, input]) => `  s-${name}: { type: image, axes: [${input.axes}] }`,
  );
  const reads = Object.keys(inputs).map((name) => `${name}: s-${name}`);
  const { stages } = compile(
    `sources:\n${sources.join('\n')}\nstages:\n  one: { tool: one@1, over: ${over}, inputs: { ${reads.join(', ')} }${more} }`,
    [tool],
  );
  const [stage] = stages;
  if (stage === undefined) throw new Error('no stage was compiled');
  return stage;
}

const coveringOf = (stage: CompiledStage) =>
  stage.inputs.filter((input) => input.covering).map((input) => input.name);

describe('compiling a pipeline', () => {
  it('resolves the example of the design', () => {
    const pipeline =
      compile(`sources: { tiles: { type: image, axes: [row, col], extents: { row: [1, 4], col: [1, 4] } } }
stages:
  segment:  { tool: threshold@1, over: each, inputs: { image: assemble.mosaic }, params: { method: otsu } }
  assemble: { tool: assemble@1, over: all, inputs: { tiles: tiles, vector: stitch.vector } }
  stitch:   { tool: stitch@1, over: all, inputs: { tiles: tiles } }
`);
    expect(pipeline.sources).toEqual([
      { name: 'tiles', type: 'image', axes: ['row', 'col'], extents: { row: [1, 4], col: [1, 4] }, skip: {} },
    ]);
    expect(pipeline.stages.map((stage) => [stage.name, stage.axes, coveringOf(stage)])).toEqual([
      ['stitch', [], []],
      ['assemble', [], []],
      ['segment', [], []],
    ]);
    const [, assemble, segment] = pipeline.stages;
    expect(assemble?.inputs).toEqual([
      {
        name: 'tiles',
        origin: { kind: 'source', source: 'tiles' },
        type: 'image',
        axes: ['row', 'col'],
        many: true,
        required: true,
        covering: false,
      },
      {
        name: 'vector',
        origin: { kind: 'output', stage: 'stitch', output: 'vector' },
        type: 'vector',
        axes: [],
        many: false,
        required: true,
        covering: false,
      },
    ]);
    expect(segment?.params).toEqual({ method: 'otsu', value: 0 });
    expect(segment?.tolerate).toEqual({ places: 0 });
  });

  it('takes `source` for one source of that name', () => {
    const { sources, stages } = compile(
      'source: { type: image }\nstages: { s: { tool: threshold@1, inputs: { image: source } } }',
    );
    expect(sources.map((source) => source.name)).toEqual(['source']);
    expect(stages[0]?.over).toEqual({ kind: 'each' });
  });

  it('puts a stage’s resources, tries and tolerance over its tool’s', () => {
    const [stage] = compile(
      'source: { type: image }\nstages: { s: { tool: threshold@1, inputs: { image: source }, resources: { memory: 2GiB }, retry: 1, tolerate: 2% } }',
    ).stages;
    expect(stage?.tool.resources).toEqual({ cpu: 1, memory: 2 ** 31, gpu: 0, time: 3600 });
    expect(stage?.tool.retry).toEqual({ attempts: 2 });
    expect(stage?.tolerate).toEqual({ fraction: 0.02 });
  });

  it('sets parameters of the command line over the file’s, each as its type', () => {
    const parsed = parsePipelineFile(
      `${head}source: { type: image }\nstages: { s: { tool: threshold@1, inputs: { image: source }, params: { value: 1 } } }`,
      'p.yaml',
    );
    const compiled = compilePipeline(parsed, exampleTools, {
      params: { s: { value: '7.5', method: 'value' } },
    });
    expect(compiled.stages[0]?.params).toEqual({ method: 'value', value: 7.5 });
    expect(() => compilePipeline(parsed, exampleTools, { params: { s: { value: 'x' } } })).toThrow(
      'cannot be "x"',
    );
    expect(() => compilePipeline(parsed, exampleTools, { params: { t: { value: '1' } } })).toThrow(
      '--param t.value=1: the pipeline has no stage `t`',
    );
  });
});

describe('the axes of tasks', () => {
  it('are the union of the inputs’ axes for `each`, in the order of first appearance', () => {
    const stage = compileOne('each', {
      tile: { axes: 'row, col, channel' },
      flat: { axes: 'channel' },
      vector: { axes: '' },
      more: { axes: 'channel, z' },
    });
    expect(stage.axes).toEqual(['row', 'col', 'channel', 'z']);
    expect(coveringOf(stage)).toEqual(['tile', 'more']);
    expect(stage.outputs).toEqual([
      { name: 'out', type: 'image', axes: ['row', 'col', 'channel', 'z'], extraAxes: [], min: 1 },
    ]);
  });

  it('are none for `all`', () => {
    const stage = compileOne('all', { tiles: { axes: 'row, col', many: true } });
    expect([stage.axes, coveringOf(stage)]).toEqual([[], []]);
  });

  it('are those named for `group`', () => {
    const stage = compileOne('{ group: [z] }', {
      tiles: { axes: 'row, col, z', many: true },
      flat: { axes: '' },
    });
    expect([stage.axes, coveringOf(stage)]).toEqual([['z'], ['tiles']]);
  });

  it('are those of `each` for `neighbors`; inputs without the axes are read at the place', () => {
    const stage = compileOne('{ neighbors: { z: [0, 1] }, edges: drop }', {
      tiles: { axes: 'x, z', many: true },
      flat: { axes: 'x' },
    });
    expect(stage.over).toEqual({ kind: 'neighbors', offsets: { z: [0, 1] }, edges: 'drop' });
    expect(stage.axes).toEqual(['x', 'z']);
    expect(compileOne('{ neighbors: { z: [1] } }', { tile: { axes: 'z' } }).over).toMatchObject({
      edges: 'clip',
    });
  });

  it('are followed by those of the file names in a one-to-many output', () => {
    const tool = makeTool('pieces', {
      inputs: { image: { type: 'image' } },
      outputs: { parts: { type: 'image', path: 'parts', pattern: 'c{channel:d}_p{part:dd}.tif', min: 0 } },
    });
    const { stages } = compile(
      'source: { type: image, axes: [z] }\nstages:\n  split: { tool: pieces@1, inputs: { image: source } }\n  next: { tool: threshold@1, inputs: { image: split.parts } }',
      [...exampleTools, tool],
    );
    expect(stages[0]?.outputs).toEqual([
      {
        name: 'parts',
        type: 'image',
        axes: ['z', 'channel', 'part'],
        extraAxes: ['channel', 'part'],
        min: 0,
      },
    ]);
    expect(stages[1]?.axes).toEqual(['z', 'channel', 'part']);
  });
});

describe('the version of a tool', () => {
  const tools = ['1.2.0', '1.10.3', '1.10.3-rc.1', '2.0.0-beta.1', '10.0.0'].map((version) =>
    makeTool('x', { version }),
  );

  it.each([
    ['1', '1.10.3'],
    ['1.2', '1.2.0'],
    ['1.10', '1.10.3'],
    ['1.10.3-rc.1', '1.10.3-rc.1'],
    ['2.0.0-beta.1', '2.0.0-beta.1'],
    ['10', '10.0.0'],
  ])('x@%s is %s', (version, found) => {
    expect(resolveTool({ name: 'x', version }, tools).version).toBe(found);
  });

  it.each(['2', '3', '1.1', '1.2.1'])('x@%s is none', (version) => {
    expect(() => resolveTool({ name: 'x', version }, tools)).toThrow(`there is no version ${version}`);
  });

  it('is ordered as semantic versions are', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.2.0',
      '1.10.0',
    ];
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
  });
});
