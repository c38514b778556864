/**
 * PostgreSQL's own log: the files that its collector turns over, and what it said before the collector was up.
 * Reads the last lines for error messages and drops old files.
 */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What the server says before its collector is up; started anew at each start. */
export const startLogName = 'start.log';

const keptFiles = 4;

/** The collector's files, oldest first. */
async function listServerLogs(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /^postgres-[\d-]+\.log$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Removes all but the newest few of the collector's files, 8 MB each at most. */
export async function pruneServerLogs(folder: string): Promise<void> {
  const files = await listServerLogs(folder);
  await Promise.all(files.slice(0, -keptFiles).map((file) => rm(file, { force: true })));
}

/** The last lines of the start log and of the newest file, for a message; empty where there are none. */
export async function lastServerLines(folder: string, lines = 12): Promise<string> {
  const newest = (await listServerLogs(folder)).at(-1);
  const parts = [
    await readTail(join(folder, startLogName)),
    newest === undefined ? '' : await readTail(newest),
  ];
  return parts
    .join('\n')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}

async function readTail(file: string, bytes = 8192): Promise<string> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - bytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
