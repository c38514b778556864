/**
 * What one look at a file tells: enough to see whether it changed. What follows from two looks is left to
 * `settling-files.ts`.
 */
import { stat } from 'node:fs/promises';

/** Size, time and identity of a file. Two equal looks some time apart mean that nobody wrote to it in between. */
export interface FileLook {
  /** Bytes. */
  readonly size: number;
  /** Time of the last change of its bytes, in milliseconds since 1970, with a fraction. */
  readonly modifiedMs: number;
  /** Another file of the same name has another one. */
  readonly inode: number;
}

export type Looked =
  | { readonly kind: 'file'; readonly look: FileLook }
  | { readonly kind: 'missing' }
  /** A folder, pipe, socket or device. */
  | { readonly kind: 'other' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Looks at what the path names; a link counts as what it points to, and as missing where that is missing. */
export async function lookAt(path: string): Promise<Looked> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { kind: 'other' };
    return { kind: 'file', look: { size: found.size, modifiedMs: found.mtimeMs, inode: found.ino } };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'refused', reason: code ?? message };
  }
}

export function isSameLook(a: FileLook, b: FileLook): boolean {
  return a.size === b.size && a.modifiedMs === b.modifiedMs && a.inode === b.inode;
}
