/**
 * What keeps a folder from being watched, in words for people.
 */

import { FileErrors, formatProblem, isGantryError } from '@gantry/model';

export interface FolderTrouble {
  readonly code:
    | 'folder-missing'
    | 'folder-not-a-folder'
    | 'folder-not-readable'
    | 'folder-not-answering'
    | 'disk-missing'
    | 'list-missing'
    | 'list-not-readable'
    | 'list-broken'
    | 'list-shrunken';
  readonly message: string;
  readonly mend: string;
  /** The folder, or the file in it, that it is about. */
  readonly file: string;
}

const stays = 'What was taken from it stays, and it is looked for all the time.';

/** @param error what the file system said about the folder */
export function troubleOf(error: unknown, folder: string): FolderTrouble {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return {
        code: 'folder-missing',
        message: `There is no folder ${folder}.`,
        mend: `Make it, or mount the disk that it lies on. ${stays}`,
        file: folder,
      };
    case 'ENOTDIR':
      return notAFolder(folder);
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'folder-not-readable',
        message: `The folder ${folder} may not be read.`,
        mend: `Give the user that Gantry runs as the right to read and enter it. ${stays}`,
        file: folder,
      };
    default:
      return {
        code: 'folder-not-readable',
        message: `The folder ${folder} cannot be read: ${code ?? message}.`,
        mend: `See to its disk, or to the connection to it. ${stays}`,
        file: folder,
      };
  }
}

export function notAFolder(path: string): FolderTrouble {
  return {
    code: 'folder-not-a-folder',
    message: `${path} is not a folder.`,
    mend: `Move the file away, and make a folder there. ${stays}`,
    file: path,
  };
}

export function notAnswering(folder: string, seconds: number): FolderTrouble {
  return {
    code: 'folder-not-answering',
    message: `The folder ${folder} has not answered for ${seconds} s.`,
    mend: `See to its disk, or to the connection to it. ${stays}`,
    file: folder,
  };
}

export function diskMissing(folder: string, files: number): FolderTrouble {
  return {
    code: 'disk-missing',
    message: `None of the ${files} files that were taken from ${folder} is there.`,
    mend: `If it lies on a disk of its own, mount that. ${stays}`,
    file: folder,
  };
}

/** @param names of the files that would tell what there is, the first of them first */
export function listMissing(folder: string, names: readonly string[]): FolderTrouble {
  return {
    code: 'list-missing',
    message: `There is no ${names.join(' and no ')} in ${folder}.`,
    mend: `Have the acquisition write one. ${stays}`,
    file: folder,
  };
}

/** @param error what the file system, or who read the list, said about it */
export function listTrouble(error: unknown, file: string): FolderTrouble {
  if (isGantryError(error)) {
    const [first, ...others] = error instanceof FileErrors ? error.problems : [];
    const { mend = '' } = first ?? error;
    const message = first === undefined ? error.message : formatProblem(first);
    return {
      code: 'list-broken',
      message: others.length === 0 ? message : `${message} (and ${others.length} more)`,
      mend: `${mend} ${stays}`.trim(),
      file,
    };
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return {
    code: 'list-not-readable',
    message: `The file ${file} cannot be read: ${code ?? message}.`,
    mend: `Give the user that Gantry runs as the right to read it. ${stays}`,
    file,
  };
}

export function listShrunken(file: string, missing: readonly string[]): FolderTrouble {
  const [first = ''] = missing;
  const others = missing.length === 1 ? '' : ` and ${missing.length - 1} more that were`;
  return {
    code: 'list-shrunken',
    message: `The file ${file} lists ${first}${others} no longer, taken before.`,
    mend: `If that is a mistake, have the acquisition write the whole list again. ${stays}`,
    file,
  };
}
