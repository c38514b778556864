import { describe, expect, it } from 'vitest';
import { parseVector } from '../../src/mosaic/parse-vector.ts';
import { formatVector } from '../../src/registration/stitching-vector.ts';

describe('formatVector', () => {
  const lines = [
    { file: 'img_r001_c001.ome.tif', correlation: -1, x: 0, y: 3, column: 0, row: 0 },
    { file: 'img; with: signs.tif', correlation: 0.9712, x: 338, y: 0, column: 1, row: 0 },
  ];

  it("writes WIPP's text, the grid as (column, row)", () => {
    expect(formatVector(lines)).toBe(
      'file: img_r001_c001.ome.tif; corr: -1.0000000000; position: (0, 3); grid: (0, 0);\n' +
        'file: img; with: signs.tif; corr: 0.9712000000; position: (338, 0); grid: (1, 0);\n',
    );
  });

  it('is read back by the assembler', () => {
    expect(parseVector(formatVector(lines), 'vector.txt')).toEqual(
      lines.map((line, index) => ({ ...line, line: index + 1 })),
    );
  });
});
