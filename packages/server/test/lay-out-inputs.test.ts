import { describe, expect, it } from 'vitest';
import type { ClaimedTask } from '@gantry/engine';
import { isGantryError } from '@gantry/model';
import { seeAll } from '../src/hosts/storage-view.ts';
import { layOutInputs } from '../src/lay-out-inputs.ts';

interface Row {
  readonly place: readonly number[];
  readonly name: string;
  readonly path: string;
  readonly made_by: number | null;
}

/** Of a task that reads one input of many items; the parts that are looked at. */
function task(rows: readonly Row[], layout?: 'tree'): ClaimedTask {
  return {
    stage: {
      compiled: {
        inputs: [{ name: 'tiles', axes: ['z'], many: true }],
        tool: { inputs: { tiles: { layout } } },
      },
      shape: { inputs: [{ dataset: 4 }] },
    },
    inputs: { tiles: rows.map((row) => ({ ...row, size: 1 })) },
    surroundings: {
      project: {},
      folders: new Map([[4, '/acquired']]),
      metaOf: (_: number, [z]: readonly number[]) => ({ step_z: z }),
    },
  } as unknown as ClaimedTask;
}

const ofSource = (z: number, inner: string): Row => ({
  place: [z],
  name: inner.split('/').at(-1) ?? '',
  path: `/acquired/${inner}`,
  made_by: null,
});
const ofStage = (z: number, inner: string): Row => ({
  place: [z],
  name: inner.split('/').at(-1) ?? '',
  path: `7/fix/0/${z}/result/${inner}`,
  made_by: z,
});

const scopes = (rows: readonly Row[], layout?: 'tree') => {
  const { inputs, links } = layOutInputs(
    task(rows, layout),
    '/store',
    seeAll('/store'),
    '/store/7/match/0/9',
  );
  return { links, scopes: (inputs.get('tiles')?.items ?? []).map(({ scope }) => scope) };
};

describe('the items of a task', () => {
  it('lie where they are, each with its path below its source or its output', () => {
    expect(scopes([ofSource(1, 'day/00001'), ofStage(2, 'day/00002')])).toMatchObject({
      links: [],
      scopes: [
        { path: '/acquired/day/00001', root: '/acquired', relative: 'day/00001', meta: { step_z: 1 } },
        {
          path: '/store/7/fix/0/2/result/day/00002',
          root: '/store/7/fix/0/2/result',
          relative: 'day/00002',
          name: '00002',
        },
      ],
    });
  });

  it('lie below one folder, by links, where the tool has them laid out', () => {
    const root = '/store/7/match/0/9/.work/inputs/tiles';
    expect(scopes([ofStage(1, 'day/00001'), ofStage(2, 'night/00002')], 'tree')).toMatchObject({
      links: [
        { path: `${root}/day/00001`, target: '/store/7/fix/0/1/result/day/00001' },
        { path: `${root}/night/00002`, target: '/store/7/fix/0/2/result/night/00002' },
      ],
      scopes: [
        { path: `${root}/day/00001`, root, relative: 'day/00001' },
        { path: `${root}/night/00002`, root, relative: 'night/00002' },
      ],
    });
  });

  it.each([
    ['the same path', 'a/1', 'a/1'],
    ['a path within another', 'a/1', 'a/1/inner'],
    ['a path around another', 'a/1/inner', 'a/1'],
  ])('cannot be laid out where two of them have %s', (_, one, other) => {
    let code = 'none';
    try {
      scopes([ofStage(1, one), ofStage(2, other)], 'tree');
    } catch (error) {
      if (!isGantryError(error)) throw error;
      code = error.code;
    }
    expect(code).toBe('items-overlap');
  });
});
