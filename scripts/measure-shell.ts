/** What a browser loads of the application before the first page shows anything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWeb } from './build-web.ts';
import { repositoryRoot } from './repository.ts';

/** Builds it if need be. @returns bytes of each file of the shell, compressed by gzip */
export function measureShell(): ReadonlyMap<string, number> {
  buildWeb();
  const folder = join(repositoryRoot, 'packages', 'web', 'dist');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, file = '']) => file);
  return new Map(files.map((file) => [file, gzipSync(readFileSync(join(folder, file))).length]));
}
