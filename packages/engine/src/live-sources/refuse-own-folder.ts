/** That a run does not read from the data directory itself: outputs that become inputs would go round in circles. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { GantryError } from '@gantry/model';

/** @throws GantryError `folder-is-gantrys` */
export async function refuseOwnFolder(folder: string, dataDirectory: string): Promise<void> {
  const [real, own] = await Promise.all([realPath(folder), realPath(dataDirectory)]);
  const inner = relative(own, real);
  if (inner.startsWith('..') || isAbsolute(inner)) return;
  throw new GantryError(
    'folder-is-gantrys',
    `The folder ${folder} lies in the data directory ${dataDirectory}.`,
    { field: 'folder', file: folder, mend: 'Choose a folder elsewhere.' },
  );
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // What is wrong with it is said by those who read it.
    return resolve(path);
  }
}
