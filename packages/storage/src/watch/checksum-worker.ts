/**
 * A thread that reads files, and folders of files, for their checksums, one after the other, so that hashing never
 * holds up what the process answers. It imports nothing but Node, so that it starts at once. `checksum-pool.ts` says
 * which.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { emptyFolderLine, manifestLine, sortPaths } from '../folder-manifest.ts';
import { listTree } from './folder-look.ts';

export interface ChecksumRequest {
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

export type ChecksumAnswer =
  | {
      readonly kind: 'read';
      /** `sha256:` and 64 hexadecimal digits. */
      readonly checksum: string;
      /** Bytes that were read. */
      readonly size: number;
      /** The file, or the folder, as it was after the last byte was read. */
      readonly modifiedMs: number;
      readonly inode: number;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string };

const buffer = Buffer.allocUnsafe(1024 * 1024);

/** Undefined for what is no file. @throws what the file system throws */
function readFile(
  path: string,
): { checksum: string; size: number; modifiedMs: number; inode: number } | undefined {
  let file: number | undefined;
  try {
    // Opening a pipe would wait for a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) return undefined;
    const hash = createHash('sha256');
    let size = 0;
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
      hash.update(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
      size += bytes;
    }
    const { mtimeMs, ino } = fstatSync(file);
    return { checksum: hash.digest('hex'), size, modifiedMs: mtimeMs, inode: ino };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The same checksum as that of an output which is a folder (`checksum.ts`). */
async function readFolder(folder: string): Promise<ChecksumAnswer> {
  const { paths } = await listTree(folder);
  const hash = createHash('sha256');
  let size = 0;
  for (const path of sortPaths(paths)) {
    if (path.endsWith('/')) {
      hash.update(emptyFolderLine(path));
      continue;
    }
    const file = readFile(join(folder, path));
    if (file === undefined) continue;
    size += file.size;
    hash.update(manifestLine(path, file.checksum, file.size));
  }
  const { modifiedMs, inode } = (await listTree(folder)).look;
  return { kind: 'read', checksum: `sha256:${hash.digest('hex')}`, size, modifiedMs, inode };
}

async function answer({ path, kind }: ChecksumRequest): Promise<ChecksumAnswer> {
  try {
    if (kind === 'folder') return await readFolder(path);
    const file = readFile(path);
    return file === undefined
      ? { kind: 'missing' }
      : { kind: 'read', ...file, checksum: `sha256:${file.checksum}` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'failed', reason: code ?? message };
  }
}

parentPort?.on('message', (request: ChecksumRequest) => {
  void answer(request).then((found) => parentPort?.postMessage(found));
});
