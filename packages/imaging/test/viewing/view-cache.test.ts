import { mkdir, mkdtemp, readFile, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ViewCache, buildDeepZoom, buildOmePyramid, writeImage, type Image } from '../../src/index.ts';
import { ByteCache } from '../../src/viewing/byte-cache.ts';
import { makeImage } from '../formats/make-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-viewing-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function flat(value: number, width = 300, height = 200): Image {
  const image = makeImage(width, height, 16);
  image.data.fill(value);
  return image;
}

async function pyramid(image: Image): Promise<string> {
  const place = await mkdtemp(join(folder, 'pyramid-'));
  const [input, output] = [join(place, 'input.ome.tif'), join(place, 'image.ome.tif')];
  await writeImage(input, image);
  await buildOmePyramid({ input, output, tileSize: 256, scratch: place });
  return output;
}

/** How many times this process has a file open. */
async function timesOpen(path: string): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((target) => target === path).length;
}

const everyTile = { level: 0, x: 0, y: 0, format: 'png' } as const;
const onLinux = process.platform === 'linux';

describe('a cache of views', () => {
  it.skipIf(!onLinux)('opens a file once for many who ask at the same time, and closes it', async () => {
    const path = await pyramid(makeImage(900, 700, 16));
    const views = new ViewCache();
    const open: number[] = [];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        views.use(path, async (view) => {
          const tile = await view.tile({ ...everyTile, x: i % 4, window: { low: 0, high: 60_000 } });
          open.push(await timesOpen(path));
          return Buffer.from(tile.bytes).toString('base64');
        }),
      ),
    );
    expect(new Set(answers).size).toBe(4);
    expect(Math.max(...open)).toBe(1);
    expect(views.usage.open).toBe(1);
    await views.close();
    expect(await timesOpen(path)).toBe(0);
    expect(views.usage).toEqual({ open: 0, kept: 0, reserved: 0 });
  });

  it('gives the same bytes to many at the same time as to one alone', async () => {
    const path = await pyramid(makeImage(1200, 1000, 16));
    const requests = Array.from({ length: 60 }, (_, i) => {
      const level = i % 3;
      return {
        level,
        x: i % (4 >> level || 1),
        y: (i >> 2) % (3 >> level || 1),
        lut: i % 5 === 0 ? 'labels' : 'grey',
      } as const;
    });
    const [one, many] = [new ViewCache({ maxBytes: 2 ** 20 }), new ViewCache({ maxBytes: 2 ** 20 })];
    const alone: Buffer[] = [];
    for (const request of requests) {
      alone.push(Buffer.from((await one.use(path, (view) => view.tile(request))).bytes));
    }
    const together = await Promise.all(
      requests.map(async (request) =>
        Buffer.from((await many.use(path, (view) => view.tile(request))).bytes),
      ),
    );
    expect(together.map((bytes, i) => bytes.equals(alone[i]!))).toEqual(alone.map(() => true));
    await one.close();
    await many.close();
  });

  it('shows the new file when another has taken its name, or its own has changed', async () => {
    const place = await mkdtemp(join(folder, 'change-'));
    const path = join(place, 'image.ome.tif');
    const views = new ViewCache();
    const value = async (): Promise<number | undefined> =>
      (await views.use(path, (view) => view.pixel(10, 10))).values[0];
    await writeImage(path, flat(100));
    const { version } = await views.use(path, (view) => view.describe());
    expect(await value()).toBe(100);
    await writeImage(path, flat(200)); // by rename
    expect(await value()).toBe(200);
    expect((await views.use(path, (view) => view.describe())).version).not.toBe(version);
    await writeImage(join(place, 'other.tif'), flat(300));
    await writeFile(path, await readFile(join(place, 'other.tif'))); // the same inode
    expect(await value()).toBe(300);
    expect(views.usage.open).toBe(1);
    await rm(path);
    await expect(value()).rejects.toMatchObject({ code: 'image-missing' });
    expect(views.usage.open).toBe(0);
    await views.close();
  });

  it('shows the new pyramid when a folder was made again', async () => {
    const place = await mkdtemp(join(folder, 'again-'));
    const [input, output] = [join(place, 'input.ome.tif'), join(place, 'pyramid')];
    const views = new ViewCache();
    for (const [width, height] of [
      [300, 200],
      [200, 300],
    ] as const) {
      await writeImage(input, makeImage(width, height, 8));
      await buildDeepZoom({ input, output, tileSize: 128, depth: 8, threads: 1 });
      expect(await views.use(output, (view) => view.describe())).toMatchObject({ width, height });
    }
    await views.close();
  });

  it('asks again, with the new file, when one is changed while it is being read', async () => {
    const place = await mkdtemp(join(folder, 'meanwhile-'));
    const path = join(place, 'image.png');
    const write = async (to: string, value: number): Promise<void> => {
      const { data, width, height } = flat(value);
      await sharp(data, { raw: { width, height, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toFile(to);
    };
    await write(path, 100);
    await write(join(place, 'next.png'), 200);
    const views = new ViewCache();
    let calls = 0;
    const { values } = await views.use(path, async (view) => {
      // The file is open, and none of its pixels have been read yet.
      if (calls++ === 0) await rename(join(place, 'next.png'), path);
      return await view.pixel(0, 0);
    });
    expect([values, calls]).toEqual([[200], 2]);
    await views.close();
  });

  it('keeps no failure: a file that was completed is shown', async () => {
    const place = await mkdtemp(join(folder, 'late-'));
    const path = join(place, 'image.ome.tif');
    const views = new ViewCache();
    await writeFile(path, 'not yet');
    await expect(views.use(path, (view) => view.describe())).rejects.toMatchObject({
      code: 'image-unreadable',
    });
    await writeImage(path, flat(5));
    expect((await views.use(path, (view) => view.pixel(0, 0))).values).toEqual([5]);
    await views.close();
  });

  it('keeps a bounded number open, those of last use, and none of a copy too many', async () => {
    const place = await mkdtemp(join(folder, 'many-'));
    const views = new ViewCache({ maxOpen: 3 });
    for (let i = 0; i < 8; i++) {
      await writeImage(join(place, `${i}.ome.tif`), flat(i));
      await views.use(join(place, `${i}.ome.tif`), (view) => view.pixel(0, 0));
      expect(views.usage.open).toBeLessThanOrEqual(3);
    }
    // In use all at once there are more, and afterwards three again.
    let together = 0;
    const all = Array.from({ length: 8 }, (_, i) =>
      views.use(join(place, `${i}.ome.tif`), async (view) => {
        const { values } = await view.pixel(0, 0);
        together = Math.max(together, views.usage.open);
        return values[0];
      }),
    );
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(together).toBeGreaterThan(3);
    expect(views.usage.open).toBe(3);
    await views.close();
  });

  it('closes once those who read have done so, and refuses others', async () => {
    const path = await pyramid(flat(9));
    const views = new ViewCache();
    let closing: Promise<void> | undefined;
    const answer = await views.use(path, async (view) => {
      await view.describe();
      closing = views.close();
      return await view.pixel(1, 1);
    });
    expect(answer.values).toEqual([9]);
    await closing;
    await expect(views.use(path, (view) => view.describe())).rejects.toThrow('closed');
  });

  it('removes copies above the bound, and all when it closes', async () => {
    const place = await mkdtemp(join(folder, 'copies-'));
    const scratch = join(place, 'scratch');
    await mkdir(scratch);
    const views = new ViewCache({ maxBytes: 2 ** 18, scratch, maxScratchBytes: 1_500_000 });
    for (let i = 0; i < 4; i++) {
      const { data } = flat(i, 800, 700); // 1.1 MB
      const path = join(place, `${i}.png`);
      await sharp(data, { raw: { width: 800, height: 700, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toFile(path);
      expect((await views.use(path, (view) => view.pixel(799, 699))).values).toEqual([i]);
    }
    await expect.poll(() => readdir(scratch)).toHaveLength(1);
    await views.close();
    expect(await readdir(scratch)).toEqual([]);
  });

  it('stays within its bytes, whatever is asked at the same time', async () => {
    const path = await pyramid(makeImage(2100, 1900, 16));
    const maxBytes = 2 ** 20; // eight tiles
    const views = new ViewCache({ maxBytes });
    let most = 0;
    await Promise.all(
      Array.from({ length: 72 }, (_, i) =>
        views.use(path, async (view) => {
          await view.tile({ level: 0, x: i % 9, y: Math.floor(i / 9), window: { low: 0, high: 60_000 } });
          const { kept, reserved } = views.usage;
          most = Math.max(most, kept + reserved);
        }),
      ),
    );
    expect(most).toBeLessThanOrEqual(maxBytes);
    expect(most).toBeGreaterThan(maxBytes / 2);
    expect(views.usage.reserved).toBe(0);
    await views.close();
    expect(views.usage.kept).toBe(0);
  });
});

describe('the memory of a cache', () => {
  it('holds its bound, loads nothing twice at a time, and gives what was loaded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: fc.nat(12), fails: fc.boolean(), reserves: fc.boolean() }), {
          maxLength: 60,
        }),
        async (calls) => {
          const memory = new ByteCache(100);
          const shares = [memory.share(), memory.share()];
          const loading = new Set<string>();
          const sizeOf = (key: number): number => 5 + key * 7;
          const results = calls.map(async ({ key, fails, reserves }, i) => {
            const name = `${i % 2}/${key}`;
            return await shares[i % 2]!.get(String(key), {
              load: async () => {
                expect(loading.has(name)).toBe(false);
                loading.add(name);
                await new Promise((resolve) => setImmediate(resolve));
                loading.delete(name);
                expect(memory.usage.kept + memory.usage.reserved).toBeLessThanOrEqual(100);
                if (fails) throw new Error(name);
                return { name };
              },
              bytesOf: () => sizeOf(key),
              ...(reserves ? { reserve: sizeOf(key) } : {}),
            }).then(
              (value) => value.name,
              (error: unknown) => (error as Error).message,
            );
          });
          const names = await Promise.all(results);
          expect(names).toEqual(calls.map(({ key }, i) => `${i % 2}/${key}`));
          expect(memory.usage.reserved).toBe(0);
          expect(memory.usage.kept).toBeLessThanOrEqual(100);
          for (const share of shares) share.close();
          expect(memory.usage.kept).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets a load that is larger than all of it run alone, and does not keep it', async () => {
    const memory = new ByteCache(100);
    const share = memory.share();
    const running: number[] = [];
    const load = (name: string, bytes: number): Promise<string> =>
      share.get(name, {
        load: async () => {
          running.push(memory.usage.reserved);
          await new Promise((resolve) => setImmediate(resolve));
          return name;
        },
        bytesOf: () => bytes,
        reserve: bytes,
      });
    expect(await Promise.all([load('a', 60), load('b', 500), load('c', 30)])).toEqual(['a', 'b', 'c']);
    expect(running).toEqual([60, 500, 30]);
    expect(memory.usage.kept).toBeLessThanOrEqual(100);
  });
});
