/** What the command line says and understands, without a server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { FileErrors, GantryError } from '@gantry/model';
import { describe, expect, it } from 'vitest';
import { drawLanes } from '../src/draw-lanes.ts';
import { exitCodeOf } from '../src/exit-code-of.ts';
import { formatBytes, formatCount, formatDuration, formatRate, plural } from '../src/numbers.ts';
import { buildProgram } from '../src/program.ts';
import { parseTaskReference } from '../src/task-reference.ts';
import { makePrintable } from '../src/terminal.ts';

describe('numbers', () => {
  it('have separators, units and three figures', () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0, 999, 1000, 99_940, 999_960, 1.5e9].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '99.9 kB',
      '1.0 MB',
      '1.5 GB',
    ]);
    expect([0.44, 9.94, 9.96, 59.6, 185, 3600, 7800, 86_400, 273_600].map(formatDuration)).toEqual([
      '0.4 s',
      '9.9 s',
      '10 s',
      '1 min',
      '3 min 5 s',
      '1 h',
      '2 h 10 min',
      '1 d',
      '3 d 4 h',
    ]);
    expect([0.256, 9.999, 41.23, 1204.2].map(formatRate)).toEqual(['0.26', '10.0', '41.2', '1,204']);
    expect([plural(1, 'task'), plural(0, 'task')]).toEqual(['1 task', '0 tasks']);
  });
});

describe('a task', () => {
  it('is named by its number, or by run, stage and place', () => {
    expect(parseTaskReference('12')).toEqual({ kind: 'task', task: 12 });
    expect(parseTaskReference('3/fix/row=1,col=-2')).toEqual({
      ...{ kind: 'place', run: 3, stage: 'fix' },
      place: { row: 1, col: -2 },
    });
    expect(parseTaskReference('3/stitch')).toMatchObject({ stage: 'stitch', place: {} });
    for (const text of ['0', 'x', '3/fix/row', '3/fix/row=1,row=2', '3//row=1', '1/2/3/4'])
      expect(() => parseTaskReference(text), text).toThrow('names no task');
  });
});

describe('exit codes', () => {
  it.each([
    [new GantryError('place-twice', ''), 2],
    [new GantryError('data-directory-not-enterable', ''), 2],
    [new GantryError('data-directory-not-a-folder', ''), 2],
    [new GantryError('data-directory-other-database', ''), 2],
    [new GantryError('database-of-another-directory', ''), 2],
    [new GantryError('data-directory-in-use', ''), 3],
    [new GantryError('database-unreachable', ''), 3],
    [new GantryError('server-unreachable', ''), 3],
    [new GantryError('http-502', ''), 3],
    [new GantryError('disk-full', ''), 3],
    [new GantryError('interrupted', ''), 1],
    [new FileErrors([]), 2],
    [new TypeError('a fault'), 3],
  ])('%s', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe('a foreign text', () => {
  it('cannot steer the terminal', () => {
    expect(makePrintable('a\u001b[2Jb\r\nc\td\u009b1m')).toBe('a\ufffd[2Jb\nc\td\ufffd1m');
  });
});

describe('drawLanes', () => {
  it('runs what is still to be read down, and joins what is read', () => {
    const rows = drawLanes([
      { name: 'tiles', reads: [] },
      { name: 'flat', reads: ['tiles'] },
      { name: 'other', reads: [] },
      { name: 'correct', reads: ['tiles', 'flat'] },
      { name: 'join', reads: ['other', 'correct'] },
      { name: 'again', reads: ['tiles'] },
    ]);
    expect(rows.map((row) => row.trimEnd())).toEqual(['●', '├─●', '│ │ ●', '├─┴─│─●', '│   └─┴─●', '└─●']);
  });
});

describe('docs/command-line.md', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'command-line.md'), 'utf8');
  const program = buildProgram('0.0.0', async () => {});
  const leaves = (command: Command, path: string): [string, Command][] =>
    command.commands.length === 0
      ? [[path, command]]
      : command.commands.flatMap((one) => leaves(one, `${path} ${one.name()}`));

  it.each(leaves(program, 'gantry'))('has a part on `%s` with each of its options', (path, command) => {
    const heading = `## \`${path}\``;
    expect(text).toContain(heading);
    const part = text.slice(text.indexOf(heading) + heading.length).split('\n## ')[0] ?? '';
    for (const { long } of command.options) {
      // All commands have these; they are told of once.
      if (long === '--data-dir') continue;
      expect(part, `${path} ${long}`).toContain(`\`${long}`);
    }
  });
});
