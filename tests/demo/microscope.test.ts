/** The virtual specimen is what its README says, so that what is measured against it is worth something. */
import { describe, expect, it } from 'vitest';
import { readImage, readImageHeader } from '@gantry/imaging';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exposeTile, writeTile } from '../../examples/microscope/photograph.ts';
import {
  listVisits,
  nominalPosition,
  protocol,
  tileName,
  tilePattern,
  truePosition,
} from '../../examples/microscope/protocol.ts';
import { cellsAt } from '../../examples/microscope/specimen.ts';
import { tellTruth } from '../../examples/microscope/truth.ts';
import { parsePattern } from '@gantry/model';

const times = [1, 2, 3, 4];

describe('the specimen', () => {
  it('has hundreds of cells that never touch', () => {
    for (const t of times) {
      const cells = cellsAt(t);
      expect(cells.length).toBeGreaterThan(400);
      const gaps = cells.flatMap((one, index) =>
        cells
          .slice(index + 1)
          .map((other) => Math.hypot(one.x - other.x, one.y - other.y) - one.long - other.long),
      );
      expect(Math.min(...gaps.filter((gap) => gap < 50))).toBeGreaterThan(5);
    }
  });

  it('changes: cells move a little, some come and some go', () => {
    const ids = times.map((t) => new Set(cellsAt(t).map(({ id }) => id)));
    for (const [index, before] of ids.slice(0, -1).entries()) {
      const after = ids[index + 1]!;
      const changed = [...before, ...after].filter((id) => before.has(id) !== after.has(id));
      expect(changed.length).toBeGreaterThan(3);
    }
    const [first, last] = [cellsAt(1), cellsAt(4)];
    const moved = first.flatMap((cell) => {
      const later = last.find(({ id }) => id === cell.id);
      return later === undefined ? [] : [Math.hypot(later.x - cell.x, later.y - cell.y)];
    });
    expect(Math.max(...moved)).toBeGreaterThan(10);
    expect(Math.max(...moved)).toBeLessThan(25);
  });

  it('shows nothing but background on bare tiles, as their noise says', () => {
    const spread = (row: number, col: number): number => {
      // Along the middle row, where vignetting changes least.
      const { data, width } = exposeTile({ t: 2, row, col });
      const line = [...data.subarray(256 * width + 200, 256 * width + 312)];
      const mean = line.reduce((sum, value) => sum + value, 0) / line.length;
      return Math.sqrt(line.reduce((sum, value) => sum + (value - mean) ** 2, 0) / line.length);
    };
    for (const [row, col] of protocol.bare) expect(spread(row, col)).toBeLessThan(40);
  });
});

describe('the microscope', () => {
  it('misses its positions by more than 5 pixels here and there, and never by more than it says', () => {
    const misses = listVisits().flatMap((visit) => {
      const [nominal, real] = [nominalPosition(visit.row, visit.col), truePosition(visit)];
      return [real.x - nominal.x, real.y - nominal.y].map(Math.abs);
    });
    expect(Math.max(...misses)).toBeGreaterThan(5);
    expect(Math.max(...misses)).toBeLessThanOrEqual(protocol.jitter);
  });

  it('writes 16-bit OME-TIFF with the size of a pixel, whose names tell their places', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gantry-microscope-'));
    try {
      const visit = { t: 3, row: 2, col: 4 };
      await writeTile(folder, visit);
      expect(await readdir(folder)).toEqual([tileName(visit)]);
      const path = join(folder, tileName(visit));
      const header = await readImageHeader(path);
      expect(header).toMatchObject({ width: 512, height: 512, bitDepth: 16 });
      expect(header.metadata.physicalSizeX).toEqual({ value: 0.65, unit: 'µm' });
      expect((await readImage(path)).data).toEqual(exposeTile(visit).data);
    } finally {
      await rm(folder, { recursive: true });
    }
    const pattern = parsePattern(tilePattern);
    for (const visit of listVisits()) expect(pattern.match(tileName(visit))).toEqual(visit);
  });

  it('tells the truth about every tile and cell', () => {
    const truth = tellTruth();
    expect(truth.tiles).toHaveLength(80);
    expect(truth.tiles.filter(({ bare }) => bare)).toHaveLength(8);
    expect(truth.cells).toHaveLength(times.reduce((sum, t) => sum + cellsAt(t).length, 0));
  });
});
