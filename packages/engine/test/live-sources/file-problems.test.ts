import { describe, expect, it } from 'vitest';
import type { Unsettled, UnsettledFile } from '@gantry/storage';
import { describeUnfinished, filesOverdue, isOverdue } from '../../src/live-sources/file-problems.ts';

const file = (why: Unsettled, more: Partial<UnsettledFile> = {}): UnsettledFile => ({
  ...{ name: 'tile_007.tif', why, sinceMs: 1_000_000, size: 12, reason: undefined },
  ...more,
});

describe('a file that does not count yet', () => {
  it.each<[Unsettled, number]>([
    // A stack of many gigabytes is written for a while.
    ['growing', 120_000],
    ['empty', 10_000],
    ['incomplete', 10_000],
    // These do not pass by themselves.
    ['shrunken', 0],
    ['not-readable', 0],
  ])('and is %s is overdue after %i ms', (why, afterMs) => {
    expect(isOverdue(file(why), 1_000_000 + afterMs)).toBe(true);
    if (afterMs > 0) expect(isOverdue(file(why), 1_000_000 + afterMs - 1)).toBe(false);
  });

  it.each<Unsettled>(['growing', 'empty', 'incomplete', 'shrunken', 'not-readable'])(
    'and is %s is named, with what to do',
    (why) => {
      const { message, mend } = describeUnfinished(file(why));
      expect(message).toMatch(/^tile_007\.tif .*\.$/);
      expect(mend).toMatch(/\.$/);
    },
  );

  it('is the trouble of its source when it is overdue, the longest first', () => {
    const two = [file('growing'), file('empty', { name: 'tile_008.tif', sinceMs: 2_000_000 })];
    expect(filesOverdue(two)).toMatchObject({ code: 'files-unfinished', sinceMs: 1_000_000 });
    expect(filesOverdue(two)?.message).toMatch(
      /^The folder waits for 2 files .* tile_007\.tif is still growing/,
    );
    expect(filesOverdue([])).toBeUndefined();
  });
});
