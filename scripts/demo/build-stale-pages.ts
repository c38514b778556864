/** Builds the browser application beside whatever else is done at a start, if its sources are newer. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { pagesAreStale } from '../build-web.ts';
import { repositoryRoot } from '../repository.ts';

/**
 * @param told told that it takes a while
 * @throws GantryError `pages-not-built`
 */
export async function buildStalePages(told: (line: string) => void): Promise<void> {
  if (!pagesAreStale()) return;
  told('Building the pages for the browser, which the next start will not have to …');
  const child = spawn(process.execPath, [join(repositoryRoot, 'scripts', 'build-web.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((fulfil, reject) => {
    child.once('error', reject);
    child.once('close', fulfil);
  });
  if (code === 0) return;
  throw new GantryError('pages-not-built', `The pages for the browser could not be built:\n${said.trim()}`, {
    mend: 'See what it says above; `npm run build -w packages/web` builds them alone.',
  });
}
