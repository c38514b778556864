/**
 * The system user that PostgreSQL runs as: ourselves, or, because PostgreSQL refuses root, a user of its own.
 * Which folders that user can enter is left to the caller and to PostgreSQL's own messages.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GantryError } from '@gantry/model';

const run = promisify(execFile);

/** A user by its numbers; `name` is for messages. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const ownUserName = 'gantry-postgres';

/**
 * The user that the embedded server must run as, or `undefined` where it may run as we do.
 * Under root that is `gantry-postgres`, made on first use; where no user can be made it is `nobody`.
 *
 * @throws GantryError `server-user-missing` when we are root and there is no other user to be.
 */
export async function findServerUser(): Promise<ServerUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const existing = await lookUpUser(ownUserName);
  if (existing !== undefined) return existing;
  await addSystemUser(ownUserName);
  const user = await lookUpServerUser();
  if (user === undefined) {
    throw new GantryError(
      'server-user-missing',
      `PostgreSQL does not run as root, and there is neither a user "${ownUserName}" nor "nobody" on this machine.`,
      { mend: `Make a system user "${ownUserName}", run Gantry as an ordinary user, or set DATABASE_URL.` },
    );
  }
  return user;
}

/** The same user as far as the machine has it already: none is made. */
export async function lookUpServerUser(): Promise<ServerUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  return (await lookUpUser(ownUserName)) ?? (await lookUpUser('nobody'));
}

/** The user of that name, or `undefined` if the machine has none (or if it is root under another name). */
export async function lookUpUser(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    const user = { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
    return Number.isInteger(user.uid) && Number.isInteger(user.gid) && user.uid > 0 ? user : undefined;
  } catch (error) {
    if (isExitStatus(error)) return undefined;
    throw error;
  }
}

/** True if the user can enter the folder: whatever decides that (modes, lists of access rights, a mount), it is tried. */
export async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid: user.uid, gid: user.gid, cwd: '/' });
    return true;
  } catch (error) {
    if (isExitStatus(error)) return false;
    throw error;
  }
}

/** Tries to make the user. Failure is no error here: another start may have made it, and `nobody` will do. */
async function addSystemUser(name: string): Promise<void> {
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      name,
    ]);
  } catch (error) {
    if (!isExitStatus(error) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** True where a program ran and ended with a status that is not 0. */
function isExitStatus(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
