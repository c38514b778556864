/**
 * What keeps single files of a watched folder from being taken, in words for people.
 */
import type { GantryError } from '@gantry/model';
import type { UnsettledFile } from '@gantry/storage';

export interface FileProblem {
  /** `place-twice`, `file-not-readable`, or the code with which admitting refused it. */
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

/** Why a file does not count yet. */
export function describeUnfinished({ name, why, sinceMs, size, reason }: UnsettledFile): string {
  const since = new Date(sinceMs).toISOString();
  switch (why) {
    case 'growing':
      return `${name} is still growing since ${since}; it has ${size ?? 0} bytes.`;
    case 'empty':
      return `${name} is empty since ${since}. It is taken when it has bytes.`;
    case 'incomplete':
      return `${name} lacks bytes that its own directory speaks of, since ${since}. It is taken when it is whole.`;
    case 'shrunken':
      return `${name} was cut short to ${size ?? 0} bytes since it was taken; what was made from it stays. Rename a whole file over it to have that taken.`;
    case 'not-readable':
      return `${name} cannot be looked at since ${since}: ${reason ?? 'for no reason given'}.`;
  }
}
