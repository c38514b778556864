/**
 * The folder of the server's unix socket: below the runtime folder, or a short one in /tmp where the path would
 * not fit into a socket address. The folder is private to the server's user.
 */
import { chmod, chown, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ServerUser } from './server-user.ts';

/** The port is part of the socket's name alone; nothing listens on it. */
export const socketPort = 5432;

/** Bytes of a socket's path: 108 with the final NUL on Linux, 104 on macOS. */
const longestPath = process.platform === 'darwin' ? 103 : 107;

/** PostgreSQL takes a list of folders; a path with any other character is not worth quoting for it. */
const plainPath = /^[A-Za-z0-9/._+@ -]+$/;

const shortPrefix = '/tmp/gantry-pg-';

/** The socket's path within a folder. */
function socketPath(folder: string): string {
  return join(folder, `.s.PGSQL.${socketPort}`);
}

/**
 * Makes the folder, mode 0700 and owned by the server's user, and clears away the socket of a server that is gone:
 * PostgreSQL refuses a socket whose lock file names a process that exists, which may be a stranger by now. The
 * caller has seen to it that no server of this cluster runs.
 */
export async function makeSocketFolder(runtimeFolder: string, user: ServerUser | undefined): Promise<string> {
  const wanted = join(runtimeFolder, 'postgres');
  const fits = plainPath.test(wanted) && Buffer.byteLength(socketPath(wanted)) <= longestPath;
  // A random name, because in /tmp anybody may lay a folder under a name that can be guessed.
  const folder = fits ? wanted : await mkdtemp(shortPrefix);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  for (const left of [socketPath(folder), `${socketPath(folder)}.lock`]) await rm(left, { force: true });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}

/** Removes a folder that `makeSocketFolder` made in /tmp; one below the runtime folder stays. */
export async function removeSocketFolder(folder: string): Promise<void> {
  if (dirname(folder) !== '/tmp' || !folder.startsWith(shortPrefix)) return;
  const entry = await lstat(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (entry?.isDirectory() === true) await rm(folder, { recursive: true, force: true });
}
