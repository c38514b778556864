/**
 * Sends the outputs of an attempt that ended well to the server. It resolves only when the server has compared them and
 * has them on its disk; then they need not be kept here.
 */
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AgentRequestError } from '@gantry/client';
import { GantryError, type ReportedOutput } from '@gantry/model';
import { keepTrying, type Trying } from './keep-trying.ts';
import type { TransferClient } from './transfer-client.ts';

export interface SentAttempt {
  readonly attempt: number;
  /** Its folder on this machine. */
  readonly folder: string;
  /** The store on this machine, which the outputs' paths are relative to. */
  readonly store: string;
  readonly outputs: readonly ReportedOutput[];
}

interface Files {
  readonly files: { readonly path: string; readonly size: number }[];
  readonly emptyFolders: string[];
}

const atOnce = 4;

/** @throws `AgentRequestError` where the server will not have them, such as `attempt-not-held` */
export async function sendOutputs(client: TransferClient, sent: SentAttempt, trying: Trying): Promise<void> {
  const { attempt, folder, outputs } = sent;
  const found: Files = { files: [], emptyFolders: [] };
  for (const { path } of outputs) await list(folder, join(sent.store, path), found);
  // Once more from the beginning, if what arrived is not what was sent.
  await keepTrying(trying, async () => {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < found.files.length) {
        const file = found.files[next++]!;
        await keepTrying(trying, () => sendFile(client, sent, file, trying.signal));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, found.files.length) }, work));
    await client.complete(
      attempt,
      { outputs: [...outputs], emptyFolders: found.emptyFolders },
      trying.signal,
    );
  });
}

/** Behind what the server has: at first it is believed to have nothing. */
async function sendFile(
  client: TransferClient,
  { attempt, folder }: SentAttempt,
  { path, size }: Files['files'][number],
  signal: AbortSignal,
): Promise<void> {
  let offset = 0;
  for (;;) {
    try {
      const body = createReadStream(join(folder, path), { start: offset, highWaterMark: 2 ** 20 });
      offset = await client.send(attempt, { path, offset, size, body }, signal);
    } catch (error) {
      if (!(error instanceof AgentRequestError) || error.code !== 'upload-offset') throw error;
      offset = await client.measure(attempt, path, signal);
    }
    if (offset === size) return;
    if (offset > size) {
      throw new GantryError('file-changed', `${path} has ${size} bytes, and the server got ${offset}`, {
        mend: 'Something wrote to it after the tool had ended: have the tool end all that it starts.',
      });
    }
  }
}

async function list(folder: string, path: string, found: Files): Promise<void> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) {
    found.files.push({ path: relative(folder, path), size: stats.size });
    return;
  }
  const names = await readdir(path);
  if (names.length === 0) found.emptyFolders.push(relative(folder, path));
  for (const name of names) await list(folder, join(path, name), found);
}
