/** Adds the log that a tool has written to a file of its own to the attempt's. */
import { open } from 'node:fs/promises';
import type { Assignment } from '@gantry/model';
import type { AttemptLog } from './attempt-storage.ts';
import { hasCode } from './marked-processes.ts';

const chunkBytes = 64 * 1024;

/** @throws what the file system throws; a tool that has written none is no error */
export async function appendLogFile(log: AttemptLog, { attempt, logFile }: Assignment): Promise<void> {
  if (logFile === undefined) return;
  let handle;
  try {
    handle = await open(logFile, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) return;
      await log.append(attempt, 'stdout', Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await handle.close();
  }
}
