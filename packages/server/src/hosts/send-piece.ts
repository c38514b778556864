/**
 * Hands an agent a file from any byte on, or the list of a folder. That it may read it is the routes' to check.
 */
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError, type FolderList } from '@gantry/model';
import { lstat } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Says that the body is the list of a folder. */
export const folderListType = 'application/vnd.gantry.folder+json';

/** @throws GantryError `file-missing`, `range-unsatisfiable` */
export async function sendPiece(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<unknown> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  try {
    const found = await handle.stat();
    if (found.isDirectory()) {
      await handle.close();
      const list = await listFolder(path);
      return await reply.type(folderListType).send(JSON.stringify(list));
    }
    if (!found.isFile()) throw missing(path, new Error('it is neither a file nor a folder'));
    const start = readStart(request.headers.range);
    if (start > found.size) {
      throw new GantryError('range-unsatisfiable', `${path} has ${found.size} bytes, and not ${start}.`, {
        file: path,
        mend: 'It changed since it was recorded: see that nothing writes to files that are in use.',
      });
    }
    void reply.headers({
      'accept-ranges': 'bytes',
      'content-length': String(found.size - start),
      'cache-control': 'no-store',
    });
    if (start > 0) {
      void reply
        .code(206)
        .header('content-range', `bytes ${start}-${Math.max(start, found.size - 1)}/${found.size}`);
    }
    void reply.type('application/octet-stream');
    if (start === found.size) {
      await handle.close();
      return await reply.send(Buffer.alloc(0));
    }
    // The stream closes the file at its end, and when the reader goes.
    return await reply.send(
      handle.createReadStream({ start, end: found.size - 1, highWaterMark: 1024 * 1024 }),
    );
  } catch (error) {
    await handle.close().catch(() => {});
    throw error;
  }
}

/** The first byte that is wanted: only `bytes=N-` is understood, anything else is the whole. */
function readStart(range: string | undefined): number {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  return Number.isSafeInteger(start) ? start : 0;
}

async function listFolder(folder: string): Promise<FolderList> {
  const list: { files: FolderList['files'][number][]; emptyFolders: string[] } = {
    files: [],
    emptyFolders: [],
  };
  const look = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    if (entries.length === 0 && below !== '') list.emptyFolders.push(below.slice(0, -1));
    for (const entry of entries) {
      const path = below + entry.name;
      if (entry.isDirectory()) await look(`${path}/`);
      else if (entry.isFile()) list.files.push({ path, size: (await lstat(join(folder, path))).size });
    }
  };
  await look('');
  return list;
}

function missing(path: string, cause: unknown): GantryError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new GantryError('file-missing', `${path} cannot be read (${code}).`, {
    file: path,
    mend: 'It was moved, removed or protected since it was recorded: put it back, or give Gantry the right to read it.',
    cause,
  });
}
