import { describe, expect, it } from 'vitest';
import {
  comparePipelines,
  compilePipeline,
  editPipelineText,
  FileErrors,
  parsePipelineFile,
  toolManifestSchema,
  type CompiledPipeline,
} from '../src/index.ts';

const tools = [
  {
    name: 'map',
    inputs: { tile: { type: 'image' } },
    params: { level: { type: 'integer', default: 1 } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  },
  {
    name: 'count',
    inputs: { tile: { type: 'image' } },
    outputs: { table: { type: 'table', path: 'made.csv' } },
  },
  {
    name: 'sum',
    inputs: { tables: { type: 'table', many: true } },
    outputs: { table: { type: 'table', path: 'made.csv' } },
  },
].map((tool) =>
  toolManifestSchema.parse({ gantry: 'tool/v1', version: '1.0.0', command: ['true'], ...tool }),
);

const text = `gantry: pipeline/v1
name: test
source: { type: image, axes: [n] }
stages:
  fix: { tool: map@1, inputs: { tile: source } } # evens the light
  mark: { tool: map@1, inputs: { tile: fix.made } }
  count: { tool: count@1, inputs: { tile: mark.made } }
  sum: { tool: sum@1, over: all, inputs: { tables: count.table } }
`;

function compile(of: string): CompiledPipeline {
  return compilePipeline(parsePipelineFile(of, 'test.yaml'), tools);
}

const edit = (change: Parameters<typeof editPipelineText>[3]): string =>
  editPipelineText(text, 'test.yaml', compile(text).stages, change);

const readsOf = (of: string): Record<string, unknown> =>
  Object.fromEntries(
    compile(of).stages.map(({ name, inputs }) => [
      name,
      inputs.map(({ origin }) =>
        origin.kind === 'source' ? origin.source : `${origin.stage}.${origin.output}`,
      ),
    ]),
  );

describe('the text of a pipeline', () => {
  it('loses stages, whose children read what they had read, and keeps its comments', () => {
    const edited = edit({ remove: ['fix', 'mark'] });
    expect(readsOf(edited)).toEqual({ count: ['source'], sum: ['count.table'] });
    expect(edit({ remove: ['mark'] })).toContain('# evens the light');
  });

  it('names the child that cannot move, with its line', () => {
    expect(() => edit({ remove: ['count'] })).toThrow(FileErrors);
    try {
      edit({ remove: ['count'] });
    } catch (error) {
      expect((error as FileErrors).problems).toMatchObject([
        { code: 'child-cannot-move', field: 'stages.sum.inputs.tables', line: 8 },
      ]);
    }
    expect(readsOf(edit({ remove: ['count', 'sum'] }))).not.toHaveProperty('sum');
  });

  it('gets stages', () => {
    const edited = edit({ add: { more: { tool: 'map@1', inputs: { tile: 'fix.made' } } } });
    expect(readsOf(edited)['more']).toEqual(['fix.made']);
    expect(() => edit({ add: { fix: {} } })).toThrow('there is a stage `fix` already');
  });
});

describe('two pipelines', () => {
  const compare = (other: string) =>
    comparePipelines({ pipeline: compile(text) }, { pipeline: compile(other) });
  const replaced = (from: string, to: string): string => text.replace(from, to);

  it('are the same where only words of the file differ', () => {
    expect(compare(`# a comment\n${text}`)).toEqual([]);
  });

  it.each([
    [
      'a parameter',
      'fix.made } }',
      'fix.made }, params: { level: 2 } }',
      'changed',
      'redo',
      ['params.level'],
    ],
    ['what is read', 'tile: fix.made', 'tile: source', 'changed', 'redo', ['inputs.tile']],
    ['limits', 'fix.made } }', 'fix.made }, retry: 2 }', 'changed', 'keep', ['retry']],
    ['tolerance', 'fix.made } }', 'fix.made }, tolerate: 1 }', 'changed', 'judge', ['tolerate']],
  ] as const)('differ in %s', (_name, from, to, kind, effect, fields) => {
    const [mark, ...others] = compare(replaced(from, to));
    expect(mark).toMatchObject({ stage: 'mark', kind, effect });
    expect(mark?.parts.map(({ field }) => field)).toEqual(fields);
    expect(others).toEqual([]);
  });

  it('have another stage under the same name where it makes something else; what reads it reads anew', () => {
    const other = replaced(
      'fix: { tool: map@1, inputs: { tile: source } }',
      'fix: { tool: map@1, inputs: { tile: source }, over: { neighbors: { n: [1] } } }',
    );
    expect(compare(other)).toMatchObject([
      { stage: 'fix', kind: 'replaced' },
      { stage: 'mark', kind: 'changed', effect: 'redo', parts: [{ field: 'inputs.tile' }] },
    ]);
  });

  it('tell that the files of a tool have changed', () => {
    const pipeline = compile(text);
    const [fix] = comparePipelines({ pipeline, digests: { fix: 'a' } }, { pipeline, digests: { fix: 'b' } });
    expect(fix).toMatchObject({ stage: 'fix', effect: 'redo', parts: [{ field: 'tool' }] });
  });
});
