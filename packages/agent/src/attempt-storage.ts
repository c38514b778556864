/** Storage as the runners see it: `@gantry/storage`'s log writer, checksums and sync queue behind their port. */
import { lstat } from 'node:fs/promises';
import type { AttemptLog, OutputStore } from '@gantry/runners';
import { checksumFile, checksumFolder, openSyncQueue, type LogWriter } from '@gantry/storage';

/** An attempt that wrote nothing has no log, and costs the segments nothing. */
export function adaptLog(writer: LogWriter): AttemptLog {
  const written = new Set<number>();
  return {
    append: (attempt, stream, bytes) => {
      written.add(attempt);
      writer.append(attempt, stream, bytes);
    },
    finish: async (attempt) => (written.delete(attempt) ? writer.finish(attempt) : undefined),
  };
}

export function openOutputStore(folder: string): OutputStore {
  const queue = openSyncQueue(folder);
  return {
    folder,
    fingerprint: async (path, signal) => {
      if ((await lstat(path)).isDirectory()) return checksumFolder(path, signal);
      const { size, checksum } = await checksumFile(path, signal);
      return { size, checksum };
    },
    sync: (paths) => queue.sync(paths),
  };
}
