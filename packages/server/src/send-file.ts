/**
 * Hands over a stored file as it is, with headers under which no browser takes it for a page of ours.
 */
import { open } from 'node:fs/promises';
import { GantryError } from '@gantry/model';
import type { FastifyReply } from 'fastify';

export interface FileToSend {
  /** Absolute. */
  readonly path: string;
  /** The name that it is saved under. */
  readonly name: string;
}

/**
 * @throws GantryError `file-missing` where it is not there or may not be read; `item-is-folder` for a folder, such as
 *   a pyramid, with `folderMend`
 */
export async function sendFile(
  reply: FastifyReply,
  { path, name }: FileToSend,
  folderMend: string,
): Promise<unknown> {
  const handle = await open(path).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) {
      throw new GantryError('item-is-folder', `${name} is a folder, which is not handed over as a file.`, {
        file: path,
        mend: folderMend,
      });
    }
    // The stream closes the file at its end, and when the reader goes.
    return await reply
      .type('application/octet-stream')
      .headers({
        // A tool's file may hold anything: it is never shown as a page of ours.
        'content-security-policy': "sandbox; default-src 'none'",
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'content-length': String(found.size),
      })
      .send(handle.createReadStream({ highWaterMark: 256 * 1024 }));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function missing(path: string, cause: unknown): GantryError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const what = code === 'ENOENT' ? `There is no file ${path} any more.` : `${path} cannot be read (${code}).`;
  return new GantryError('file-missing', what, {
    file: path,
    mend: 'It was moved, removed or protected since it was recorded: put it back, or give Gantry the right to read it.',
    cause,
  });
}
