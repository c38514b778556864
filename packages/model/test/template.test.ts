import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeTemplate,
  fillArguments,
  fillOutputPath,
  fillTemplate,
  fillText,
  isGantryError,
  parseTemplate,
  stemOf,
  templateUses,
  usesIdentity,
  type TemplateScope,
} from '../src/index.ts';

const scope: TemplateScope = {
  inputs: {
    tile: {
      path: '/data/plate 1/img_r001.ome.tif',
      name: 'img_r001.ome.tif',
      place: { row: 1 },
      root: '/data',
      relative: 'plate 1/img_r001.ome.tif',
      size: 12,
      meta: { step_x: 3 },
    },
    tiles: [
      { path: '/d/a.tif', name: 'a.tif', place: { row: 1 } },
      { path: '/d/b.tif', name: 'sub/b.tif', place: { row: 2 } },
    ],
    none: [],
  },
  manifests: { tiles: '/work/tiles.json' },
  outputs: { fixed: { path: '/out/x.tif', name: 'x.tif' } },
  params: { sigma: 1.5, fast: true, which: ['area', 'mean'], label: '$(rm -rf /) "x" ${at.z}' },
  at: { z: 7 },
  task: { id: '31' },
  attempt: 2,
  run: { name: 'night' },
  resources: { cpu: 2, memory: 1024, gpu: 0 },
  tool: { folder: '/tools/fix' },
  project: { name: 'brain', cutoff: 0.5 },
};

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isGantryError(error)) return error.code;
    throw error;
  }
  return 'none';
}

