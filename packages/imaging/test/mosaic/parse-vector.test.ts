import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVector } from '../../src/index.ts';

describe('a stitching vector', () => {
  it('is read as WIPP writes it', () => {
    const text =
      'file: img_r001_c001.ome.tif; corr: -1.0000000000; position: (0, 0); grid: (0, 0);\n' +
      'file: img_r001_c002.ome.tif; corr: 4.9984933178; position: (338, 0); grid: (1, 0);\n';
    expect(parseVector(text, 'v.txt')).toEqual([
      { file: 'img_r001_c001.ome.tif', correlation: -1, x: 0, y: 0, column: 0, row: 0, line: 1 },
      { file: 'img_r001_c002.ome.tif', correlation: 4.9984933178, x: 338, y: 0, column: 1, row: 0, line: 2 },
    ]);
  });

  it('may have decimal commas, Windows line ends, empty lines, odd spaces and no correlation', () => {
    const text =
      '\uFEFFfile: a; b: c.tif;corr: 0,98;position:(338,12);grid:( 1 , 2 )\r\n\r\n' +
      'file: b.tif; position: (-3, 4.6);';
    expect(parseVector(text, 'v.txt')).toEqual([
      { file: 'a; b: c.tif', correlation: 0.98, x: 338, y: 12, column: 1, row: 2, line: 1 },
      { file: 'b.tif', correlation: undefined, x: -3, y: 5, column: undefined, row: undefined, line: 3 },
    ]);
  });

  it('gives back any positions', () => {
    const entry = fc.record({ x: fc.nat(), y: fc.nat(), column: fc.nat(999), row: fc.nat(999) });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        const text = entries
          .map(
            (e, i) =>
              `file: t${i}.tif; corr: 0.5; position: (${e.x}, ${e.y}); grid: (${e.column}, ${e.row});`,
          )
          .join('\n');
        expect(parseVector(text, 'v')).toEqual(
          entries.map((e, i) => ({ ...e, file: `t${i}.tif`, correlation: 0.5, line: i + 1 })),
        );
      }),
    );
  });

  it.each([
    ['', 'vector-empty', undefined],
    ['position: (1, 2);', 'vector-malformed', 1],
    ['file: a.tif; position: (1, 2);\nfile: b.tif; corr: 1;', 'vector-malformed', 2],
    ['file: a.tif; position: (1, x);', 'vector-malformed', 1],
    ['file: a.tif; position: (1, 2);\nfile: a.tif; position: (3, 4);', 'vector-repeats', 2],
  ])('that reads %j is refused with its line', (text, code, line) => {
    const parse = (): unknown => parseVector(text, '/data/v.txt');
    expect(parse).toThrow(expect.objectContaining({ code, line, file: '/data/v.txt' }));
    expect(parse).toThrow('/data/v.txt');
  });
});
