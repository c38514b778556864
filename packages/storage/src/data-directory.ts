/**
 * The data directory: where everything lies, whose it is, and that one Gantry at a time hosts it.
 * What lies in its folders is left to their owners; which directory it is, to the caller.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GantryError } from '@gantry/model';
import {
  markerName,
  readOrWriteMarker,
  unfinishedMarkerName,
  writeMarker,
  type MarkedDatabase,
} from './data-directory-marker.ts';
import { lockFile } from './file-lock.ts';
import { makeFolders } from './make-folders.ts';
import type { LockHolder } from './file-lock.ts';

const run = promisify(execFile);

const lockName = 'gantry.lock';

/** Paths of a data directory; there or not. */
export interface DataDirectoryLayout {
  readonly path: string;
  /** The database's folder. */
  readonly postgres: string;
  /** The bytes of outputs. */
  readonly store: string;
  /** Log segments, a folder per agent. */
  readonly logs: string;
  /** What is there while a Gantry hosts: sockets, `server.json`. */
  readonly run: string;
}

/** A data directory that this process hosts. */
export interface DataDirectory extends DataDirectoryLayout {
  /** Its identity, for life. */
  readonly id: string;
  /** The path that was asked for, if the directory had to lie elsewhere (see `openDataDirectory`). */
  readonly relocatedFrom: string | undefined;
  /** The database that it has been used with; absent before the first. */
  readonly database: MarkedDatabase | undefined;
  /** Remembers, for life, which database belongs to it. */
  recordDatabase(database: MarkedDatabase): Promise<void>;
  /** Gives up hosting. The directory stays. */
  close(): Promise<void>;
}

export interface DataDirectoryOptions {
  /** True if a person named the path: then it is used or refused, never replaced. */
  readonly explicit: boolean;
  /**
   * The user besides us who must be able to enter the directory: the database's, under root. Absent if there is
   * none (no root, or an external database).
   */
  readonly serverUser?: { readonly name: string; readonly uid: number; readonly gid: number } | undefined;
  /** Where directories are put that cannot lie where they were asked for; `/var/lib/gantry` if absent. */
  readonly relocationFolder?: string | undefined;
}

/** The paths of a data directory, without a look at it. */
export function layOut(path: string): DataDirectoryLayout {
  const root = resolve(path);
  return {
    path: root,
    postgres: join(root, 'postgres'),
    store: join(root, 'store'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
  };
}

/**
 * Where the directory for `path` lies: there, or, where `serverUser` cannot enter it and nobody named it, in
 * `/var/lib/gantry/<hash of the path>`. For readers that do not host, too.
 *
 * @throws GantryError `data-directory-not-enterable` if it cannot be entered and was named; what
 *   `explainDirectoryFailure` makes of the rest.
 */
export async function locateDataDirectory(
  path: string,
  options: DataDirectoryOptions,
): Promise<DataDirectoryLayout> {
  const wanted = resolve(path);
  const { serverUser } = options;
  if (serverUser === undefined) return layOut(wanted);
  try {
    // The folder above decides: the directory itself gets its mode from us.
    const above = await findExisting(dirname(wanted));
    // Below a file nobody can enter anything: opening it says so.
    if (!(await stat(above)).isDirectory() || (await canEnter(above, serverUser))) return layOut(wanted);
  } catch (error) {
    throw explainDirectoryFailure(error, wanted);
  }
  if (options.explicit) {
    throw new GantryError(
      'data-directory-not-enterable',
      `The database's user (${serverUser.name}; PostgreSQL does not run as root) cannot enter ${wanted}.`,
      {
        file: wanted,
        mend: 'Choose a data directory that other users may enter (such as /srv/gantry), or run as an ordinary user.',
      },
    );
  }
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  return layOut(join(options.relocationFolder ?? '/var/lib/gantry', hash));
}

/**
 * Opens the directory for hosting: makes it if need be, and locks it until `close` or the end of this process.
 *
 * @throws GantryError `data-directory-not-enterable`, `data-directory-in-use` (names process and host),
 *   `data-directory-not-ours` (holds something, but no marker of Gantry's), `data-directory-other-owner`,
 *   `data-directory-newer`, `data-directory-damaged`, `data-directory-not-a-folder`, `data-directory-not-writable` or
 *   `disk-full`.
 */
export async function openDataDirectory(path: string, options: DataDirectoryOptions): Promise<DataDirectory> {
  const layout = await locateDataDirectory(path, options);
  const relocatedFrom = layout.path === resolve(path) ? undefined : resolve(path);
  try {
    return await openAt(layout, options, relocatedFrom);
  } catch (error) {
    throw explainDirectoryFailure(error, layout.path);
  }
}

async function openAt(
  layout: DataDirectoryLayout,
  options: DataDirectoryOptions,
  relocatedFrom: string | undefined,
): Promise<DataDirectory> {
  // Others may pass through to what is theirs (the database's user), but not look around.
  const mode = options.serverUser === undefined ? 0o700 : 0o711;
  await makeDirectory(layout.path, mode);
  await refuseForeign(layout.path);
  const result = await lockFile(join(layout.path, lockName));
  if (result.kind === 'held') throw inUse(layout.path, result.holder);
  try {
    const marker = await readOrWriteMarker(layout.path, relocatedFrom);
    for (const folder of [layout.store, layout.logs, layout.postgres]) await makeDirectory(folder, 0o700);
    await makeDirectory(layout.run, mode);
    if (options.serverUser !== undefined) {
      // They may have been made without one.
      for (const folder of [layout.path, layout.run]) await chmod(folder, mode);
    }
    let { database } = marker;
    return {
      ...layout,
      id: marker.id,
      relocatedFrom,
      get database() {
        return database;
      },
      async recordDatabase(recorded) {
        await writeMarker(layout.path, { ...marker, database: recorded });
        database = recorded;
      },
      close: () => result.lock.release(),
    };
  } catch (error) {
    await result.lock.release();
    throw error;
  }
}

/**
 * Makes a folder with that mode, whatever the umask; one that exists keeps its own. Folders on the way that had to be
 * made can be passed through if it can.
 */
async function makeDirectory(path: string, mode: number): Promise<void> {
  const first = await makeFolders(dirname(path), 0o755);
  if (first !== undefined && (mode & 0o011) !== 0) {
    for (let made = dirname(path); made.length >= first.length; made = dirname(made))
      await chmod(made, 0o755);
  }
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // A file in its place is an error; a folder, or a link to one, is not.
    await readdir(path);
    return;
  }
  await chmod(path, mode);
}

