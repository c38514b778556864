/** What a browser loads before the first page shows anything stays small. */
import { expect, it } from 'vitest';
import { measureShell } from '../../scripts/measure-shell.ts';

const mostKilobytes = 250;

it(`the shell is at most ${mostKilobytes} kB, zipped`, { timeout: 120_000 }, () => {
  const sizes = [...measureShell().values()];
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0) / 1000).toBeLessThanOrEqual(mostKilobytes);
});
