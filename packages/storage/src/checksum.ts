/**
 * Checksums of outputs: SHA-256 of a file's bytes, and of a folder's manifest. What is neither file nor folder
 * (links, pipes, sockets, devices) is refused: its bytes are not the output's own, or never end.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { emptyFolderLine, manifestLine, sortPaths } from './folder-manifest.ts';

/** A checksum, `sha256:` and 64 hexadecimal digits, with what it covers. */
export interface Checksum {
  readonly checksum: string;
  /** Bytes, of all files. */
  readonly size: number;
  /** How many files: 1 for a file. */
  readonly files: number;
}

const chunkBytes = 1024 * 1024;
const atOnce = 4;

/**
 * The checksum of a file, read in pieces of 1 MiB: of the bytes that it had when it was opened.
 *
 * @throws GantryError `output-not-a-file` for a link, pipe, socket or device; `file-changed` if it was written to
 *   meanwhile; what the file system throws; what `signal` was aborted with.
 */
export async function checksumFile(path: string, signal?: AbortSignal): Promise<Checksum> {
  const handle = await openRegular(path);
  try {
    const hash = createHash('sha256');
    const before = await handle.stat({ bigint: true });
    const expected = Number(before.size);
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, expected)));
    let size = 0;
    // No further than it reached at first: one that grows as fast as it is read would never end.
    while (size < expected) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, expected - size), size);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    const after = await handle.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs) {
      throw new GantryError('file-changed', `${path} changed while it was read.`, {
        file: path,
        mend: 'Something still writes to it: have it end, and all that it started, before the file counts as done.',
      });
    }
    return { checksum: `sha256:${hash.digest('hex')}`, size, files: 1 };
  } finally {
    await handle.close();
  }
}

/**
 * The checksum of a folder: SHA-256 of its manifest, a line `<sha256> <size> <path>` per file and `- - <path>/` per
 * empty folder, sorted by the bytes of the paths (with `/`). Times and modes do not count.
 */
export async function checksumFolder(folder: string, signal?: AbortSignal): Promise<Checksum> {
  const paths = sortPaths(await listFolder(folder));
  const lines = new Array<string>(paths.length);
  let next = 0;
  let size = 0;
  let files = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < paths.length; index = next++) {
      const path = paths[index]!;
      if (path.endsWith('/')) {
        lines[index] = emptyFolderLine(path);
        continue;
      }
      const file = await checksumFile(join(folder, path), signal);
      lines[index] = manifestLine(path, file.checksum.slice('sha256:'.length), file.size);
      size += file.size;
      files += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return { checksum: `sha256:${hash.digest('hex')}`, size, files };
}

/** The checksum of an output, whichever it is. */
export async function checksumOutput(path: string, signal?: AbortSignal): Promise<Checksum> {
  return (await lstat(path)).isDirectory() ? checksumFolder(path, signal) : checksumFile(path, signal);
}

/** Files, and empty folders with a `/` at the end, relative to the folder and with `/` between. */
async function listFolder(folder: string, below = ''): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  if (entries.length === 0 && below !== '') return [below];
  const lists = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      if (entry.name.includes('\uFFFD')) {
        throw new GantryError('output-name', `A file name in ${join(folder, below)} is not UTF-8.`, {
          file: join(folder, below),
          mend: 'Have the tool name its files in UTF-8.',
        });
      }
      const path = below + entry.name;
      return entry.isDirectory() ? listFolder(folder, `${path}/`) : [path];
    }),
  );
  return lists.flat();
}

async function openRegular(path: string): Promise<Awaited<ReturnType<typeof open>>> {
  const refusal = (): GantryError =>
    new GantryError(
      'output-not-a-file',
      `${path} is neither a file nor a folder (a link, a pipe, a device?).`,
      {
        file: path,
        mend: 'Have the tool write a file there, or copy what the link points to.',
      },
    );
  let handle;
  try {
    // Opening a pipe would wait for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO') throw refusal();
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw refusal();
}
