/** The bytes of outputs: where they lie, what their checksum covers, and how refused ones go. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  attemptFolder,
  checksumFile,
  checksumFolder,
  checksumOutput,
  openSyncQueue,
  outputPath,
  removeAttempt,
  resolveInStore,
  sweepAttempts,
  syncPaths,
} from '../src/index.ts';
import type { AttemptLocation } from '../src/index.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-outputs-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text = path): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  return file;
}

describe('paths in the store', () => {
  it('name run, stage and attempt, a thousand attempts to a folder', () => {
    expect(attemptFolder({ run: 3, stage: 'stitch', attempt: 12_345 })).toBe('3/stitch/12/12345');
    expect(outputPath({ run: 3, stage: 'stitch', attempt: 999 }, 'fixed/a.ome.tif')).toBe(
      '3/stitch/0/999/fixed/a.ome.tif',
    );
    expect(attemptFolder({ run: 'r', stage: 's', attempt: 'a-b' })).toMatch(/^r\/s\/[0-9a-f]{3}\/a-b$/);
  });

  it.each(['', '.', '..', 'a/b', '/a', '-a', 'a\0', 'a b'])('refuse the name %j', (name) => {
    expect(() => attemptFolder({ run: 1, stage: name, attempt: 1 })).toThrow(
      expect.objectContaining({ code: 'store-name' }),
    );
  });

  it('never leave the store, whatever the path', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', 'a', 'b..', '...'), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        let path: string;
        try {
          path = resolveInStore('/store', parts.join('/'));
        } catch (error) {
          expect(error).toMatchObject({ code: 'store-path' });
          return;
        }
        expect(path === '/store' || path === '/store/' || path.startsWith('/store/')).toBe(true);
        expect(path.split('/')).not.toContain('..');
      }),
    );
  });
});

describe('a checksum', () => {
  it('of a file is its SHA-256, whatever its size', async () => {
    for (const size of [0, 1, 1024 * 1024 - 1, 1024 * 1024, 3 * 1024 * 1024 + 7]) {
      const bytes = Buffer.alloc(size, 'abcdefg');
      const file = join(folder, 'file');
      await writeFile(file, bytes);
      const expected = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      expect(await checksumFile(file)).toEqual({ checksum: expected, size, files: 1 });
    }
  });

  it('of a file that is written to meanwhile is refused, however fast it grows', async () => {
    const file = join(folder, 'growing');
    await writeFile(file, Buffer.alloc(20_000_000));
    let going = true;
    const grow = async (): Promise<void> => {
      while (going) await appendFile(file, Buffer.alloc(100_000));
    };
    const growing = grow();
    await expect(checksumFile(file)).rejects.toMatchObject({ code: 'file-changed', file });
    going = false;
    await growing;
  });

  it('of a folder covers names, bytes and empty folders, not times, modes or the order of writing', async () => {
    const make = async (name: string, files: readonly [string, string][]): Promise<string> => {
      for (const [path, text] of files) await write(join(name, path), text);
      return join(folder, name);
    };
    const files: readonly [string, string][] = [
      ['a', '1'],
      ['b/c', '2'],
      ['b/ü', '3'],
      ['z\n', '4'],
    ];
    const one = await make('one', files);
    const other = await make('other', files.toReversed());
    await utimes(join(other, 'a'), 0, 0);
    await chmod(join(other, 'a'), 0o600);
    const before = await checksumOutput(one);
    expect(before).toMatchObject({ size: 4, files: 4 });
    expect(await checksumFolder(other)).toEqual(before);

    const changes: readonly (() => Promise<unknown>)[] = [
      () => write('other/a', 'X'),
      () => rename(join(other, 'b', 'c'), join(other, 'b', 'd')),
      () => mkdir(join(other, 'empty')),
      () => truncate(join(other, 'b', 'ü'), 0),
      () => rm(join(other, 'z\n')),
    ];
    const seen = new Set([before.checksum]);
    for (const change of changes) {
      await change();
      seen.add((await checksumFolder(other)).checksum);
    }
    expect(seen.size).toBe(1 + changes.length);
  });

  it('refuses what is neither file nor folder, and does not wait for a pipe', async () => {
    await write('out/a');
    await symlink('/etc/passwd', join(folder, 'out', 'link'));
    await expect(checksumOutput(join(folder, 'out'))).rejects.toMatchObject({
      code: 'output-not-a-file',
      file: join(folder, 'out', 'link'),
    });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(checksumOutput(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'output-not-a-file' });
    await expect(checksumOutput(join(folder, 'out', 'link'))).rejects.toMatchObject({
      code: 'output-not-a-file',
    });
  });

  it('of a file name that is not UTF-8 is refused by name', async () => {
    await mkdir(join(folder, 'out'));
    await writeFile(Buffer.concat([Buffer.from(join(folder, 'out/')), Buffer.from([0x61, 0xff])]), '');
    await expect(checksumFolder(join(folder, 'out'))).rejects.toMatchObject({ code: 'output-name' });
  });
});

describe('syncing', () => {
  it('takes files and folders below the root, each once, and fails with the path that is not there', async () => {
    const paths = [await write('1/s/0/1/a'), await write('1/s/0/2/b/c'), join(folder, '1/s/0/2/b')];
    await syncPaths(paths, folder);
    await expect(syncPaths([join(folder, 'missing')], folder)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(syncPaths(['/etc'], folder)).rejects.toThrow(RangeError);
  });

  it('in a queue gives each caller its own outcome', async () => {
    const queue = openSyncQueue(folder);
    const files = await Promise.all(Array.from({ length: 20 }, (_, n) => write(`many/${n}/file`)));
    const outcomes = await Promise.allSettled([
      ...files.map((file) => queue.sync([file])),
      queue.sync([join(folder, 'missing')]),
      queue.sync([files[3]!]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...files.map(() => 'fulfilled'),
      'rejected',
      'fulfilled',
    ]);
    await expect(queue.sync([files[0]!])).resolves.toBeUndefined();
  });
});

describe('sweeping', () => {
  async function makeAttempt(location: AttemptLocation): Promise<void> {
    await write(outputPath(location, 'out/a.tif'));
  }

  it('removes what is refused, in batches, and what an earlier sweep left', async () => {
    await write('.trash/left/file');
    for (let attempt = 0; attempt < 1_200; attempt++) await makeAttempt({ run: 1, stage: 's', attempt });
    await makeAttempt({ run: 2, stage: 't', attempt: 'x' });
    const sizes: number[] = [];
    const removed = await sweepAttempts(folder, async (attempts) => {
      sizes.push(attempts.length);
      return attempts.filter(({ run, attempt }) => run === '1' && Number(attempt) % 2 === 0);
    });
    expect(removed).toBe(600);
    expect(sizes.sort()).toEqual([1000, 201]);
    expect((await readdir(join(folder, '1', 's', '0'))).every((name) => Number(name) % 2 === 1)).toBe(true);
    expect(await readdir(join(folder, '2', 't'))).toHaveLength(1);
    expect(await readdir(join(folder, '.trash'))).toEqual([]);
  });

  it('is content with a store that is not there, and an attempt that is gone', async () => {
    expect(await sweepAttempts(join(folder, 'nowhere'), async (attempts) => attempts)).toBe(0);
    await removeAttempt(folder, { run: 1, stage: 's', attempt: 1 });
  });
});
