import { describe, expect, it } from 'vitest';
import {
  FileErrors,
  fillArguments,
  parseToolFile,
  toolManifestSchema,
  type FileProblem,
} from '../src/index.ts';

const lineFix = `gantry: tool/v1
name: line-fix
version: 1.2.0
title: Line fix
image: registry.example.org/lab/line-fix:1.2.0
command: [python3, /app/fix.py, --in, "\${inputs.tile}", --sigma, "\${params.sigma}", --out, "\${outputs.fixed}"]
inputs:   { tile: { type: image } }
params:   { sigma: { type: number, default: 1.5, min: 0, max: 10, description: "Gaussian sigma, pixels" } }
outputs:  { fixed: { type: image, path: "\${inputs.tile.stem}-fixed.ome.tif" } }
resources: { cpu: 1, memory: 512MiB, gpu: 0, time: 10m }
`;

function problemsOf(text: string): readonly FileProblem[] {
  try {
    parseToolFile(text, 'tool.yaml');
  } catch (error) {
    if (error instanceof FileErrors) return error.problems;
    throw error;
  }
  return [];
}

/** The example with more lines at its end, from line 11 on. */
const more = (...lines: string[]) => `${lineFix}${lines.join('\n')}\n`;
/** The example with one text replaced. */
const swap = (from: string, to: string) => {
  if (!lineFix.includes(from)) throw new Error(`the example has no ${from}`);
  return lineFix.replace(from, to);
};

describe('a tool file', () => {
  it('becomes a manifest with its quantities in bytes and seconds, and its defaults filled', () => {
    const tool = parseToolFile(lineFix, 'tool.yaml');
    expect(tool).toMatchObject({
      name: 'line-fix',
      resources: { cpu: 1, memory: 536_870_912, gpu: 0, time: 600 },
      inputs: { tile: { type: 'image', many: false, required: true } },
      outputs: { fixed: { min: 1 } },
      success: { exitCodes: [0] },
      retry: { attempts: 1 },
      network: 'none',
      args: [],
    });
    expect(parseToolFile(more('retry: 2'), 'tool.yaml').retry).toEqual({ attempts: 3 });
    expect(parseToolFile(more('retry: { attempts: 2 }'), 'tool.yaml').retry).toEqual({ attempts: 2 });
    expect(parseToolFile(more('retry: { lost: 20 }'), 'tool.yaml').retry).toEqual({ attempts: 1, lost: 20 });
    const retryOf = (text: string) => parseToolFile(more(`retry: ${text}`), 'tool.yaml').retry;
    expect(retryOf('{ attempts: 4, backoff: 30s }')).toEqual({
      attempts: 4,
      backoff: { first: 30, factor: 2, max: 300 },
    });
    expect(retryOf('{ attempts: 4, backoff: { first: 10m, factor: 1 }, on: [failed, timed-out] }')).toEqual({
      attempts: 4,
      backoff: { first: 600, factor: 1, max: 600 },
      on: ['failed', 'timed-out'],
    });
    expect(retryOf('{ backoff: 0 }').backoff?.first).toBe(0);
    // More memory is of use only to a further try.
    expect(retryOf('{ memory: { max: 8GiB } }')).toEqual({
      attempts: 3,
      memory: { factor: 2, max: 2 ** 33 },
    });
    const normalised = retryOf('{ backoff: 0, memory: { max: 8GiB } }');
    expect(retryOf(JSON.stringify(normalised))).toEqual(normalised);
  });

  it('is accepted again as the manifest that it became', () => {
    const tool = parseToolFile(lineFix, 'tool.yaml');
    expect(toolManifestSchema.parse(JSON.parse(JSON.stringify(tool)))).toEqual(tool);
  });

  it('can be a worker, a batch tool, an interactive one, or one that makes many files', () => {
    const head = 'gantry: tool/v1\nname: x\nversion: 1.0.0\ninputs: { i: { type: image, many: true } }\n';
    const worker = parseToolFile(`${head}worker: jsonl\ncommand: [node, "\${tool.folder}/main.ts"]`, 't');
    expect(worker.worker).toBe('jsonl');
    const batch = parseToolFile(
      `${head}batch: 50\ncommand: [x, "\${batch.manifest}", "\${batch.results}"]`,
      't',
    );
    expect(batch.batch).toBe(50);
    const session = parseToolFile(
      `${head}ports: { http: 8888 }\ninteractive: { port: http }\nimage: lab/notebook:1`,
      't',
    );
    expect(session.interactive).toEqual({ port: 'http', path: '/' });
    const split = parseToolFile(
      `${head}command: [x, "\${inputs.i}"]\noutputs: { c: { type: image, path: c, pattern: "{channel:d}.tif", min: 0 } }`,
      't',
    );
    expect(split.outputs['c']).toMatchObject({ pattern: '{channel:d}.tif', min: 0 });
  });

  it('can hand over all that a script of an acquisition pipeline reads from its command line', () => {
    const tool = parseToolFile(
      `gantry: tool/v1
name: point-match
version: 1.0.0
command: [bash, /scripts/match.sh, "\${inputs.tiles.0.root}", "\${outputs.match.folder}", "\${inputs.tiles.0.relative}",
  "\${inputs.tiles.0.name}", "\${project.name}", "\${task.log}", "\${at.x}", "\${at.y}", "\${at.z}", "\${inputs.tiles.0.meta.step_x}",
  "\${task.cluster}", "\${task.id}", "\${inputs.tiles.1.relative}", "\${inputs.tiles.1.name}"]
inputs: { tiles: { type: file, many: true } }
outputs: { match: { type: file, path: "\${inputs.tiles.0.stem}-match.txt" } }
success: { exitCodes: [0, 3] }
`,
      'tool.yaml',
    );
    const tile = (number: number) => ({
      path: `/vol/a/0000${number}`,
      name: `0000${number}`,
      root: '/vol',
      relative: `a/0000${number}`,
      meta: { step_x: number },
    });
    const vector = fillArguments(tool.command, {
      inputs: { tiles: [tile(1), tile(2)] },
      outputs: { match: { path: '/out/1/x.txt', name: 'x.txt' } },
      at: { x: 4, y: 5, z: 6 },
      task: { id: '9', log: '/log/9', cluster: false },
      project: { name: 'brain 1' },
    });
    expect(vector.slice(2)).toEqual([
      '/vol',
      '/out/1',
      'a/00001',
      '00001',
      'brain 1',
      '/log/9',
      '4',
      '5',
      '6',
      '1',
      'false',
      '9',
      'a/00002',
      '00002',
    ]);
  });

  it('takes every kind of parameter, and options that are left out where they are not given', () => {
    const tool = parseToolFile(
      more('args: [[--iterations, "${params.iterations}"]]').replace(
        'params:   {',
        `params:   { iterations: { type: integer }, mode: { type: enum, values: [a, 2], default: 2 }, fast: { type: boolean, default: false },
  which: { type: array, items: { type: enum, values: [area, mean] }, default: [area] }, note: { type: string, default: "" },`,
      ),
      'tool.yaml',
    );
    expect(Object.keys(tool.params)).toEqual(['iterations', 'mode', 'fast', 'which', 'note', 'sigma']);
    expect(tool.args).toEqual([['--iterations', '${params.iterations}']]);
  });
});

