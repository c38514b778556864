/** Makes a folder and those above it. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * What `mkdir` with `recursive` does; but that never returns where the file system takes no folders (`/proc`).
 *
 * @returns the topmost folder that was made; undefined where all were there
 * @throws what the file system throws
 */
export async function makeFolders(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && above !== path) {
      const first = await makeFolders(above, mode);
      await mkdir(path, { mode }).catch(async (failure: unknown) => {
        if (!(await isFolder(path))) throw failure;
      });
      return first ?? path;
    }
    if (await isFolder(path)) return undefined;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
