/**
 * Brings a file or folder of the store to another place: bytes are shared where the file system can (a clone, else a
 * hard link to what nobody can then write to), else copied. What else lies there stays.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GantryError, isGantryError } from '@gantry/model';

/** A name beside the path that nothing else has; what a killed export leaves is recognised by it. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.gantry-part`);
}

/** Remembers what the file systems can do, so that only the first file tries in vain. */
export class FileSharer {
  #canClone = true;
  #canLink = true;

  async put(source: string, target: string): Promise<void> {
    try {
      await this.#put(source, target);
    } catch (error) {
      if (isGantryError(error)) throw error;
      throw explainOutFailure(error, target);
    }
  }

  async #put(source: string, target: string): Promise<void> {
    const from = await lstat(source);
    if (from.isDirectory()) {
      await this.#putFolder(source, target);
      return;
    }
    await mkdir(dirname(target), { recursive: true });
    const there = await lstat(target).catch(() => undefined);
    if (there?.isDirectory() === true) throw inTheWay(target, 'folder');
    // The same file already: a rename of one link over another would leave both.
    if (there?.ino === from.ino && there.dev === from.dev && (await this.#protect(source))) return;
    const part = temporaryName(target);
    await rm(part, { force: true });
    try {
      await this.#share(source, part);
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async #putFolder(source: string, target: string): Promise<void> {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(target).catch(async (error: unknown) => {
      const there = await lstat(target).catch(() => undefined);
      if (there === undefined) throw error;
      if (!there.isDirectory()) throw inTheWay(target, 'file');
    });
    for (const name of await readdir(source)) await this.#put(join(source, name), join(target, name));
  }

  async #share(source: string, target: string): Promise<void> {
    if (this.#canClone) {
      try {
        await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
        return;
      } catch (error) {
        this.#canClone = !cannot(error);
        await rm(target, { force: true });
      }
    }
    if (this.#canLink && (await this.#protect(source))) {
      try {
        await link(source, target);
        return;
      } catch (error) {
        if (!cannot(error)) throw error;
        this.#canLink = false;
      }
    }
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }

  /**
   * Makes a stored file read-only, so that nobody who edits its other name changes the store. False where that does
   * not help (root writes to any file) or cannot be done (a file of another user): then it must be copied.
   */
  async #protect(source: string): Promise<boolean> {
    if (process.geteuid?.() === 0) return false;
    try {
      await chmod(source, (await lstat(source)).mode & 0o555);
      return true;
    } catch (error) {
      if (cannot(error)) return false;
      throw error;
    }
  }
}

/** True if the file system (or the pair of them) has no clones, or no links. */
function cannot(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EINVAL', 'EXDEV', 'EPERM', 'EMLINK'].includes(
    code ?? '',
  );
}

function inTheWay(path: string, kind: 'folder' | 'file'): GantryError {
  return new GantryError('out-in-the-way', `${path} is a ${kind}, and an output would have its name`, {
    file: path,
    mend: `Move it away, or name another --out.`,
  });
}

/** What the file system says of a place below --out, in people's words. */
export function explainOutFailure(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const refuse = (name: string, what: string, mend: string): GantryError =>
    new GantryError(name, `${path} ${what}`, { file: path, mend, cause: error });
  switch (code) {
    case undefined:
      return error;
    case 'ENOSPC':
    case 'EDQUOT':
      return new GantryError('disk-full', `the disk of ${path} is full`, {
        file: path,
        mend: 'Free some space, or name another --out; the run itself is kept.',
        cause: error,
      });
    case 'EEXIST':
    case 'ENOTDIR':
      return refuse(
        'out-in-the-way',
        'cannot be a folder: it, or something above it, is a file',
        'Name a folder with --out, or move the file away.',
      );
    case 'EACCES':
    case 'EPERM':
      return refuse(
        'out-not-writable',
        'cannot be written: you have no right to',
        'Name another --out, or give yourself the right to write there.',
      );
    case 'EROFS':
      return refuse(
        'out-not-writable',
        'cannot be written: it lies on a file system that takes no changes',
        'Name another --out.',
      );
    default:
      return refuse('out-not-writable', `cannot be written: ${message}`, 'Name another --out.');
  }
}
