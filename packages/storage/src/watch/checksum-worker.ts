/**
 * A thread that reads files for their checksums, one after the other, so that hashing never holds up what the process
 * answers. It imports nothing but Node, so that it starts at once. `checksum-pool.ts` says which files.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export interface ChecksumRequest {
  readonly path: string;
}

export type ChecksumAnswer =
  | {
      readonly kind: 'read';
      /** `sha256:` and 64 hexadecimal digits. */
      readonly checksum: string;
      /** Bytes that were read. */
      readonly size: number;
      /** The file as it was after the last byte was read. */
      readonly modifiedMs: number;
      readonly inode: number;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string };

const buffer = Buffer.allocUnsafe(1024 * 1024);

function readFile({ path }: ChecksumRequest): ChecksumAnswer {
  let file: number | undefined;
  try {
    // Opening a pipe would wait for a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) return { kind: 'missing' };
    const hash = createHash('sha256');
    let size = 0;
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
      hash.update(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
      size += bytes;
    }
    const { mtimeMs, ino } = fstatSync(file);
    return {
      kind: 'read',
      checksum: `sha256:${hash.digest('hex')}`,
      size,
      modifiedMs: mtimeMs,
      inode: ino,
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'failed', reason: code ?? message };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

parentPort?.on('message', (request: ChecksumRequest) => {
  parentPort?.postMessage(readFile(request));
});
