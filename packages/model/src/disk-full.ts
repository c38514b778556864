/**
 * A full disk, however it is met: by the codes of the system, or by the words of a library that has no codes. What people
 * are told is the same everywhere: which folder's disk, and what to do.
 */
import { GantryError } from './errors.ts';

/** True where it, or what caused it, is for want of room on a disk (or of a quota). */
export function isDiskFull(error: unknown): boolean {
  // Chains of causes are short; one that bites its tail ends, too.
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const { code } = current as { code?: unknown };
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'disk-full') return true;
    if (/no space left on device|disk quota exceeded/i.test(current.message)) return true;
    current = current.cause;
  }
  return false;
}

/** @param folder where there was no room */
export function diskFull(folder: string, cause?: unknown): GantryError {
  return new GantryError('disk-full', `The disk of ${folder} is full.`, {
    file: folder,
    mend: 'Free some space on it, and try again what failed.',
    cause,
  });
}
