/**
 * An exclusive lock that the kernel holds for a process and releases at its end, SIGKILL included: no file with a
 * process number that may since be another's. Who holds it is written into the file, for messages alone.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { GantryError } from '@gantry/model';

/** Who holds a lock, as the file says. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
}

export type LockResult =
  | { readonly kind: 'locked'; readonly lock: FileLock }
  /** `holder` is absent in the moment between another's lock and its writing. */
  | { readonly kind: 'held'; readonly holder: LockHolder | undefined };

export interface FileLock {
  /** May be called again. */
  release(): Promise<void>;
}

/** `open` flags of macOS and the BSDs that Node has no names for: take a `flock` on opening, do not wait for it. */
const O_EXLOCK = 0x20;
const O_NONBLOCK = 0x4;

/**
 * Tries to lock the file, which is made if need be. The lock is a `flock` on our open file: on macOS and the BSDs
 * `open` takes it, on Linux the program `flock` (util-linux, busybox) takes it for us on the inherited descriptor
 * and leaves it there, because Node has no call for it. It holds between containers on a shared volume, too.
 *
 * @throws GantryError `lock-unavailable` where there is no `flock` or the file system has no locks.
 */
export async function lockFile(path: string): Promise<LockResult> {
  const flags = constants.O_RDWR | constants.O_CREAT;
  if (process.platform !== 'linux') {
    try {
      return await describe(await open(path, flags | O_EXLOCK | O_NONBLOCK, 0o600));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN' || code === 'EWOULDBLOCK')
        return { kind: 'held', holder: await readHolder(path) };
      throw error;
    }
  }
  const handle = await open(path, flags, 0o600);
  try {
    if (await takeLock(handle, path)) return await describe(handle);
    await handle.close();
    return { kind: 'held', holder: await readHolder(path) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function describe(handle: FileHandle): Promise<LockResult> {
  const text = `${JSON.stringify({ pid: process.pid, host: hostname() } satisfies LockHolder)}\n`;
  await handle.truncate(0);
  await handle.write(text, 0);
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    await handle.truncate(0);
    await handle.close();
  };
  return { kind: 'locked', lock: { release } };
}

/** Has `flock` lock our descriptor, which is its number 3. False if another holds the lock. */
async function takeLock(handle: FileHandle, path: string): Promise<boolean> {
  const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'pipe', handle.fd] });
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(
        new GantryError('lock-unavailable', `The program flock, which locks ${path}, cannot be run.`, {
          file: path,
          mend: 'Install util-linux (Debian, Fedora) or busybox.',
          cause,
        }),
      );
    });
    child.once('close', resolve);
  });
  if (code === 0) return true;
  if (code === 1 && errors.trim() === '') return false;
  throw new GantryError(
    'lock-unavailable',
    `${path} cannot be locked: ${errors.trim() || `flock ended with ${code}`}`,
    {
      file: path,
      mend: 'Choose a data directory on a file system with locks (a local disk, or NFS 4).',
    },
  );
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  const handle = await open(path, 'r');
  try {
    const { pid, host } = JSON.parse(await handle.readFile('utf8')) as Partial<LockHolder>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    // Empty while it changes hands.
    return undefined;
  } finally {
    await handle.close();
  }
}