describe('filling a template', () => {
  it.each([
    ['${inputs.tile}', ['/data/plate 1/img_r001.ome.tif']],
    ['${inputs.tile.name}', ['img_r001.ome.tif']],
    ['${inputs.tile.stem}-fixed.ome.tif', ['img_r001-fixed.ome.tif']],
    ['${inputs.tile.folder}', ['/data/plate 1']],
    ['${inputs.tile.root}:${inputs.tile.relative}', ['/data:plate 1/img_r001.ome.tif']],
    ['${inputs.tile.at.row}', ['1']],
    ['${inputs.tile.meta.step_x}', ['3']],
    ['${inputs.tile.size}', ['12']],
    ['${inputs.tiles}', ['/d/a.tif', '/d/b.tif']],
    ['${inputs.tiles.name}', ['a.tif', 'b.tif']],
    ['${inputs.tiles.1.stem}', ['b']],
    ['${inputs.tiles.2}', []],
    ['${inputs.tiles.manifest}', ['/work/tiles.json']],
    ['${inputs.none}', []],
    ['${inputs.absent}', []],
    ['${outputs.fixed}', ['/out/x.tif']],
    ['--sigma=${params.sigma}', ['--sigma=1.5']],
    ['--sigma=${params.absent}', []],
    ['${params.fast}', ['true']],
    ['${params.which}', ['area', 'mean']],
    ['--which=${params.which.joined}', ['--which=area,mean']],
    ['z${at.z}-${task.id}-${attempt}-${run.name}', ['z7-31-2-night']],
    ['${resources.cpu}', ['2']],
    ['${tool.folder}/main.ts', ['/tools/fix/main.ts']],
    ['${project.name}${ project.cutoff }', ['brain0.5']],
    ['$${at.z} costs $5 }', ['${at.z} costs $5 }']],
    ['', ['']],
  ])('makes %s', (template, filled) => {
    expect(fillTemplate(template, scope)).toEqual(filled);
  });

  it('hands values over as they are: nothing in them is read again', () => {
    expect(fillTemplate('${params.label}', scope)).toEqual(['$(rm -rf /) "x" ${at.z}']);
  });

  it('leaves a nested list out whole when one of its values is absent', () => {
    expect(fillTemplate(['--sigma', '${params.sigma}'], scope)).toEqual(['--sigma', '1.5']);
    expect(fillTemplate(['--overlap', '${params.overlap}'], scope)).toEqual([]);
    expect(fillArguments(['a', ['-w', '${params.which}'], ['-x', '${params.x}']], scope)).toEqual([
      'a',
      '-w',
      'area',
      'mean',
    ]);
  });

  it('keeps what only the agent can fill, as a template', () => {
    const [kept = ''] = fillTemplate('${params.label}|${batch.manifest}', scope, { keep: ['batch'] });
    expect(fillTemplate(kept, { batch: { manifest: '/m.json', results: '/r' } })).toEqual([
      '$(rm -rf /) "x" ${at.z}|/m.json',
    ]);
  });

  it('takes the first of several references that there is a value for', () => {
    const project = { Sigma: 3, name: 'brain' };
    const fill = (template: string) => fillTemplate(template, { ...scope, project });
    expect(fill('${project.sigma|params.sigma}')).toEqual(['3']);
    expect(fill('${project.label|params.sigma}')).toEqual(['1.5']);
    expect(fill('a-${project.none|project.NAME}')).toEqual(['a-brain']);
    expect(codeOf(() => fill('${project.none|at.t}'))).toBe('template-value-missing');
    expect(templateUses('${project.z|at.z}').map(({ path }) => path.join('.'))).toEqual([
      'project.z',
      'at.z',
    ]);
    expect(fillTemplate('${project.sigma|batch.manifest}', scope, { keep: ['project'] })).toEqual([
      '${project.sigma|batch.manifest}',
    ]);
  });

  it.each([
    ['x${inputs.tiles}', 'template-list-inside'],
    ['x${params.which}', 'template-list-inside'],
    ['${batch.manifest}', 'template-value-missing'],
    ['${at.t}', 'template-value-missing'],
    ['${inputs.tile.meta.nothing}', 'template-value-missing'],
    ['${inputs.tile.constructor}', 'template-value-missing'],
    ['${constructor.name}', 'template-value-missing'],
    ['${project.toString}', 'template-value-missing'],
    ['${', 'template-syntax'],
    ['${}', 'template-syntax'],
    ['${a..b}', 'template-syntax'],
    ['${inputs.tile | cat}', 'template-syntax'],
  ])('refuses %s as %s', (template, code) => {
    expect(codeOf(() => fillTemplate(template, scope))).toBe(code);
  });

  it('says at which column a template is broken', () => {
    expect(() => parseTemplate('--in=${inputs.tile')).toThrow(
      'a `${` is not closed in `--in=${inputs.tile` at column 6',
    );
  });

  it('makes one text of a value for the environment, and none of an absent one', () => {
    expect(fillText('${params.sigma}', scope)).toBe('1.5');
    expect(fillText('${params.absent}', scope)).toBeUndefined();
    expect(codeOf(() => fillText('${inputs.tiles}', scope))).toBe('template-list-inside');
  });

  it.each(['../x.tif', '/x.tif', 'a//b.tif', 'a/../../b', 'a\\b', '', '.', 'C:/x', 'a/'])(
    'refuses the output path %j',
    (path) => {
      expect(codeOf(() => fillOutputPath('${params.path}', { params: { path } }))).toBe(
        'output-path-outside',
      );
    },
  );

  it('gives back any text that was escaped, and any template that has no reference', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', '.', '\\', '€') }), (text) => {
        expect(fillTemplate(escapeTemplate(text), {})).toEqual([text]);
      }),
      { numRuns: 2000 },
    );
  });

  it('puts any value where its reference stood', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, value, after) => {
        const template = `${escapeTemplate(before)}\${params.x}${escapeTemplate(after)}`;
        // A `$` right before a reference would escape it.
        fc.pre(!before.endsWith('$'));
        expect(fillTemplate(template, { params: { x: value } })).toEqual([`${before}${value}${after}`]);
      }),
    );
  });
});

describe('what templates name', () => {
  it('is listed in order, from nested lists too', () => {
    expect(templateUses(['--in', '${inputs.a} $${no} ${params.b}']).map((use) => use.path.join('.'))).toEqual(
      ['inputs.a', 'params.b'],
    );
  });

  it.each([
    ['${task.id}', true],
    ['${attempt}', true],
    ['${run.name}', true],
    ['${at.z} $${attempt}', false],
  ])('keeps a tool with %s from the cache: %s', (template, identity) => {
    const tool = { command: ['x'], args: [], env: {}, outputs: {} };
    expect(usesIdentity({ ...tool, command: ['x', ['-o', template]] })).toBe(identity);
    expect(usesIdentity({ ...tool, env: { A: template } })).toBe(identity);
    expect(usesIdentity({ ...tool, outputs: { o: { path: template } } })).toBe(identity);
  });
});

describe('the stem of a file name', () => {
  it.each([
    ['a.ome.tif', 'a'],
    ['a.OME.TIFF', 'a'],
    ['a.b.tif', 'a.b'],
    ['scan.nii.gz', 'scan'],
    ['sub/a.tif', 'a'],
    ['tile', 'tile'],
    ['.hidden', '.hidden'],
  ])('of %s is %s', (name, stem) => {
    expect(stemOf(name)).toBe(stem);
  });
});
