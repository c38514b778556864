import { describe, expect, it } from 'vitest';
import { diskFull, isDiskFull } from '../src/index.ts';

const withCode = (code: string): Error => Object.assign(new Error('it failed'), { code });

describe('a full disk', () => {
  it.each([
    [withCode('ENOSPC'), true],
    [withCode('EDQUOT'), true],
    [new Error('VipsForeignSave: unable to write: No space left on device'), true],
    [new Error('outer', { cause: withCode('ENOSPC') }), true],
    [diskFull('/data'), true],
    [withCode('ENOENT'), false],
    [new Error('no room'), false],
    ['ENOSPC', false],
    [undefined, false],
  ])('is known in %s: %s', (error, full) => {
    expect(isDiskFull(error)).toBe(full);
  });

  it('is looked for in a chain of causes that has no end', () => {
    const error = new Error('circle');
    error.cause = error;
    expect(isDiskFull(error)).toBe(false);
  });

  it('is told by its folder and what to do', () => {
    expect(diskFull('/data/store')).toMatchObject({
      code: 'disk-full',
      message: 'The disk of /data/store is full.',
      file: '/data/store',
      mend: expect.stringContaining('Free some space') as string,
    });
  });
});
