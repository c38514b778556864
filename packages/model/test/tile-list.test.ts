import { describe, expect, it } from 'vitest';
import { FileErrors, parseTileList } from '../src/index.ts';

const list = {
  pipelineFormat: 'default',
  projectInfo: { customParameters: { inputFile: '/d/a.h5', sigma: 1.5, steps: [1, 2], nothing: null } },
  planeMarkers: { x: [], y: [], z: [1900, 1899, 1900] },
  extents: { minimumX: 184, maximumX: 214, minimumY: 115, maximumY: 130, minimumZ: 1867, maximumZ: 1941 },
  tiles: [
    {
      id: 1,
      relativePath: '2017-12-20\\00\\00001',
      isComplete: true,
      position: { x: 197, y: 119, z: 1867 },
      step: { x: 0.25, y: -3, z: 251.5 },
    },
  ],
};

const older = {
  monitor: { extents: list.extents },
  planeMarkers: { x: [], y: [], z: [] },
  tileMap: {
    1867: [
      {
        id: 1,
        relativePath: '2017-12-20/00/00001',
        isComplete: true,
        contents: { latticePosition: { x: 197, y: 119, z: 1867 }, latticeStep: { x: 1, y: 2, z: 3 } },
      },
    ],
    whatever: [{ id: 2, relativePath: '2017-12-20/00/00002', isComplete: false, contents: null }],
  },
};

const parse = (value: unknown) => parseTileList(JSON.stringify(value), 'pipeline-input.json');
const tile = (changes: object) => ({ ...list, tiles: [{ ...list.tiles[0], ...changes }] });

function problemsOf(text: string) {
  try {
    parseTileList(text, 'pipeline-input.json');
  } catch (error) {
    if (error instanceof FileErrors) return error.problems;
    throw error;
  }
  return [];
}

describe('a list of tiles', () => {
  it('tells extents, marked planes, parameters, and each tile with its place and step', () => {
    const { bounds, parameters, tiles, problems } = parse(list);
    expect(bounds).toEqual({
      extents: { x: [184, 214], y: [115, 130], z: [1867, 1941] },
      skip: { z: [1899, 1900] },
      region: {},
    });
    expect(parameters).toEqual({ inputFile: '/d/a.h5', sigma: 1.5, steps: '[1,2]' });
    expect([...tiles.values()]).toEqual([
      {
        name: '2017-12-20/00/00001',
        complete: true,
        place: { x: 197, y: 119, z: 1867 },
        meta: { id: 1, step_x: 0.25, step_y: -3, step_z: 251.5 },
      },
    ]);
    expect(problems).toEqual([]);
  });

  it('may be of the older form, whose tiles lie under keys that mean nothing', () => {
    const { bounds, tiles } = parse(older);
    expect(bounds.extents).toEqual({ x: [184, 214], y: [115, 130], z: [1867, 1941] });
    expect([...tiles.values()]).toEqual([
      {
        name: '2017-12-20/00/00001',
        complete: true,
        place: { x: 197, y: 119, z: 1867 },
        meta: { id: 1, step_x: 1, step_y: 2, step_z: 3 },
      },
      { name: '2017-12-20/00/00002', complete: false, place: undefined, meta: { id: 2 } },
    ]);
  });

  it('gives a tile no place whose coordinates are null or absent', () => {
    for (const position of [null, undefined, { x: 1, y: null, z: 3 }, {}]) {
      const { tiles, problems } = parse(tile({ position }));
      expect([...tiles.values()].map(({ place }) => place)).toEqual([undefined]);
      expect(problems).toEqual([]);
    }
  });

  it('leaves an axis open whose extents are null, and takes a list without extents or markers', () => {
    const open = parse({ ...list, extents: { ...list.extents, maximumZ: null }, planeMarkers: null });
    expect(open.bounds).toEqual({ extents: { x: [184, 214], y: [115, 130] }, skip: {}, region: {} });
    expect(parse({ tiles: [] }).bounds).toEqual({ extents: {}, skip: {}, region: {} });
  });

  it('sets a broken tile aside, and keeps the others', () => {
    const { tiles, problems } = parse({
      ...list,
      tiles: [
        { id: 7, isComplete: true },
        { id: 8, relativePath: '..\\elsewhere', isComplete: true },
        { id: 9, relativePath: 'a', isComplete: 'yes' },
        ...list.tiles,
        list.tiles[0],
      ],
    });
    expect([...tiles.keys()]).toEqual(['2017-12-20/00/00001']);
    expect(problems.map(({ name, code }) => [name, code])).toEqual([
      ['tiles.0', 'missing-key'],
      ['tiles.1', 'tile-outside'],
      ['tiles.2', 'bad-value'],
      ['tiles.4', 'tile-twice'],
    ]);
    expect(problems[0]?.message).toBe('pipeline-input.json: `tiles.0.relativePath` is missing.');
    for (const { mend } of problems) expect(mend).not.toBe('');
  });

  it.each([
    ['an empty file', '', '', 'list-empty'],
    ['one with spaces alone', ' \n', '', 'list-empty'],
    ['one that was cut short', JSON.stringify(list).slice(0, -20), '', 'list-not-json'],
    ['one that is no object', '[]', '', 'bad-value'],
    ['one without tiles', '{}', 'tiles', 'missing-key'],
    ['tiles that are no list', '{"tiles":{}}', 'tiles', 'bad-value'],
    ['an older one without its monitor', '{"tileMap":{}}', 'monitor', 'missing-key'],
    ['an older one without its tiles', '{"monitor":{}}', 'tileMap', 'missing-key'],
    [
      'extents that are texts',
      JSON.stringify({ ...list, extents: { minimumX: '1' } }),
      'extents.minimumX',
      'bad-value',
    ],
    [
      'extents that end before they begin',
      JSON.stringify({ ...list, extents: { minimumX: 2, maximumX: 1 } }),
      'extents.minimumX',
      'empty-range',
    ],
    [
      'a marker that is no plane',
      JSON.stringify({ ...list, planeMarkers: { z: [1.5] } }),
      'planeMarkers.z.0',
      'bad-value',
    ],
  ])('names file, field and mend of %s', (_, text, field, code) => {
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({ file: 'pipeline-input.json', field, code });
    expect(problem?.mend).not.toBe('');
  });
});
