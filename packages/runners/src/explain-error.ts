/** What a thrown thing says to people, for the messages of reports. */
import { statfs } from 'node:fs/promises';
import { diskFull, isDiskFull } from '@gantry/model';

/**
 * The sentence of any thrown thing.
 * @param folder where was written: a full disk is told by it
 */
export function explain(error: unknown, folder?: string): string {
  if (folder !== undefined && isDiskFull(error)) return fullWords(folder);
  return error instanceof Error ? error.message : String(error);
}

/** Less is as good as nothing, in bytes. */
const leastRoom = 64 * 1024;

/**
 * Says so if there is no room (any more) on a folder's disk: why a tool failed that says nothing but its exit code.
 * Undefined where there is room, or where nobody can tell.
 */
export async function explainFullDisk(folder: string): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < leastRoom ? fullWords(folder) : undefined;
  } catch {
    // The folder is gone, or its file system does not say.
    return undefined;
  }
}

function fullWords(folder: string): string {
  const { message, mend = '' } = diskFull(folder);
  return `${message.replace(/^T/, 't').replace(/\.$/, '')}; ${mend.replace(/^F/, 'f').replace(/\.$/, '')}`;
}
