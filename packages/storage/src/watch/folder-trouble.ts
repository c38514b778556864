/**
 * What keeps a folder from being watched, in words for people.
 */

export interface FolderTrouble {
  readonly code:
    | 'folder-missing'
    | 'folder-not-a-folder'
    | 'folder-not-readable'
    | 'folder-not-answering'
    | 'disk-missing';
  readonly message: string;
  readonly mend: string;
  /** The folder that it is about. */
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
