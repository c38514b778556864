import { describe, expect, it } from 'vitest';
import { compilePipeline, FileErrors, parsePipelineFile, type FileProblem } from '../src/index.ts';
import { exampleTools } from './example-tools.ts';

function problemsOf(text: string): readonly FileProblem[] {
  try {
    compilePipeline(parsePipelineFile(text, 'pipeline.yaml'), exampleTools);
  } catch (error) {
    if (error instanceof FileErrors) return error.problems;
    throw error;
  }
  return [];
}

const head = `gantry: pipeline/v1
name: example
sources:
  tiles: { type: image, axes: [row, col] }
  stack: { type: image, axes: [x, z] }
  one: { type: image }
  notes: { type: table, axes: [row] }
stages:
`;
/** Stages from line 9 on. */
const stages = (...lines: string[]) => `${head}${lines.map((line) => `  ${line}\n`).join('')}`;
const good = 's: { tool: threshold@1, inputs: { image: tiles } }';

describe('a pipeline file with a fault says what, where and how to mend it', () => {
  it('and a good one nothing', () => {
    expect(problemsOf(stages(good))).toEqual([]);
  });

  it.each<[string, string, string, number, string, string]>([
    ['empty', '# nothing\n', 'empty-file', 1, 'the file is empty', 'gantry: pipeline/v1'],
    ['not YAML', stages('s: { tool: threshold@1'), 'yaml-syntax', 9, 'not YAML', 'brackets'],
    [
      'two stages of one name',
      stages(good, good),
      'duplicate-key',
      10,
      '`s` is there twice',
      'Rename or remove one',
    ],
    ['a text', 'hello', 'bad-value', 1, 'the file cannot be the text `hello`', 'a mapping of keys'],
    [
      'another format',
      stages(good).replace('pipeline/v1', 'tool/v1'),
      'bad-value',
      1,
      '`gantry` cannot be the text `tool/v1`',
      'It must be `pipeline/v1`.',
    ],
    [
      'an unknown key',
      `${stages(good)}stage: {}\n`,
      'unknown-key',
      10,
      'the file has no key `stage`',
      'Did you mean `stages`?',
    ],
    ['no stages', head.replace('stages:\n', ''), 'missing-key', 1, '`stages` is missing', 'Add it'],
    [
      'an empty list of stages',
      head.replace('stages:', 'stages: {}'),
      'pipeline-without-stages',
      8,
      'no stage',
      'Add a stage',
    ],
    [
      'no source',
      'gantry: pipeline/v1\nname: x\nstages:\n  s: { tool: threshold@1, inputs: { image: tiles } }',
      'pipeline-without-source',
      1,
      'no source',
      'Add `sources:',
    ],
    [
      'source and sources',
      stages(good).replace('sources:', 'source: { type: image }\nsources:'),
      'source-and-sources',
      3,
      'both `source` and `sources`',
      'Move the one',
    ],
    [
      'a source and a stage of one name',
      stages('tiles: { tool: threshold@1, inputs: { image: tiles } }'),
      'same-name',
      9,
      '`tiles` is a source and a stage',
      'Rename',
    ],
    [
      'an axis twice',
      stages(good).replace('[row, col]', '[row, row]'),
      'bad-value',
      4,
      '`sources.tiles.axes`',
      'It must name every axis once.',
    ],
    [
      'extents of no axis',
      stages(good).replace('axes: [x, z]', 'axes: [x, z], extents: { y: [1, 2] }'),
      'unknown-axis',
      5,
      '`y` is none',
      'There are `x` and `z`.',
    ],
    [
      'extents that end before they begin',
      stages(good).replace('axes: [x, z]', 'axes: [x, z], extents: { z: [4, 1] }'),
      'empty-range',
      5,
      'begin at 4, above their end at 1',
      'lower coordinate first',
    ],
    [
      'a stage with a wrong key',
      stages('s: { tool: threshold@1, input: { image: tiles } }'),
      'unknown-key',
      9,
      '`stages.s` has no key `input`',
      'Did you mean `inputs`?',
    ],
    [
      'a tool without a version',
      stages('s: { tool: threshold, inputs: { image: tiles } }'),
      'bad-value',
      9,
      '`stages.s.tool` cannot be the text `threshold`',
      'such as stitch@1 or stitch@1.2.0',
    ],
    [
      'an unknown tool',
      stages('s: { tool: treshold@1, inputs: { image: tiles } }'),
      'unknown-tool',
      9,
      'there is no tool `treshold`',
      'Did you mean `threshold`?',
    ],
    [
      'an unknown version',
      stages('s: { tool: stitch@2, over: all, inputs: { tiles: tiles } }'),
      'unknown-tool-version',
      9,
      'there is no version 2 of the tool `stitch`',
      'There is `1.2.0`.',
    ],
    [
      'an unknown input',
      stages('s: { tool: threshold@1, inputs: { image: tiles, imge: tiles } }'),
      'unknown-input',
      9,
      'the tool `threshold` has no input `imge`',
      'Did you mean `image`?',
    ],
    [
      'a missing input',
      stages('s: { tool: assemble@1, over: all, inputs: { tiles: tiles } }'),
      'missing-input',
      9,
      'the input `vector` (vector) of the tool `assemble` is not given',
      'Add `vector: `',
    ],
    [
      'no inputs at all',
      stages('s: { tool: maybe@1 }'),
      'stage-without-input',
      9,
      'the stage reads nothing',
      'Give at least one of `image`.',
    ],
    [
      'an unknown source',
      stages('s: { tool: threshold@1, inputs: { image: tile } }'),
      'unknown-source',
      9,
      'there is no source `tile`',
      'Did you mean `tiles`?',
    ],
    [
      'an unknown stage',
      stages('s: { tool: threshold@1, inputs: { image: t.mask } }'),
      'unknown-stage',
      9,
      'there is no stage `t`',
      'The only one is `s`.',
    ],
    [
      'a source with an output',
      stages('s: { tool: threshold@1, inputs: { image: tiles.out } }'),
      'unknown-stage',
      9,
      '`tiles` is a source, which has no outputs',
      'Write `tiles`.',
    ],
    [
      'an unknown output',
      stages(good, 't: { tool: threshold@1, inputs: { image: s.msk } }'),
      'unknown-output',
      10,
      '(tool `threshold`) has no output `msk`',
      'Did you mean `mask`?',
    ],
    [
      'a stage without its output',
      stages(good, 't: { tool: threshold@1, inputs: { image: s } }'),
      'output-not-named',
      10,
      '`s` is a stage',
      'Write `s.mask`.',
    ],
    [
      'a stage that reads itself',
      stages('s: { tool: threshold@1, inputs: { image: s.mask } }'),
      'cycle',
      9,
      'the stage `s` reads itself',
      'read something else',
    ],
    [
      'a circle',
      stages(
        'a: { tool: threshold@1, inputs: { image: c.mask } }',
        'b: { tool: threshold@1, inputs: { image: a.mask } }',
        'c: { tool: threshold@1, inputs: { image: b.mask } }',
      ),
      'cycle',
      9,
      '`a` reads `c` reads `b` reads `a`',
      'read something else',
    ],
    [
      'a wrong type',
      stages('s: { tool: threshold@1, inputs: { image: notes } }'),
      'type-mismatch',
      9,
      'takes the type image, but `notes` is of the type table',
      'Read a dataset of the type image',
    ],
    [
      'an unknown group axis',
      stages('s: { tool: stitch@1, over: { group: [y] }, inputs: { tiles: stack } }'),
      'group-axis-unknown',
      9,
      'no input of the stage has the axis `y`',
      'There are `x` and `z`.',
    ],
    [
      'an unknown neighbor axis',
      stages('s: { tool: stitch@1, over: { neighbors: { y: [0, 1] } }, inputs: { tiles: stack } }'),
      'neighbor-axis-unknown',
      9,
      'the first input, `tiles`, has no axis `y`',
      'There are `x` and `z`.',
    ],
    [
      'many for one',
      stages('s: { tool: threshold@1, over: all, inputs: { image: tiles } }'),
      'needs-many',
      9,
      'each task would read all along `row` and `col`',
      '`over: { group: [row, col] }`',
    ],
    [
      'neighbors for one',
      stages('s: { tool: threshold@1, over: { neighbors: { z: [0, 1] } }, inputs: { image: stack } }'),
      'needs-many',
      9,
      'each task would read 2 neighbors',
      'many: true',
    ],
    [
      'axes that cannot join',
      stages('s: { tool: zip@1, inputs: { files: tiles, extra: stack }, params: { level: 1 } }'),
      'axes-cannot-join',
      9,
      'the input `extra` (x, z) has no axis in common with the inputs before it (row, col)',
      'Read datasets that share an axis',
    ],
    [
      'an axis twice by file names',
      stages(
        's: { tool: split@1, inputs: { image: one } }',
        't: { tool: split@1, inputs: { image: s.parts } }',
      ),
      'axis-clash',
      10,
      "the axis `channel`, which the stage's tasks have already",
      'Rename the field',
    ],
    [
      'a template without its axis',
      stages('s: { tool: plane@1, inputs: { image: tiles } }'),
      'template-axis-absent',
      9,
      "`${at.z}`, but the stage's tasks have no axis `z` (only row, col)",
      'where there is an axis `z`',
    ],
    [
      'an unknown parameter',
      stages('s: { tool: threshold@1, inputs: { image: tiles }, params: { methud: otsu } }'),
      'unknown-param',
      9,
      'no parameter `methud`',
      'Did you mean `method`?',
    ],
    [
      'a missing parameter',
      stages('s: { tool: zip@1, over: all, inputs: { files: tiles } }'),
      'missing-param',
      9,
      'the parameter `level` (integer)',
      'Add `level: `',
    ],
    [
      'a parameter out of range',
      stages('s: { tool: stitch@1, over: all, inputs: { tiles: tiles }, params: { overlap: 120 } }'),
      'bad-param',
      9,
      'the parameter `overlap` of the tool `stitch` cannot be 120',
      'It must be at most 100.',
    ],
    [
      'a parameter of another type',
      stages('s: { tool: threshold@1, inputs: { image: tiles }, params: { value: "3" } }'),
      'bad-param',
      9,
      'cannot be "3"',
      'It must be a number.',
    ],
    [
      'a parameter that is empty',
      stages('s: { tool: threshold@1, inputs: { image: tiles }, params: { value: } }'),
      'bad-param',
      9,
      'cannot be empty',
      'remove the key',
    ],
    [
      'a choice that is none',
      stages('s: { tool: threshold@1, inputs: { image: tiles }, params: { method: otzu } }'),
      'bad-param',
      9,
      'cannot be "otzu"',
      'It must be one of otsu, value.',
    ],
    [
      'an unknown walk',
      stages('s: { tool: threshold@1, over: { groups: [row] }, inputs: { image: tiles } }'),
      'bad-value',
      9,
      '`stages.s.over` cannot be `{"groups":["row"]}`',
      'It must be each, all, { group: [z] }',
    ],
    [
      'a wrong tolerance',
      stages('s: { tool: threshold@1, tolerate: 0.02, inputs: { image: tiles } }'),
      'bad-value',
      9,
      '`stages.s.tolerate` cannot be the number 0.02',
      'a percent such as "2%"',
    ],
    [
      'a wrong resource',
      stages('s: { tool: threshold@1, resources: { memry: 1GiB }, inputs: { image: tiles } }'),
      'unknown-key',
      9,
      '`stages.s.resources` has no key `memry`',
      'Did you mean `memory`?',
    ],
    [
      'a stage with a blank in its name',
      stages('a b: { tool: threshold@1, inputs: { image: tiles } }'),
      'bad-name',
      9,
      'the name `a b` cannot be used',
      'It must be a name: a letter',
    ],
    [
      'a stage that is a text',
      stages('s: threshold@1'),
      'bad-value',
      9,
      '`stages.s` cannot be the text `threshold@1`',
      'a mapping of keys',
    ],
    [
      'an input that is a list',
      stages('s: { tool: threshold@1, inputs: { image: [tiles] } }'),
      'bad-value',
      9,
      '`stages.s.inputs.image` cannot be `["tiles"]`',
      'must be a text',
    ],
  ])('%s', (_, text, code, line, message, mend) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    const [problem] = problems;
    expect(problem?.file).toBe('pipeline.yaml');
    expect(problem?.line).toBe(line);
    expect(problem?.message).toContain(message);
    expect(problem?.mend).toContain(mend);
  });

  it('finds lines below multi-line values and through aliases', () => {
    const text = stages(
      's:',
      '  tool: threshold@1',
      '  inputs: &in',
      '    image: tiles',
      '  params:',
      '    value: &v',
      '      - 3',
      't:',
      '  tool: threshold@1',
      '  inputs: *in',
      '  params: { value: *v }',
    );
    expect(problemsOf(text).map((problem) => [problem.line, problem.field])).toEqual([
      [14, 'stages.s.params.value'],
      [19, 'stages.t.params.value'],
    ]);
  });

  it('finds every fault at once, and none that only follows from another', () => {
    const problems = problemsOf(
      stages(
        'a: { tool: treshold@1, inputs: { image: tiles } }',
        'b: { tool: threshold@1, inputs: { image: a.mask }, params: { value: x } }',
        'c: { tool: threshold@1, over: eech, inputs: { image: b.mask } }',
        'd: { tool: stitch@1, over: { group: [zz] }, inputs: { tiles: c.mask } }',
        'e: { tool: threshold@1, inputs: { image: b.vector } }',
        'f: { tool: threshold@1, over: all, inputs: { image: tiles } }',
        'g: { tool: assemble@1, over: all, inputs: { tiles: f.mask, vector: f.mask } }',
      ),
    );
    expect(problems.map((problem) => [problem.line, problem.code])).toEqual([
      [9, 'unknown-tool'],
      [10, 'bad-param'],
      [11, 'bad-value'],
      [13, 'unknown-output'],
      [14, 'needs-many'],
      [15, 'type-mismatch'],
    ]);
  });
});