/** A folder is ours if it has the marker, or nothing but what an opening that was killed leaves. */
async function refuseForeign(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.includes(markerName)) {
    const { uid } = await stat(join(path, markerName));
    if (uid === process.geteuid?.()) return;
    throw new GantryError(
      'data-directory-other-owner',
      `The data directory ${path} belongs to another user (uid ${uid}).`,
      {
        file: path,
        mend: 'Run Gantry as that user, or choose another data directory with --data-dir.',
      },
    );
  }
  if (names.every((name) => name === lockName || name === unfinishedMarkerName)) return;
  throw new GantryError(
    'data-directory-not-ours',
    `${path} holds files, but is no data directory of Gantry's.`,
    {
      file: path,
      mend: 'Choose an empty folder, or one that does not exist yet, with --data-dir.',
    },
  );
}

function inUse(path: string, holder: LockHolder | undefined): GantryError {
  const who = holder === undefined ? 'another Gantry' : `process ${holder.pid} on ${holder.host}`;
  return new GantryError('data-directory-in-use', `The data directory ${path} is in use by ${who}.`, {
    file: path,
    mend: 'Use that one, stop it, or choose another data directory with --data-dir.',
  });
}

/** What the file system says of a data directory, or of what Gantry keeps in it, in people's words. */
export function explainDirectoryFailure(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const refuse = (name: string, what: string, mend: string): GantryError =>
    new GantryError(name, `The data directory ${path} ${what}`, { file: path, mend, cause: error });
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return refuse(
        'data-directory-not-enterable',
        'cannot be used: you may not enter it, or not write there.',
        'Choose another with --data-dir, or give yourself the right to enter it and the folders above it, and to write there.',
      );
    case 'ENOENT':
      // Its folders are made; where that does not help, the file system takes none (such as /proc).
      return refuse(
        'data-directory-not-enterable',
        `cannot be made: ${message}`,
        'Choose another with --data-dir, where folders can be made.',
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return refuse(
        'data-directory-not-a-folder',
        `is not a folder, and cannot be one: ${message}`,
        'Name a folder with --data-dir; it is made if it is not there.',
      );
    case 'EROFS':
      return refuse(
        'data-directory-not-writable',
        'lies on a file system that takes no changes.',
        'Choose another with --data-dir.',
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new GantryError('disk-full', `The disk of ${path} is full.`, {
        file: path,
        mend: 'Free some space, or choose another data directory with --data-dir.',
        cause: error,
      });
    default:
      return error;
  }
}

/** The nearest folder on the way to the path that exists. */
async function findExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      await stat(folder);
      return folder;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || folder === dirname(folder)) throw error;
    }
  }
}

/** Tried, not computed: lists of access rights and mounts have their say, too. */
async function canEnter(
  folder: string,
  user: { readonly uid: number; readonly gid: number },
): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid: user.uid, gid: user.gid, cwd: '/' });
    return true;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code === 'number') return false;
    throw error;
  }
}
