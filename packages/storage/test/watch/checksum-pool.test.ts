import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checksumFile, openChecksumPool } from '../../src/index.ts';
import { newFolder } from './watched-folder.ts';

describe('the checksum pool', () => {
  it('reads files as `checksumFile` does, with the look of what was read', async () => {
    const pool = openChecksumPool(2);
    onTestFinished(() => pool.close());
    const folder = await newFolder();
    await Promise.all(
      [0, 1, 1024 * 1024, 2_500_000].map(async (size) => {
        const path = join(folder, `${size}`);
        await writeFile(path, Buffer.alloc(size, size % 251));
        const { ino, mtimeMs } = await stat(path);
        const { checksum } = await checksumFile(path);
        expect(await pool.read(path, 1)).toEqual({
          kind: 'read',
          checksum,
          look: { size, inode: ino, modifiedMs: mtimeMs },
        });
      }),
    );
  });

  it('answers for what is not there, and for what is no file', async () => {
    const pool = openChecksumPool(1);
    onTestFinished(() => pool.close());
    const folder = await newFolder();
    await mkdir(join(folder, 'below'));
    expect(await pool.read(join(folder, 'none'), 1)).toEqual({ kind: 'missing' });
    expect(await pool.read(join(folder, 'below'), 1)).toEqual({ kind: 'missing' });
    expect(await pool.read(join(folder, 'x'.repeat(300)), 1)).toEqual({
      kind: 'failed',
      reason: 'ENAMETOOLONG',
    });
  });

  it('lets queues take turns: one file does not wait for all files of another source', async () => {
    const pool = openChecksumPool(1);
    onTestFinished(() => pool.close());
    const folder = await newFolder();
    const path = join(folder, 'a');
    await writeFile(path, 'bytes');
    const order: string[] = [];
    const many = Array.from({ length: 100 }, () => pool.read(path, 1).then(() => order.push('many')));
    const one = pool.read(path, 2).then(() => order.push('one'));
    await Promise.all([...many, one]);
    expect(order.indexOf('one')).toBeLessThan(4);
  });

  it('rejects what waits when it is closed, and answers what is forgotten', async () => {
    const pool = openChecksumPool(1);
    const path = join(await newFolder(), 'a');
    await writeFile(path, 'bytes');
    const reads = Array.from({ length: 3 }, () => pool.read(path, 1));
    pool.forget(1);
    expect((await Promise.all(reads.slice(1))).map(({ kind }) => kind)).toEqual(['missing', 'missing']);
    const checksum = `sha256:${createHash('sha256').update('bytes').digest('hex')}`;
    expect(await reads[0]).toMatchObject({ kind: 'read', checksum });
    const waiting = [pool.read(path, 1), pool.read(path, 1)].map((read) =>
      read.then(
        () => 'read',
        () => 'rejected',
      ),
    );
    await pool.close();
    expect((await Promise.all(waiting))[1]).toBe('rejected');
    await expect(pool.read(path, 1)).rejects.toThrow('closed');
  });
});
