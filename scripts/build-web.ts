/**
 * Builds the browser application into `packages/web/dist` when its sources are newer than what was built; `--force`
 * builds in any case. `npm start` and the tests in a browser call it, too.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { listFiles, repositoryRoot } from './repository.ts';

const folder = join(repositoryRoot, 'packages', 'web');
const stampFile = join(folder, 'dist', '.built-from');

/** A text that differs when anything that goes into the application does. */
function stampSources(): string {
  const hash = createHash('sha256');
  const files = listFiles(
    'packages/web/{src,public}/**/*.*',
    'packages/web/{index.html,vite.config.ts,tsconfig.json}',
    'packages/{model,client}/src/**/*.ts',
    'package-lock.json',
  );
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(repositoryRoot, file)));
  return hash.digest('hex');
}

/** True where the pages were not built from what the sources are now. */
export function pagesAreStale(): boolean {
  return readStamp() !== stampSources();
}

/**
 * Builds if need be. @returns true where it has built
 * @throws Error with what the build has said, where it fails
 */
export function buildWeb(force = false): boolean {
  const stamp = stampSources();
  if (!force && readStamp() === stamp) return false;
  removeAbandoned();
  // Beside what is served now, which stays whole until the new one is.
  const next = join(folder, `dist-${process.pid}`);
  const vite = join(repositoryRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vite, 'build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'],
    // Under tests this says `test`, and React would be its larger self.
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (status !== 0) {
    rmSync(next, { recursive: true, force: true });
    throw new Error(`The browser application could not be built:\n${stdout}${stderr}`);
  }
  mkdirSync(next, { recursive: true });
  writeFileSync(join(next, '.built-from'), `${stamp}\n`);
  putInPlace(next, stamp);
  return true;
}

/** What builds that were killed have left. */
function removeAbandoned(): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^dist-(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's may not be asked.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** So often another build may come in between. */
const mostTries = 10;

/** Others may be doing the same at this moment: then any of them will do, if it is of the same sources. */
function putInPlace(next: string, stamp: string): void {
  const place = join(folder, 'dist');
  for (let tries = 1; ; tries++) {
    try {
      rmSync(place, { recursive: true, force: true });
      renameSync(next, place);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || tries === mostTries) throw error;
      if (readStamp() !== stamp) continue;
      rmSync(next, { recursive: true, force: true });
      return;
    }
  }
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stampFile, 'utf8').trim();
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const began = performance.now();
  const built = buildWeb(process.argv.includes('--force'));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    built
      ? `gantry: built the browser application in ${seconds} s.`
      : 'gantry: the browser application is up to date.',
  );
}
