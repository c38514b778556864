import { describe, expect, it } from 'vitest';
import { readBounds } from '../../src/input/bounds-arguments.ts';

describe('--region and --skip', () => {
  it('are put together by source and axis', () => {
    const given = { region: ['tiles.row=1..4', 'tiles.col=-2..2'], skip: ['tiles.row=2,3', 'masks.z=none'] };
    expect(readBounds(['tiles', 'masks'], given)).toEqual({
      tiles: { region: { row: [1, 4], col: [-2, 2] }, skip: { row: [2, 3] } },
      masks: { skip: { z: [] } },
    });
  });

  it('need no name where there is one source', () => {
    expect(readBounds(['tiles'], { region: ['row=all'], skip: ['row=1'] })).toEqual({
      tiles: { region: { row: null }, skip: { row: [1] } },
    });
  });

  it.each([
    [{ region: ['row=2..1'], skip: [] }, 'begins above its end'],
    [{ region: ['row=some'], skip: [] }, 'is not a region'],
    [{ region: ['row'], skip: [] }, 'is not understood'],
    [{ region: [], skip: ['row=a'] }, 'names no planes'],
    [{ region: [], skip: ['other.row=1'] }, 'for no source of the run'],
  ])('say how to write them: %j', (given, message) => {
    expect(() => readBounds(['tiles'], given)).toThrow(message);
  });

  it('ask for a name where there are several sources', () => {
    expect(() => readBounds(['tiles', 'masks'], { region: ['row=1..2'], skip: [] })).toThrow(
      'for no source of the run',
    );
  });
});
