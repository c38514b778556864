import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputCache, type OpenSource } from '../../src/transfer/input-cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const sumOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A server's file; `cutAfter` ends a download there, once. */
function source(bytes: Buffer, { cutAfter }: { cutAfter?: number } = {}) {
  const starts: number[] = [];
  let cut = cutAfter;
  const open: OpenSource = (start) => {
    starts.push(start);
    const end = cut ?? bytes.length;
    cut = undefined;
    const pieces = function* (): Generator<Buffer> {
      for (let at = start; at < end; at += 1000) yield bytes.subarray(at, Math.min(at + 1000, end));
    };
    return Promise.resolve({ size: bytes.length, body: Readable.from(pieces()) });
  };
  return { open, starts };
}

describe('files that were brought', () => {
  it('are brought once for all who want them at a time, and found afterwards', async () => {
    const bytes = randomBytes(10_000);
    const { open, starts } = source(bytes);
    const cache = await InputCache.open(folder, 1e6);
    const files = await Promise.all(
      Array.from({ length: 5 }, () => cache.use(sumOf(bytes), bytes.length, open, never)),
    );
    for (const { path } of files) expect(await readFile(path)).toEqual(bytes);
    await cache.use(sumOf(bytes), bytes.length, open, never);
    expect(starts).toEqual([0]);
    expect((await stat(files[0]?.path ?? '')).mode & 0o777).toBe(0o444);
  });

  it('go on where they were cut off, even with the next agent', async () => {
    const bytes = randomBytes(10_000);
    const { open, starts } = source(bytes, { cutAfter: 4000 });
    const first = await InputCache.open(folder, 1e6);
    await expect(first.use(sumOf(bytes), bytes.length, open, never)).rejects.toThrow(
      'after 4000 of 10000 bytes',
    );
    const next = await InputCache.open(folder, 1e6);
    const { path } = await next.use(sumOf(bytes), bytes.length, open, never);
    expect(await readFile(path)).toEqual(bytes);
    expect(starts).toEqual([0, 4000]);
  });

  it('are refused when they are not what was recorded, and nothing of them is kept', async () => {
    const bytes = randomBytes(5000);
    const { open } = source(randomBytes(5000));
    const cache = await InputCache.open(folder, 1e6);
    await expect(cache.use(sumOf(bytes), 5000, open, never)).rejects.toMatchObject({
      code: 'download-damaged',
    });
    await expect(cache.use(sumOf(bytes), 4999, open, never)).rejects.toMatchObject({ code: 'file-changed' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('are brought again when something has written to them here', async () => {
    const bytes = randomBytes(5000);
    const { open, starts } = source(bytes);
    const cache = await InputCache.open(folder, 1e6);
    const { path, release } = await cache.use(sumOf(bytes), 5000, open, never);
    release();
    await rm(path);
    await writeFile(path, randomBytes(5000));
    const again = await cache.use(sumOf(bytes), 5000, open, never);
    expect(await readFile(again.path)).toEqual(bytes);
    expect(starts).toEqual([0, 0]);
  });

  it('stay within their bound: what is used longest ago goes first, what is in use never', async () => {
    const cache = await InputCache.open(folder, 10_000);
    const all = Array.from({ length: 4 }, () => randomBytes(4000));
    const use = (bytes: Buffer | undefined) => {
      if (bytes === undefined) throw new Error('no bytes');
      return cache.use(sumOf(bytes), bytes.length, source(bytes).open, never);
    };
    const held = await use(all[0]);
    (await use(all[1])).release();
    (await use(all[2])).release();
    (await use(all[3])).release();
    expect(cache.size).toBeLessThanOrEqual(10_000);
    expect(await readFile(held.path)).toEqual(all[0]);
    const names = await readdir(folder);
    expect(names).not.toContain(sumOf(all[1] ?? Buffer.alloc(0)).slice(7));
    expect(names).toContain(sumOf(all[3] ?? Buffer.alloc(0)).slice(7));
  });

  it('are let go of by one who leaves, while another still waits', async () => {
    const bytes = randomBytes(3000);
    const gate = Promise.withResolvers<void>();
    const open: OpenSource = () =>
      Promise.resolve({
        size: 3000,
        body: Readable.from(
          (async function* () {
            await gate.promise;
            yield bytes;
          })(),
        ),
      });
    const cache = await InputCache.open(folder, 1e6);
    const leaving = new AbortController();
    const left = cache.use(sumOf(bytes), 3000, open, leaving.signal);
    const stays = cache.use(sumOf(bytes), 3000, open, never);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    gate.resolve();
    expect(await readFile((await stays).path)).toEqual(bytes);
  });
});
