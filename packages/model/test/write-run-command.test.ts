import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { folderSourceSchema, quoteWord, writeRequest, writeRunCommand } from '../src/index.ts';

const folder = (source: object) => folderSourceSchema.parse(source);

/** The words that a shell makes of it. */
function wordsOf(command: string): string[] {
  const print = `print() { for word in "$@"; do printf '%s\\0' "$word"; done; }; print ${command}`;
  return execFileSync('/bin/sh', ['-c', print], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('a run as a command', () => {
  it('says what was chosen, in words that a shell keeps', () => {
    const command = writeRunCommand({
      name: "Ada's run",
      file: 'examples/time-series/pipeline.yaml',
      tools: ['/my tools'],
      params: { label: { minSize: '20' }, features: { which: 'area,mean' } },
      sources: {
        tiles: folder({ folder: '/data/a b', pattern: 't{t:d}_r{row:d}.tif', extents: { t: [1, 9] } }),
        blanks: folder({ folder: '/data/', pattern: 'blank{{1}}.tif' }),
      },
    });
    expect(wordsOf(command ?? '')).toEqual([
      ...['npx', 'gantry', 'run', 'examples/time-series/pipeline.yaml'],
      ...['--input', 'tiles=/data/a b', '--pattern', 'tiles=t{t:d}_r{row:d}.tif', '--extent', 'tiles.t=1..9'],
      ...['--input', 'blanks=/data/blank{1}.tif'],
      ...['--param', 'label.minSize=20', '--param', 'features.which=area,mean'],
      ...['--tools', '/my tools', '--name', "Ada's run"],
    ]);
  });

  it('needs no name where there is one source', () => {
    const command = writeRunCommand({
      file: 'p.yaml',
      tools: [],
      params: {},
      sources: { source: folder({ folder: '/tiles', pattern: '{n:d}.tif', extents: { n: [0, 3] } }) },
    });
    expect(wordsOf(command ?? '').slice(4)).toEqual([
      ...['--input', '/tiles', '--pattern', '{n:d}.tif', '--extent', 'n=0..3'],
    ]);
  });

  it('leaves the pattern out where the folder lists its tiles', () => {
    const tiles = folder({ folder: '/a', kind: 'tiles' });
    const command = writeRunCommand({ file: 'p.yaml', tools: [], params: {}, sources: { tiles } });
    expect(wordsOf(command ?? '').slice(4)).toEqual(['--input', '/a']);
  });

  it.each([
    ['a dataset that is there', 3],
    ['a folder that is watched', folder({ folder: '/a', pattern: '{n:d}', mode: 'live' })],
    ['files that are left out', folder({ folder: '/a', pattern: '{n:d}', skipUnreadable: true })],
  ])('cannot be said of %s', (_, source) => {
    expect(
      writeRunCommand({ file: 'p.yaml', tools: [], params: {}, sources: { tiles: source } }),
    ).toBeUndefined();
  });
});

describe('a run as a request', () => {
  it('is one that curl sends', () => {
    const body = { name: "it's" };
    const text = writeRequest({
      ...{ server: 'http://127.0.0.1:1', path: '/api/v1/runs', dataDirectory: '/data dir', body },
    });
    const [token, curl] = [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)];
    expect(token).toBe("token=$(jq -r .token '/data dir/run/server.json')");
    const words = wordsOf(curl);
    expect(words.at(-1)).toBe('http://127.0.0.1:1/api/v1/runs');
    expect(JSON.parse(words[words.indexOf('--json') + 1] ?? '')).toEqual(body);
  });
});

describe('a word', () => {
  it.each(['', 'a b', '$HOME', "'", '*', 'a\nb', 'plain-1.5'])('%j stays as it is', (word) => {
    expect(wordsOf(quoteWord(word))).toEqual([word]);
  });
});
