import { beforeAll, describe, expect, it } from 'vitest';
import { FourierPlanes, smoothLength } from '../../src/registration/fourier-plane.ts';
import { findPeaks } from '../../src/registration/phase-correlation.ts';

/** Blobs on a torus, so that a cyclic shift is exact. */
function blobs(rows: number, columns: number, shiftRow: number, shiftColumn: number): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let blob = 0; blob < 12; blob++) {
    const centreRow = (blob * 37 + shiftRow + 10 * rows) % rows;
    const centreColumn = (blob * 61 + shiftColumn + 10 * columns) % columns;
    for (let row = -4; row <= 4; row++) {
      for (let column = -4; column <= 4; column++) {
        const at =
          ((centreRow + row + rows) % rows) * columns + ((centreColumn + column + columns) % columns);
        values[at] = (values[at] ?? 0) + (10 + blob) * Math.exp(-(row * row + column * column) / 5);
      }
    }
  }
  return values;
}

describe('smoothLength', () => {
  it('is the longest product of 16 and powers of 2, 3 and 5 that is not longer', () => {
    expect([15, 16, 47, 48, 281, 376, 1040, 1392].map(smoothLength)).toEqual([
      undefined,
      16,
      32,
      48,
      256,
      320,
      1024,
      1296,
    ]);
  });
});

describe('findPeaks', () => {
  let planes: FourierPlanes;
  beforeAll(async () => {
    planes = await FourierPlanes.create();
  });
  const corner = { row: 0, column: 0 };
  const find = (
    rows: number,
    columns: number,
    shift: readonly [number, number],
    reach: number,
  ): ReturnType<typeof findPeaks> => {
    const first = { strip: { rows, columns, values: blobs(rows, columns, ...shift) }, corner };
    const second = { strip: { rows, columns, values: blobs(rows, columns, 0, 0) }, corner };
    const range = { minRow: -reach, maxRow: reach, minColumn: -reach, maxColumn: reach };
    return findPeaks(planes, first, second, { rows, columns }, range, 3);
  };

  it.each([
    [32, 96, 0, 0],
    [32, 96, 5, -11],
    [48, 160, -13, 20],
    [80, 64, 21, 30],
    [16, 240, -3, 17],
  ])('finds a shift of %i×%i windows by (%i, %i)', (rows, columns, row, column) => {
    const [highest] = find(rows, columns, [row, column], 31);
    // In a window of 16 rows a shift by −3 is one by 13, too; both are offered.
    expect(find(rows, columns, [row, column], 31)).toContainEqual({ row, column, height: highest?.height });
  });

  it('offers every interpretation of a shift that is in range', () => {
    const peaks = find(32, 64, [10, 0], 40).filter((peak, _, [first]) => peak.height === first?.height);
    expect(peaks.map(({ row, column }) => [row, column])).toEqual([
      [-22, 0],
      [10, 0],
    ]);
  });

  it('looks within the range only', () => {
    for (const peak of find(64, 64, [20, 20], 8)) {
      expect(Math.abs(peak.row)).toBeLessThanOrEqual(8);
      expect(Math.abs(peak.column)).toBeLessThanOrEqual(8);
    }
  });

  it('finds nothing in constant windows', () => {
    const strip = { rows: 32, columns: 32, values: new Float32Array(1024).fill(5) };
    const range = { minRow: -9, maxRow: 9, minColumn: -9, maxColumn: 9 };
    const window = { strip, corner };
    expect(findPeaks(planes, window, window, { rows: 32, columns: 32 }, range, 3)).toEqual([]);
  });
});
