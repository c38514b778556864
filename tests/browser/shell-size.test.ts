/** What a browser loads before the first page shows anything stays small. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { repositoryRoot } from '../../scripts/repository.ts';

const mostKilobytes = 250;

it(`the shell is at most ${mostKilobytes} kB, zipped`, { timeout: 120_000 }, () => {
  buildWeb();
  const folder = join(repositoryRoot, 'packages', 'web', 'dist');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(2);
  const bytes = files.map((file) => gzipSync(readFileSync(join(folder, file))).length);
  expect(bytes.reduce((sum, size) => sum + size, 0) / 1000).toBeLessThanOrEqual(mostKilobytes);
});
