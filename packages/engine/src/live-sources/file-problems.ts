/**
 * What keeps single files of a watched folder from being taken, in words for people.
 */
import type { GantryError } from '@gantry/model';
import type { UnsettledFile } from '@gantry/storage';

export interface FileProblem {
  /** `place-twice`, `tile-without-place`, `file-not-readable`, or the code with which admitting refused it. */
  readonly code: string;
  readonly message: string;
  readonly mend: string;
  readonly sinceMs: number;
}

export function placeTwice(name: string, holder: string, place: string): FileProblem {
  return {
    code: 'place-twice',
    message: `${name} and ${holder} are both at the place ${place}; ${holder} came first and is taken.`,
    mend: 'Move one of them away, or name the axis that tells them apart in the pattern.',
    sinceMs: Date.now(),
  };
}

export function notReadable(name: string, reason: string, sinceMs: number): FileProblem {
  return {
    code: 'file-not-readable',
    message: `${name} cannot be read: ${reason}.`,
    mend: 'Give the user that Gantry runs as the right to read it; it is tried again every few seconds.',
    sinceMs,
  };
}

export function refusedFile({ code, message, mend }: GantryError): FileProblem {
  return { code, message, mend: mend ?? 'Move the file away.', sinceMs: Date.now() };
}

/** Why a file does not count yet, and what to do if that does not pass. */
export function describeUnfinished({ name, why, size, reason }: UnsettledFile): {
  message: string;
  mend: string;
} {
  switch (why) {
    case 'growing':
      return {
        message: `${name} is still growing; it has ${size ?? 0} bytes.`,
        mend: 'It is taken when nobody writes to it any more: see whether what writes it will come to an end. Removing it lets the others go on without it.',
      };
    case 'empty':
      return {
        message: `${name} is empty.`,
        mend: 'It is taken when it has bytes: write it again, or remove it.',
      };
    case 'incomplete':
      return {
        message: `${name} lacks bytes that its own directory speaks of; it has ${size ?? 0}.`,
        mend: 'It is taken when it is whole: see whether what writes it was broken off, and copy it again, or remove it. If it is as it should be, watch the folder with `wholeTiffs: false`.',
      };
    case 'shrunken':
      return {
        message: `${name} was cut short to ${size ?? 0} bytes since it was taken; what was made from it stays.`,
        mend: 'Rename a whole file over it to have that taken.',
      };
    case 'not-readable':
      return {
        message: `${name} cannot be looked at: ${reason ?? 'for no reason given'}.`,
        mend: 'Give the user that Gantry runs as the right to read it; it is tried again every few seconds.',
      };
    case 'listed-incomplete':
      return {
        message: `${name} is not complete, as the list says.`,
        mend: 'It is taken when the list says that it is complete; nothing else waits for it.',
      };
    case 'missing':
      return {
        message: `${name} is complete, as the list says, and there is no such folder.`,
        mend: 'It is taken when it is there: see whether it is still being copied, or has another path. Nothing else waits for it.',
      };
  }
}

/** Large files are written for minutes; one that nobody writes to, and that is not whole, is soon odd. */
const longMs = { growing: 120_000, still: 10_000 };

/** Whether a file has been waited for longer than a file takes. */
export function isOverdue({ why, sinceMs }: UnsettledFile, nowMs: number): boolean {
  switch (why) {
    case 'growing':
      return nowMs - sinceMs >= longMs.growing;
    case 'empty':
    case 'incomplete':
    case 'missing':
      return nowMs - sinceMs >= longMs.still;
    case 'shrunken':
    case 'not-readable':
      return true;
    case 'listed-incomplete':
      return false;
  }
}

/** What is wrong with a source some of whose files are overdue; the longest of them first. */
export function filesOverdue(files: readonly UnsettledFile[]): FileProblem | undefined {
  const [first] = files;
  if (first === undefined) return undefined;
  const { message, mend } = describeUnfinished(first);
  const count = files.length === 1 ? 'a file that is' : `${files.length} files that are`;
  return {
    code: 'files-unfinished',
    message: `The folder waits for ${count} not whole. ${message}`,
    mend,
    sinceMs: first.sinceMs,
  };
}
