/**
 * One file of a folder that is read once: whole, and with its checksum, or what is wrong with it. Recording it is left
 * to `intake.ts`.
 */
import { stat } from 'node:fs/promises';
import { isGantryError, type DatasetType, type IntakeProblem } from '@gantry/model';
import {
  checkWholeTiff,
  isSameLook,
  readChecksum,
  type ChecksumPool,
  type FileLook,
  type PlacedFile,
} from '@gantry/storage';

export type TakenFile =
  | { readonly kind: 'taken'; readonly look: FileLook; readonly size: number; readonly checksum: string }
  | { readonly kind: 'refused'; readonly problem: IntakeProblem };

export interface TakeOptions {
  readonly pool: ChecksumPool;
  /** The pool's queue. */
  readonly queue: number;
  readonly type: DatasetType;
  readonly signal: AbortSignal;
}

/** A file that changes while it is read is read again, so many times. */
const mostReads = 3;

/** @throws the signal's reason, and faults of ours */
export async function takeFile(file: PlacedFile, options: TakeOptions): Promise<TakenFile> {
  const { path } = file;
  for (let reads = 0; reads < mostReads; reads++) {
    const found = await lookAt(path);
    options.signal.throwIfAborted();
    if ('problem' in found) return { kind: 'refused', problem: found.problem };
    if (found.isFolder) return takeFolder(file, found.look, options.signal);
    const problem = await checkFile(path, found.look, options.type);
    if (problem !== undefined) return { kind: 'refused', problem };
    const read = await options.pool.read(path, options.queue);
    options.signal.throwIfAborted();
    if (read.kind === 'missing') return { kind: 'refused', problem: gone(path) };
    if (read.kind === 'failed') return { kind: 'refused', problem: notReadable(path, read.reason) };
    const same = isSameLook(read.look, found.look);
    if (same) return { kind: 'taken', look: read.look, size: read.look.size, checksum: read.checksum };
  }
  return {
    kind: 'refused',
    problem: {
      code: 'file-changed',
      message: `${path} changes while it is read.`,
      mend: 'Wait until it is written, and try again; a folder that files still come to is followed by a live source.',
      file: path,
    },
  };
}

async function takeFolder(file: PlacedFile, look: FileLook, signal: AbortSignal): Promise<TakenFile> {
  try {
    const { checksum, size } = await readChecksum(file.path, signal);
    return { kind: 'taken', look, size, checksum };
  } catch (error) {
    if (!isGantryError(error)) throw error;
    const { code, message, mend = '' } = error;
    return { kind: 'refused', problem: { code, message, mend, file: file.path } };
  }
}

type Found = { readonly look: FileLook; readonly isFolder: boolean } | { readonly problem: IntakeProblem };

/** What lies there now; a link counts as what it leads to. */
export async function lookAt(path: string): Promise<Found> {
  try {
    const found = await stat(path);
    const look = { size: found.size, modifiedMs: found.mtimeMs, inode: found.ino };
    if (found.isFile() || found.isDirectory()) return { look, isFolder: found.isDirectory() };
    return { problem: notReadable(path, 'it is neither a file nor a folder') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: gone(path) };
    return { problem: notReadable(path, code ?? message) };
  }
}

async function checkFile(
  path: string,
  { size }: FileLook,
  type: DatasetType,
): Promise<IntakeProblem | undefined> {
  if (size === 0)
    return {
      code: 'file-empty',
      message: `${path} is empty.`,
      mend: 'Copy it again from where it was made, or go on without it.',
      file: path,
    };
  if (type !== 'image' || !/\.tiff?$/i.test(path)) return undefined;
  try {
    if ((await checkWholeTiff(path)) !== 'incomplete') return undefined;
  } catch (error) {
    return notReadable(path, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  return {
    code: 'file-cut-short',
    message: `${path} is cut short: its own directory speaks of more bytes than the ${size} that are there.`,
    mend: 'Copy it again from where it was made, or go on without it.',
    file: path,
  };
}

function gone(path: string): IntakeProblem {
  return {
    code: 'file-gone',
    message: `${path} is not there any more.`,
    mend: 'Put it back and try again, or go on without it.',
    file: path,
  };
}

function notReadable(path: string, reason: string): IntakeProblem {
  return {
    code: 'file-not-readable',
    message: `${path} cannot be read: ${reason}.`,
    mend: 'Give the user that Gantry runs as the right to read it and try again, or go on without it.',
    file: path,
  };
}