describe('a tool file with a fault says what, where and how to mend it', () => {
  it.each<[string, string, string, number, string | RegExp, string | RegExp]>([
    ['empty', '', 'empty-file', 1, 'the file is empty', 'gantry: tool/v1'],
    [
      'not YAML',
      swap('inputs:   { tile: { type: image } }', 'inputs:   { tile: { type: image }'),
      'yaml-syntax',
      8,
      'not YAML',
      'brackets',
    ],
    ['a tab', more('env:', '\tA: b'), 'yaml-syntax', 12, /tab/i, /spaces|indentation/],
    ['a key twice', more('name: other'), 'duplicate-key', 11, '`name` is there twice', 'Rename or remove'],
    ['two documents', more('---', 'a: 1'), 'yaml-syntax', 11, 'not YAML', 'one document per file'],
    ['a list', '- a', 'bad-value', 1, 'the file cannot be `["a"]`', 'It must be a mapping of keys.'],
    [
      'another format',
      swap('tool/v1', 'tool/v9'),
      'bad-value',
      1,
      '`gantry` cannot be the text `tool/v9`',
      'It must be `tool/v1`.',
    ],
    [
      'no name',
      swap('name: line-fix\n', ''),
      'missing-key',
      1,
      '`name` is missing',
      'Add it: it must be a text.',
    ],
    [
      'a name with a blank',
      swap('name: line-fix', 'name: line fix'),
      'bad-value',
      2,
      'the text `line fix`',
      'lower-case words joined by `-`',
    ],
    [
      'a version that is a number',
      swap('1.2.0\ntitle', '1.2\ntitle'),
      'bad-value',
      3,
      '`version` cannot be the number 1.2',
      'put it in quotes, "1.2"',
    ],
    [
      'a short version',
      swap('1.2.0\ntitle', '"1.2"\ntitle'),
      'bad-value',
      3,
      'the text `1.2`',
      'It must be a version of three numbers, such as 1.2.0.',
    ],
    [
      'an unknown key',
      more('recources: { cpu: 1 }'),
      'unknown-key',
      11,
      'the file has no key `recources`',
      'Did you mean `resources`?',
    ],
    [
      'an unknown key inside',
      swap('cpu: 1,', 'cpus: 1,'),
      'unknown-key',
      10,
      '`resources` has no key `cpus`',
      'Did you mean `cpu`?',
    ],
    [
      'an unknown type',
      swap('{ tile: { type: image } }', '{ tile: { type: picture } }'),
      'bad-value',
      7,
      '`inputs.tile.type` cannot be the text `picture`',
      'It must be one of image, table,',
    ],
    [
      'a parameter without a type',
      swap('type: number, ', ''),
      'missing-key',
      8,
      '`params.sigma.type` is missing',
      'string, integer, number, boolean, enum or array',
    ],
    [
      'a name with a blank inside',
      swap('{ tile: {', '{ a b: { type: image }, tile: {'),
      'bad-name',
      7,
      'the name `a b` cannot be used',
      'It must be a name: a letter',
    ],
    [
      'an amount of nothing',
      swap('512MiB', '512 apples'),
      'bad-value',
      10,
      '`resources.memory` cannot be the text `512 apples`',
      'It must be a number of bytes, or a number with a unit: 512MiB',
    ],
    [
      'no time',
      swap('time: 10m', 'time: 0'),
      'bad-value',
      10,
      'cannot be the number 0',
      'It must be a number of seconds',
    ],
    [
      'an empty value',
      swap('time: 10m', 'time:'),
      'bad-value',
      10,
      '`resources.time` is empty',
      'or remove the key',
    ],
    [
      'a command in one text',
      more().replace(/command: .*/, 'command: python3 fix.py'),
      'bad-value',
      6,
      '`command` cannot be the text',
      'It must be a list of arguments, such as [python3, fix.py].',
    ],
    [
      'a number as an argument',
      swap('[python3,', '[python3, 3,'),
      'bad-value',
      6,
      '`command.1` cannot be the number 3',
      'must be text',
    ],
    [
      'no command',
      more()
        .replace(/command: .*\n/, '')
        .replace(/image: .*\n/, ''),
      'tool-without-command',
      1,
      'neither `command` nor `image`',
      'Add `command:',
    ],
    [
      'arguments for no image',
      more('args: [x]').replace(/image: .*\n/, ''),
      'args-without-image',
      10,
      'there is no `image`',
      'Put the arguments into `command`.',
    ],
    [
      'a default outside',
      swap('default: 1.5', 'default: 11'),
      'bad-default',
      8,
      'the default of the parameter `sigma` must be at most 10',
      'Change the default or the limits.',
    ],
    ['an empty range', swap('min: 0', 'min: 20'), 'empty-range', 8, '`min` above its `max`', 'Swap them.'],
    [
      'one name for two',
      swap('{ fixed: {', '{ tile: {').replace('outputs.fixed', 'outputs.tile'),
      'same-name',
      9,
      '`tile` is a name in `inputs` and in `outputs`',
      'Rename one',
    ],
    [
      'a reference to no input',
      swap('"${inputs.tile}"', '"${inputs.tyle}"'),
      'template-unknown-name',
      6,
      '${inputs.tyle}: there is no `tyle`',
      'Did you mean `tile`?',
    ],
    [
      'a reference to no group',
      swap('${params.sigma}', '${param.sigma}'),
      'template-unknown-name',
      6,
      'there is no `param`',
      'Did you mean `params`',
    ],
    [
      'a reference to no field',
      swap('inputs.tile.stem', 'inputs.tile.stme'),
      'template-unknown-name',
      9,
      'there is no `stme`',
      'Did you mean `stem`?',
    ],
    [
      'a reference that is not closed',
      swap('${params.sigma}', '${params.sigma'),
      'template-syntax',
      6,
      'at column 1',
      'Close it with `}`',
    ],
    [
      'an output that leaves',
      swap('path: "', 'path: "../'),
      'output-path-outside',
      9,
      'leaves the output folder',
      'relative path',
    ],
    [
      'an output named by a whole path',
      swap('.stem}-fixed', '}-fixed'),
      'template-not-here',
      9,
      'is a whole path',
      'Use its `name`, `stem` or `relative`.',
    ],
    [
      'an output named by an optional input',
      swap('{ type: image }', '{ type: image, required: false }'),
      'template-not-here',
      9,
      'is optional',
      'Name a required input.',
    ],
    [
      'an output named by many',
      swap('{ type: image }', '{ type: image, many: true }'),
      'template-list-inside',
      9,
      'is a list',
      '${inputs.tiles.0.stem}',
    ],
    [
      'a number of one item',
      swap('${inputs.tile}', '${inputs.tile.0}'),
      'template-not-here',
      6,
      'is one item, not a list',
      'many: true',
    ],
    [
      'a list in an argument',
      swap('{ type: image }', '{ type: image, many: true }')
        .replace('"${inputs.tile.stem}', '"x')
        .replace('"${inputs.tile}"', '"in=${inputs.tile}"'),
      'template-list-inside',
      6,
      'is a list',
      'Make it an argument of its own',
    ],
    [
      'an output with its pattern wrong',
      swap('"${inputs.tile.stem}-fixed.ome.tif"', 'x, pattern: "{z:d+}{t:d+}"'),
      'pattern-ambiguous',
      9,
      '`{z:d+}` ends',
      'Put a text',
    ],
    [
      'a pattern without an axis',
      swap('"${inputs.tile.stem}-fixed.ome.tif"', 'x, pattern: "a.tif"'),
      'pattern-without-axes',
      9,
      'names no axis',
      '{channel:d+}',
    ],
    [
      'many of one file',
      swap('fixed.ome.tif" }', 'fixed.ome.tif", min: 2 }'),
      'min-without-pattern',
      9,
      '`min` is 0 or 1',
      'Add `pattern`',
    ],
    [
      'two outputs at one path',
      swap('outputs:  {', 'outputs:  { o: { type: image, path: "${inputs.tile.stem}-fixed.ome.tif" },'),
      'same-path',
      9,
      '`o` and `fixed` have the same path',
      'its own file',
    ],
    [
      'batch and worker',
      more('batch: 5', 'worker: jsonl').replace(
        /command: .*/,
        'command: [x, "${batch.manifest}", "${batch.results}"]',
      ),
      'batch-and-worker',
      11,
      'exclude each other',
      'Keep `worker`',
    ],
    [
      'a batch without its files',
      more('batch: 5').replace(/command: .*/, 'command: [x, "${batch.manifest}"]'),
      'batch-without-files',
      6,
      'does not name `${batch.results}`',
      'Add the argument "${batch.results}".',
    ],
    [
      'a batch file without batch',
      swap('"${inputs.tile}"', '"${batch.manifest}"'),
      'template-not-here',
      6,
      'is for the command of a tool with `batch: N`',
      'Add `batch: N`',
    ],
    [
      'a worker with a place in its command',
      more('worker: jsonl').replace(/command: .*/, 'command: [x, "${at.z}"]'),
      'template-not-here',
      6,
      'is of one place, and a worker serves many',
      'remove it from the command',
    ],
    [
      'a port that is not there',
      more('interactive: { port: web }'),
      'unknown-port',
      11,
      'there is no port `web`',
      'Add `ports: { web: 8080 }`.',
    ],
    [
      'a variable that is set twice',
      more('env: { KEY: a }', 'secrets: [KEY]'),
      'same-name',
      12,
      '`KEY` is set twice',
      'Remove one',
    ],
    [
      'an alias without an anchor',
      more('title: *x').replace('title: Line fix\n', ''),
      'yaml-syntax',
      1,
      /alias/i,
      /./,
    ],
  ])('%s', (_, text, code, line, message, mend) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.code)).toContain(code);
    const problem = problems.find((one) => one.code === code);
    expect(problem?.file).toBe('tool.yaml');
    expect(problem?.line).toBe(line);
    expect(problem?.message).toMatch(message);
    expect(problem?.mend).toMatch(mend);
  });

  it('says all at once, in the order of the lines', () => {
    const problems = problemsOf(
      more('network: maybe').replace('type: image }', 'type: imge }').replace('tool/v1', 'x'),
    );
    expect(problems.map((problem) => [problem.line, problem.field])).toEqual([
      [1, 'gantry'],
      [7, 'inputs.tile.type'],
      [11, 'network'],
    ]);
    expect(() => parseToolFile(more('network: maybe'), 'a/tool.yaml')).toThrow(
      'a/tool.yaml:11: `network` cannot be the text `maybe`',
    );
  });
});
