/**
 * How other programs of the same user find the server that hosts a data directory. That it hosts it, the directory's
 * lock says; a record alone may be that of a server that was killed.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectoryLayout } from './data-directory.ts';

/** How to reach the server that hosts a data directory. */
export interface ServerRecord {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

const serverFileName = 'server.json';

/** Tells other programs of this user how to reach the server; the file is 0600 and replaced whole. */
export async function publishServer(layout: DataDirectoryLayout, server: ServerRecord): Promise<void> {
  const file = join(layout.run, serverFileName);
  await writeFile(`${file}.new`, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Takes the record back when the server ends. */
export async function withdrawServer(layout: DataDirectoryLayout): Promise<void> {
  await rm(join(layout.run, serverFileName), { force: true });
}

/** The record of the server that hosts the directory, or last did: one that was killed leaves its own behind. */
export async function readServer(layout: DataDirectoryLayout): Promise<ServerRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(layout.run, serverFileName), 'utf8')) as ServerRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
