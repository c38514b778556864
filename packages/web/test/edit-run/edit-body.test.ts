import { describe, expect, it } from 'vitest';
import { editBody, editCommand, readPlanes } from '../../src/edit-run/edit-body.ts';
import { readEditSearch } from '../../src/edit-run/edit-search.ts';

describe('the changes of the page', () => {
  it('are the request and the command that make them', () => {
    const search = readEditSearch({
      params: { fix: { sigma: 2 } },
      remove: ['mark'],
      bounds: { tiles: { region: { row: '1..4', col: '' }, skip: { z: '3, 7' } } },
    });
    const body = editBody(search, 3);
    expect(body).toEqual({
      base: 3,
      params: { fix: { sigma: '2' } },
      remove: ['mark'],
      bounds: { tiles: { region: { row: [1, 4], col: null }, skip: { z: [3, 7] } } },
    });
    expect(editCommand(5, body!)).toBe(
      [
        'npx gantry edit 5 --base 3',
        '--set fix.sigma=2',
        '--remove mark',
        '--region tiles.row=1..4',
        '--region tiles.col=all',
        '--skip tiles.z=3,7',
      ].join(' \\\n  '),
    );
  });

  it('are none while a text is no region yet, or a stage has no tool', () => {
    expect(editBody({ bounds: { tiles: { region: { row: '1..' } } }, add: { more: {} } }, 1)).toBeUndefined();
  });

  it('have a stage that is added as a pipeline file has it', () => {
    const body = editBody(
      { add: { more: { tool: 'join@1.0.0', over: 'z', inputs: { tiles: 'fix.made' } } } },
      1,
    );
    expect(body?.add).toEqual({
      more: { tool: 'join@1.0.0', over: { group: ['z'] }, inputs: { tiles: 'fix.made' } },
    });
    expect(editCommand(5, body!)).toBeUndefined();
  });

  it('know a list of planes', () => {
    expect([readPlanes('3, 7 -1'), readPlanes(' '), readPlanes('a')]).toEqual([[3, 7, -1], [], undefined]);
  });
});
