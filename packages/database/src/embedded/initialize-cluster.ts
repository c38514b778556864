/**
 * Makes a new database cluster. It is made under a temporary name and renamed when it is whole and on disk, so that
 * a cluster under its final name is always a good one, whenever we were killed.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import type { ServerBinaries } from './server-binaries.ts';
import type { ServerUser } from './server-user.ts';

/** The database's superuser, the only role that there is. */
export const roleName = 'gantry';

const unfinishedPrefix = 'cluster.new-';
const secretName = 'secret';

/** The role's password: made at first, then read. The file is 0600. */
export async function readOrMakeSecret(folder: string): Promise<string> {
  const file = join(folder, secretName);
  try {
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret !== '') return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secret = randomBytes(32).toString('base64url');
  const unfinished = `${file}.new`;
  await writeFile(unfinished, `${secret}\n`, { mode: 0o600, flush: true });
  await rename(unfinished, file);
  await syncFolder(folder);
  return secret;
}

/** Removes what starts that were killed have left behind. */
export async function removeUnfinishedClusters(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    // An initdb that outlived us may still be writing; it fails when its folder goes.
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/**
 * Runs `initdb` and moves the result to `cluster`. Text sorts by code point (the builtin C.UTF-8): the same on
 * every machine, and no index depends on the C library's version.
 *
 * @throws GantryError `disk-full`, `data-directory-not-enterable` or `database-initialisation-failed`.
 */
export async function initializeCluster(options: {
  readonly folder: string;
  readonly cluster: string;
  readonly binaries: ServerBinaries;
  readonly user: ServerUser | undefined;
  readonly secret: string;
  readonly signal: AbortSignal | undefined;
}): Promise<void> {
  const { folder, cluster, binaries, user } = options;
  const unfinished = join(folder, `${unfinishedPrefix}${randomBytes(4).toString('hex')}`);
  const passwordFile = `${unfinished}-password`;
  try {
    await writeFile(passwordFile, `${options.secret}\n`, { mode: 0o600 });
    if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
    const args = ['-D', unfinished, '-U', roleName, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    args.push('--data-checksums', '--no-instructions');
    const { code, output } = await runInitdb(binaries.initdb, args, user, options.signal);
    options.signal?.throwIfAborted();
    if (code !== 0) throw explainFailure(folder, output);
    await rename(unfinished, cluster);
    await syncFolder(folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function runInitdb(
  program: string,
  args: readonly string[],
  user: ServerUser | undefined,
  signal: AbortSignal | undefined,
): Promise<{ code: number | null; output: string }> {
  signal?.throwIfAborted();
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const env = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  const child = spawn(program, args, { ...identity, env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-8192)));
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { code, output };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function explainFailure(folder: string, output: string): GantryError {
  return (
    explainServerOutput(folder, output) ??
    new GantryError('database-initialisation-failed', `initdb failed in ${folder}:\n${output.trim()}`, {
      file: folder,
      mend: 'See what it says above; nothing was left behind, so the next start tries again.',
    })
  );
}

/** The mishaps that have a mend of their own, recognised by PostgreSQL's (English) words. */
export function explainServerOutput(folder: string, output: string): GantryError | undefined {
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new GantryError('disk-full', `The disk of ${folder} is full: PostgreSQL could not write there.`, {
      file: folder,
      mend: 'Free some space (a new database needs 100 MiB), or choose another place with --data-dir.',
    });
  }
  if (
    /could not (?:access|create|change permissions of|read permissions of)[^\n]*: Permission denied/.test(
      output,
    )
  ) {
    return notEnterable(folder);
  }
  return undefined;
}

/** The error where PostgreSQL's user may not go into a folder above its own. */
export function notEnterable(folder: string, user = 'its owner'): GantryError {
  return new GantryError(
    'data-directory-not-enterable',
    `PostgreSQL does not run as root, and the user that it runs as (${user}) cannot enter ${folder}.`,
    {
      file: folder,
      mend: 'Choose a data directory that other users may enter (such as /srv/gantry), or run as an ordinary user.',
    },
  );
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
